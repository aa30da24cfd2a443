"""A client of the service, which needs nothing but Python's own library."""
