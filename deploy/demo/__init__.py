"""The demo 演示: one repair played in seconds, with everything real but the clock."""
