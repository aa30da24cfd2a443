"""The service's engine beside the bare network, TensorFlow's SavedModel and a bare pass of memory.

    python -m benchmarks.serving --model models/frozen

Ratios of what takes turns: images per second of many callers through the embedder, and of the bare
network in batches; processor time and memory of a fresh process until its first embedding; a search
among many people, and reading their vectors once.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.arguments import add_bundle, add_rounds, parser
from benchmarks.pages import drawn
from benchmarks.timing import Seconds, time_action

STARTS = {"onnxruntime": "onnx", "SavedModel": "tensorflow"}


def main() -> None:
    """Prints the ratios."""
    arguments = parser("serving", __doc__)
    add_bundle(arguments)
    arguments.add_argument("--callers", type=int, default=16, metavar="N", help="at once")
    arguments.add_argument("--images", type=int, default=320, metavar="N", help="of a turn")
    arguments.add_argument("--people", type=int, default=100_000, metavar="N", help="enrolled")
    add_rounds(arguments, 3, "turns")
    arguments.add_argument("--start", choices=tuple(STARTS.values()), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.start:
        _start(options.model, options.start)
        return
    _throughput(options.model, options.callers, options.images, options.rounds)
    _starts(options.model, options.rounds)
    _search(options.people, options.rounds)


def _throughput(folder: Path, callers: int, count: int, rounds: int) -> None:
    import numpy as np

    import serving.engine.model
    from components.shared.data.normalise import normalise
    from serving.engine.embedder import Embedder

    model = serving.engine.model.load(folder)
    images = [drawn(seed) for seed in range(count)]
    pixels = np.stack([normalise(image, model.normalisation).pixels for image in images])

    def network() -> None:
        for start in range(0, count, 16):
            model.session.run(pixels[start : start + 16])

    def normalised() -> None:
        for image in images:
            normalise(image, model.normalisation)

    with Embedder(model, queue=count) as embedder, ThreadPoolExecutor(callers) as pool:

        def served() -> None:
            list(pool.map(lambda image: embedder.embed([image]), images))

        turns = _turns(rounds, served, network, normalised)
    print(f"{callers} callers, {count} images, {rounds} turns, {os.cpu_count()} cores")
    through, bare, decoding = turns
    _line(
        "images/s of the bare network's", [b.wall / a.wall for a, b in zip(*turns[:2], strict=True)]
    )
    spent = [
        (a.cpu - b.cpu - c.cpu) / count * 1000
        for a, b, c in zip(through, bare, decoding, strict=True)
    ]
    _line("ms of processor time beyond network and normalisation", spent)


def _starts(folder: Path, rounds: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in STARTS}
    memory: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(rounds):
        for name, kind in STARTS.items():
            line = [sys.executable, "-m", "benchmarks.serving", "--start", kind]
            done = subprocess.run(
                [*line, "--model", str(folder)], check=True, stdout=subprocess.PIPE
            )
            found = json.loads(done.stdout.splitlines()[-1])
            seconds[name].append(found["cpu"])
            memory[name].append(found["rss"] / 2**20)
    for name in STARTS:
        _line(f"s of processor time to the first embedding, {name}", seconds[name])
        _line(f"MiB of memory then, {name}", memory[name])
    pairs = zip(seconds["SavedModel"], seconds["onnxruntime"], strict=True)
    _line("times the processor time, SavedModel to onnxruntime", [a / b for a, b in pairs])


def _start(folder: Path, kind: str) -> None:
    """Embeds one image, and prints this process's processor time and memory as JSON."""
    import psutil

    if kind == "onnx":
        import serving.engine.model
        from serving.engine.embedder import Embedder

        with Embedder(serving.engine.model.load(folder)) as embedder:
            embedder.embed([drawn(0)])
    else:
        import tensorflow as tf

        embed = tf.saved_model.load(str(folder / "saved_model")).signatures["serving_default"]
        embed(images=tf.constant([drawn(0)]))
    process = psutil.Process()
    times = process.cpu_times()
    print(json.dumps({"cpu": times.user + times.system, "rss": process.memory_info().rss}))


def _search(people: int, rounds: int) -> None:
    import numpy as np

    from serving.engine.gallery import Gallery

    dimension, gallery = 1024, Gallery(1024)
    rng = np.random.default_rng(0)
    for start in range(0, people, 1000):
        block = rng.standard_normal((1000, dimension), np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
        for number, vector in enumerate(block[: people - start]):
            gallery.add(str(start + number), vector[None])
    probe = rng.standard_normal(dimension, np.float32)
    memory = rng.standard_normal((people, dimension), np.float32)
    turns = _turns(rounds, lambda: gallery.nearest(probe, 100), memory.sum)
    ratios = [search.wall / read.wall for search, read in zip(*turns, strict=True)]
    _line(f"times a bare pass, a search among {people:,} people × {dimension}", ratios)


def _turns(rounds: int, *actions: Callable[[], object]) -> list[list[Seconds]]:
    """Returns the durations of each action, which take turns; the first turn does not count."""
    turns = [[time_action(action) for action in actions] for _ in range(rounds + 1)]
    return [list(durations) for durations in zip(*turns[1:], strict=True)]


def _line(name: str, values: list[float]) -> None:
    middle, low, high = statistics.median(values), min(values), max(values)
    print(f"{name:<64}{middle:10.3f}  ({low:.3f}–{high:.3f})")


if __name__ == "__main__":
    main()
