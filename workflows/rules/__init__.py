"""Pure functions of the business: the time is an argument, nothing is read or written."""
