"""The folder that an embedded store keeps its artifacts in, by absolute addresses in its tables.

MLflow turns every local location into an absolute one and has no call that changes it. In a project
that was moved or copied, runs would go on writing into the folder that it came from.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

ARTIFACTS = "artifacts"
FILE = "file://"
COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)

logger = logging.getLogger(__name__)


def location(folder: Path) -> str:
    """Returns the artifact location of the experiments of the store in a folder."""
    return (folder / ARTIFACTS).resolve().as_uri()


def follow_folder(database: Path) -> None:
    """Rewrites the addresses in a store whose folder was moved or copied, and says so once.

    Locations elsewhere, which somebody has chosen, stay as they are.

    Args:
        database: the SQLite file of the store, with MLflow's tables.
    """
    folder = database.resolve().parent
    with closing(sqlite3.connect(database)) as connection:
        for former in list(_former_folders(connection, folder)):
            with connection:
                _replace(connection, f"{former.as_uri()}/", f"{folder.as_uri()}/")
                _replace(connection, f"{former}/", f"{folder}/")
            logger.warning(
                "%s was moved or copied from %s: artifacts of its runs are expected here, and no "
                "longer there",
                folder,
                former,
            )


def _former_folders(connection: sqlite3.Connection, folder: Path) -> Iterator[Path]:
    """Yields the folders, of the same name but elsewhere, that the store has been in."""
    for (address,) in connection.execute("SELECT DISTINCT artifact_location FROM experiments"):
        path = Path(unquote(str(address).removeprefix(FILE)))
        is_own = path.name == ARTIFACTS and path.parent.name == folder.name
        if address.startswith(FILE) and is_own and path.parent.resolve() != folder:
            yield path.parent


def _replace(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Replaces the beginning of addresses."""
    for table, column in COLUMNS:
        connection.execute(
            f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608 - constants
            f"WHERE substr({column}, 1, ?) = ?",
            (new, len(old) + 1, len(old), old),
        )
