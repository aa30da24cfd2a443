"""The service over HTTP beside the bare network, and TensorFlow's SavedModel in a plain FastAPI.

    python -m benchmarks.serving_http --model models/frozen

Callers send the same images to both servers in turns; the bare network computes them in batches of
16 between. Rates are by the clock; processor time is the server's.
"""

import os
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks.arguments import add_bundle, add_rounds, parser
from benchmarks.pages import drawn
from benchmarks.servers import Load, send, service, started
from components.shared.data.pixel_budget import PixelBudget
from serving.engine import model as served
from serving.engine.uploads import MAX_PIXELS, to_pixels


def main() -> None:
    """Prints the ratios."""
    arguments = parser("serving_http", __doc__)
    add_bundle(arguments)
    arguments.add_argument("--callers", type=int, default=16, metavar="N", help="at once")
    arguments.add_argument("--images", type=int, default=320, metavar="N", help="of a turn")
    arguments.add_argument("--size", type=int, default=300, metavar="PIXELS", help="height of one")
    add_rounds(arguments, 3, "turns")
    options = arguments.parse_args()
    images = [drawn(seed, options.size) for seed in range(options.images)]
    bare = _Bare(options.model, images)
    with ExitStack() as stack:
        own = stack.enter_context(service(options.model))
        plain = stack.enter_context(started(["benchmarks.saved_model_app", str(options.model)]))
        turns = []
        for _ in range(options.rounds + 1):
            turn = send(own, images, options.callers), send(plain, images, options.callers)
            turns.append((*turn, bare.measure()))
    _print(turns[1:], options.callers)


def _print(turns: Sequence[tuple[Load, Load, Load]], callers: int) -> None:
    print(f"{callers} callers, {len(turns)} turns, {os.cpu_count()} cores")
    lines: dict[str, list[float]] = {
        "images/s of the bare network's, service": [],
        "images/s of the bare network's, plain FastAPI": [],
        "images/s, service to plain FastAPI": [],
        "processor time of an image, plain FastAPI to service": [],
        "ms of processor time beyond normalisation and network, service": [],
        "99 % of answers within so many times 16 images one by one": [],
    }
    for own, plain, bare in turns:
        values = (
            own.rate / bare.rate,
            plain.rate / bare.rate,
            own.rate / plain.rate,
            plain.cpu / own.cpu,
            own.cpu - bare.cpu,
            own.latency / (16 * bare.latency),
        )
        for line, value in zip(lines.values(), values, strict=True):
            line.append(value)
    for name, found in lines.items():
        middle, low, high = statistics.median(found), min(found), max(found)
        print(f"{name:<64}{middle:10.3f}  ({low:.3f}–{high:.3f})")


class _Bare:
    """The network on images that are normalised and judged, in batches; and that, by itself."""

    def __init__(self, folder: Path, images: Sequence[bytes]) -> None:
        self._model, self._images = served.load(folder), images
        self._budget = PixelBudget(MAX_PIXELS)
        self._pixels = np.stack([self._normalised(image) for image in images])

    def measure(self) -> Load:
        """Returns the network's rate, both parts' processor time, and seconds of one image."""
        began, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(self._pixels), 16):
            self._model.session.run(self._pixels[start : start + 16])
        rate = len(self._pixels) / (time.perf_counter() - began)
        for image in self._images:
            self._normalised(image)
        spent = (time.process_time() - cpu) / len(self._images) * 1000
        one = time.perf_counter()
        for image in self._images[:16]:
            self._model.session.run(self._normalised(image)[None])
        return Load(rate, spent, (time.perf_counter() - one) / len(self._images[:16]))

    def _normalised(self, image: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        return to_pixels(image, self._model.normalisation, self._budget, judged=True)


if __name__ == "__main__":
    main()
