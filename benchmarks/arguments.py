"""What the command lines of the benchmarks have in common."""

import argparse

from components.shared.runtime import cli


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """An argument parser for `python -m benchmarks.<name>`, whose example is part of the
    description.
    """
    prog = f"python -m benchmarks.{name}"
    return argparse.ArgumentParser(
        prog=prog, description=description, formatter_class=cli.Formatter
    )


def size(arguments: argparse.ArgumentParser, height: int = 48, width: int = 80) -> None:
    """Adds the size of the images."""
    arguments.add_argument(
        "--height", type=int, default=height, metavar="PIXELS", help="of the images"
    )
    arguments.add_argument(
        "--width", type=int, default=width, metavar="PIXELS", help="of the images"
    )


def training(arguments: argparse.ArgumentParser) -> None:
    """Adds what a train step is made of."""
    from components.train.params import TrainParams

    default = TrainParams()
    size(arguments)
    arguments.add_argument("--channels", type=int, default=1, choices=(1, 3), help="1 grey, 3 RGB")
    count = {"type": int, "metavar": "N"}
    arguments.add_argument(
        "--identities", default=default.identities_per_batch, **count, help="in a batch (P)"
    )
    arguments.add_argument(
        "--images", default=default.images_per_identity, **count, help="of each of them (K)"
    )
    arguments.add_argument(
        "--forgeries", default=default.forgeries_per_identity, **count, help="of each of them"
    )
    precisions = ("auto", "float32", "mixed_bfloat16")
    arguments.add_argument("--precision", default="auto", choices=precisions, help="of the network")
