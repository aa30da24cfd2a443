"""The environment that alembic runs the migrations in, on a connection that is open."""

from alembic import context

from serving.store.tables import Table


def run() -> None:
    """Runs the migrations that alembic asks for."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=Table.metadata,
        version_table=attributes["version_table"],
        compare_type=True,
    )
    context.run_migrations()


if hasattr(context, "config"):  # not so where somebody imports this module
    run()
