"""CEDAR, and other collections, as `make cedar` prepares them."""

import argparse
import logging
import os
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.arguments import add_folder, add_size
from components.shared.runtime import backend
from components.train.params import TrainParams
from pipelines import sections

SPLIT = {"val": 0.15, "test": 0.2}
MAKEFILE = Path(__file__).resolve().parents[1] / "Makefile"


def add(arguments: argparse.ArgumentParser) -> None:
    """Adds CEDAR's folder and the size of the images."""
    add_folder(arguments, "of CEDAR")
    add_size(arguments, 112, 192)


def train_params() -> TrainParams:
    """Returns section `train` as `make cedar` sets it, beside the defaults."""
    text = MAKEFILE.read_text(encoding="utf-8")
    variable = re.search(r"^CEDAR := ((?:.*\\\n)*.*)", text, re.MULTILINE)
    assert variable
    values: dict[str, Any] = {}
    for word in shlex.split(variable[1].replace("\\\n", " ")):
        if word.startswith("train."):
            values = sections.assign(values, word)
    return TrainParams.model_validate(values)


@contextmanager
def prepared(
    arguments: argparse.ArgumentParser, options: argparse.Namespace
) -> Iterator[tuple[Path, Path]]:
    """Loads the backend, prepares and splits CEDAR's images.

    Yields:
        The folders of the prepared images and of their split, which are removed at the end.
    """
    if options.folder is None:
        arguments.error("name CEDAR's folder, or set CEDAR_DIR")
    source = {"source": str(options.folder), "layout": "cedar"}
    with _prepared(source, options) as folder:
        from components.split import step as split
        from components.split.params import SplitParams

        split.run(SplitParams.model_validate(SPLIT), folder / "prepared", folder / "split")
        yield folder / "prepared", folder / "split"


@contextmanager
def prepared_collections(
    collections: Mapping[str, Path], options: argparse.Namespace
) -> Iterator[Path]:
    """Loads the backend and prepares the images of several collections, folders by name.

    Yields:
        The folder of the prepared images, which is removed at the end.
    """
    sources = [{"name": name, "source": str(folder)} for name, folder in collections.items()]
    with _prepared({"source": sources}, options) as folder:
        yield folder / "prepared"


@contextmanager
def _prepared(source: Mapping[str, Any], options: argparse.Namespace) -> Iterator[Path]:
    """Yields a folder with the prepared images of a source, values of section `ingest`."""
    os.environ["PROGRESS"] = "quiet"
    backend.load()
    logging.disable()
    from components.ingest import step as ingest
    from components.ingest.params import IngestParams
    from components.preprocess import step as preprocess
    from components.preprocess.params import PreprocessParams

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        params = PreprocessParams(height=options.height, width=options.width)
        ingest.run(IngestParams.model_validate(source), folder / "raw")
        preprocess.run(params, folder / "raw", folder / "prepared")
        yield folder
