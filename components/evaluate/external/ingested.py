"""Raw images with a catalog: a folder that has one, or the output of ingest as a subprocess."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from components.shared.data.catalog import CATALOG
from components.shared.runtime.cli import BAD_INPUT
from components.shared.runtime.errors import InputError
from components.shared.storage import failure_table
from components.shared.storage.files import code_root

ERROR = "error: "


@contextmanager
def ingested(data: str, layout: str, output: Path) -> Iterator[Path]:
    """Yields a folder of images with catalog.csv.

    That is `data` itself where it has a catalog, else the output of ingest in a temporary folder.

    Args:
        data: a source as `ingest.source` takes it, or a folder with catalog.csv.
        layout: as `ingest.layout`.
        output: the folder of the evaluation; tables about what ingest refuses go beside it.

    Raises:
        InputError: ingest refuses the data.
        SystemExit: ingest ends otherwise; it has said why.
    """
    if (Path(data) / CATALOG).is_file():
        yield Path(data)
        return
    with tempfile.TemporaryDirectory() as folder:
        params, out = Path(folder) / "params.yaml", Path(folder) / "raw"
        source = str(Path(data).resolve()) if Path(data).exists() else data
        params.write_text(
            yaml.safe_dump({"ingest": {"source": source, "layout": layout}}), encoding="utf-8"
        )
        try:
            _ingest(params, out)
        except InputError as refusal:
            raise InputError(_move_tables(str(refusal), out, output)) from None
        yield out


def _move_tables(message: str, out: Path, output: Path) -> str:
    """Moves tables from beside the output of ingest; returns the message with their new place."""
    for table in out.parent.glob(f"{out.name}-*.csv"):
        place = failure_table.path_beside(output, table.name.removeprefix(f"{out.name}-"))
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(table, place)
        message = message.replace(str(table), str(place))
    return message


def _ingest(params: Path, out: Path) -> None:
    """Runs the ingest step as a subprocess.

    Its messages pass to this process's stderr; the error of bad input is raised here.
    """
    options = ["--params", str(params), "--out", str(out)]
    command = [sys.executable, "-m", "components.ingest", *options]
    paths = [str(code_root())]
    if inherited := os.environ.get("PYTHONPATH"):
        paths.append(inherited)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    refusal = ""
    with subprocess.Popen(  # noqa: S603 - our own module, with paths that we made
        command, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr or ():
            if line.startswith(ERROR):
                refusal = line.removeprefix(ERROR).strip()
            else:
                sys.stderr.write(line)
    if process.returncode == BAD_INPUT:
        raise InputError(refusal)
    if process.returncode:
        sys.exit(process.returncode)
