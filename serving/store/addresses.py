"""Addresses of databases, known without opening one."""

DEFAULT = "sqlite:///serving-data/signatures.db"
SUPPORTED = "sqlite:///path/to/file.db or postgresql+psycopg://user:password@host/name"
