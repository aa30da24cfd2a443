"""Command-line options that several benchmarks have."""

import argparse
import os
from pathlib import Path
from typing import Any

from components.shared.runtime import cli
from components.train.params import TrainParams


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Returns an argument parser for `python -m benchmarks.<name>`.

    Args:
        name: of the benchmark's module.
        description: its docstring, with an example command on a line of its own.
    """
    prog = f"python -m benchmarks.{name}"
    return argparse.ArgumentParser(
        prog=prog, description=description, formatter_class=cli.Formatter
    )


def add_folder(arguments: argparse.ArgumentParser, meaning: str) -> None:
    """Adds a folder, else the one that CEDAR_DIR names; None where it is not set either."""
    arguments.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=os.environ.get("CEDAR_DIR"),
        help=f"{meaning}; else CEDAR_DIR",
    )


def add_size(arguments: argparse.ArgumentParser, height: int = 48, width: int = 80) -> None:
    """Adds the size of the images."""
    arguments.add_argument(
        "--height", type=int, default=height, metavar="PIXELS", help="of the images"
    )
    arguments.add_argument(
        "--width", type=int, default=width, metavar="PIXELS", help="of the images"
    )


def add_bundle(arguments: argparse.ArgumentParser) -> None:
    """Adds the folder of a bundle."""
    arguments.add_argument(
        "--model",
        type=Path,
        default=Path("models/frozen"),
        metavar="DIR",
        help="a bundle that holds embedder.onnx",
    )


def add_rounds(arguments: argparse.ArgumentParser, default: int, meaning: str) -> None:
    """Adds the number of repetitions."""
    arguments.add_argument("--rounds", type=int, default=default, metavar="N", help=meaning)


def add_batch(arguments: argparse.ArgumentParser) -> None:
    """Adds the shape of a training batch, and the precision."""
    default = TrainParams()
    add_size(arguments)
    arguments.add_argument("--channels", type=int, default=1, choices=(1, 3), help="1 grey, 3 RGB")
    for name, value, meaning in (
        ("--identities", default.identities_per_batch, "in a batch (P)"),
        ("--images", default.images_per_identity, "of each of them (K)"),
        ("--forgeries", default.forgeries_per_identity, "of each of them"),
    ):
        arguments.add_argument(name, type=int, default=value, metavar="N", help=meaning)
    precisions = ("auto", "float32", "mixed_bfloat16")
    arguments.add_argument("--precision", default="auto", choices=precisions, help="of the network")


def train_params(options: argparse.Namespace, **values: Any) -> TrainParams:
    """Returns section `train` with the options of `add_batch` and further values."""
    return TrainParams(
        identities_per_batch=options.identities,
        images_per_identity=options.images,
        forgeries_per_identity=options.forgeries,
        precision=options.precision,
        **values,
    )


def image_shape(options: argparse.Namespace) -> tuple[int, int, int]:
    """Returns (height, width, channels) of the options of `add_batch`."""
    return options.height, options.width, options.channels
