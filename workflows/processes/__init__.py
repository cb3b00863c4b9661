"""The procedures of the business, one durable workflow a case."""
