"""Raw images with a catalog: as they lie, or brought in by ingest in a process of its own."""

import os
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
from components.shared.storage.files import code_root

ERROR = "error: "


@contextmanager
def catalogued(data: str, layout: str) -> Iterator[Path]:
    """Yields a folder of images with catalog.csv: `data` itself where it is one, else what ingest
    makes of it.

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
        _ingest(params, out)
        yield out


def _ingest(params: Path, out: Path) -> None:
    """Runs the ingest step in a process of its own: its messages go on, its refusal is raised here."""
    command = [
        sys.executable,
        "-m",
        "components.ingest",
        "--params",
        str(params),
        "--out",
        str(out),
    ]
    path = os.pathsep.join([str(code_root()), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    refusal = ""
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        for line in process.stderr or ():
            if line.startswith(ERROR):
                refusal = line.removeprefix(ERROR).strip()
            else:
                sys.stderr.write(line)
    if process.returncode == BAD_INPUT:
        raise InputError(refusal)
    if process.returncode:
        sys.exit(process.returncode)
