"""The history of the tables, for alembic; its version stands in `alembic_version_serve`."""
