"""Where the processor time of a request goes: layer by layer, each server one more than the last.

    python -m benchmarks.serving_layers --model models/frozen

The same form with an image is sent to each in turns: to the bare web server, to one that reads the
form, to the framework, to an endpoint in a thread, to one that also commits a row to SQLite; then
to the service, for an embedding and for a verification, without what its normalisation and network
take by themselves.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.arguments import add_bundle, add_rounds, parser
from benchmarks.layers_app import LAYERS
from benchmarks.pages import drawn
from benchmarks.servers import enrol, send, service, started
from benchmarks.timing import time_action
from components.shared.data.pixel_budget import PixelBudget
from serving.engine import model as served
from serving.engine.uploads import MAX_PIXELS, to_pixels

REFERENCES = 3
EMBEDDING, VERIFICATION = "service, an embedding", "service, a verification"


def main() -> None:
    """Prints milliseconds of processor time."""
    arguments = parser("serving_layers", __doc__)
    add_bundle(arguments)
    arguments.add_argument("--callers", type=int, default=16, metavar="N", help="at once")
    arguments.add_argument("--images", type=int, default=320, metavar="N", help="of a turn")
    arguments.add_argument("--size", type=int, default=80, metavar="PIXELS", help="height of one")
    add_rounds(arguments, 3, "turns")
    spent = _measure(arguments.parse_args())
    print(f"ms of processor time a request, {os.cpu_count()} cores")
    for name, values in spent.items():
        middle, low, high = statistics.median(values), min(values), max(values)
        print(f"{name:<40}{middle:8.2f}  ({low:.2f}–{high:.2f})")


def _measure(options: argparse.Namespace) -> dict[str, list[float]]:
    images = [drawn(seed, options.size) for seed in range(options.images)]
    spent: dict[str, list[float]] = {name: [] for name in (*LAYERS, EMBEDDING, VERIFICATION)}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        bare = {
            name: stack.enter_context(started(["benchmarks.layers_app", name, folder]))
            for name in LAYERS
        }
        own = stack.enter_context(service(options.model))
        claim = {"person_id": enrol(own, images[:REFERENCES])}
        for turn in range(options.rounds + 1):
            needed = _alone(options.model, images)
            found = {name: send(one, images, options.callers).cpu for name, one in bare.items()}
            found[EMBEDDING] = send(own, images, options.callers).cpu - needed
            verified = send(own, images, options.callers, "/v1/verify", "image", claim)
            found[VERIFICATION] = verified.cpu - needed
            if turn:  # the first one warms up
                for name, value in found.items():
                    spent[name].append(value)
    return spent


def _alone(folder: Path, images: Sequence[bytes]) -> float:
    """Returns milliseconds of processor time that normalisation and network take of an image."""
    model, budget = served.load(folder), PixelBudget(MAX_PIXELS)

    def embed() -> None:
        for image in images:
            model.session.run(to_pixels(image, model.normalisation, budget, judged=True)[None])

    return time_action(embed).cpu / len(images) * 1000


if __name__ == "__main__":
    main()
