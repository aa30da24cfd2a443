"""The service's store: people, references, decisions, keys and audit in SQLite or PostgreSQL."""
