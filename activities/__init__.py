"""Every side effect: records, notifications, dispatching, and the connections that they use."""
