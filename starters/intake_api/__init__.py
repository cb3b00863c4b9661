"""The HTTP API that intake services, staff tools and customers' replies come in by."""
