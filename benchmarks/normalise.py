"""CPU of the normalisation in NumPy and Pillow against that of the TensorFlow graph, in turns.

    python -m benchmarks.normalise /data/images

Both get the bytes of the same files, in memory; files that are neither PNG nor JPEG are left out.
Beside the ratio stands the number of files whose pixels, findings or reasons differ: 0.
"""

import os
import statistics
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from benchmarks.arguments import add_folder, add_rounds, add_size, parser
from benchmarks.timing import time_action
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise import normalise_each
from components.shared.data.outcomes import Normalised, Rejected
from components.shared.runtime import backend

SUFFIXES = {".png", ".jpg", ".jpeg"}
CHUNK = 32
Way = Callable[[Sequence[bytes]], list[Normalised | Rejected]]


def main() -> None:
    """Prints CPU time an image of both, their ratio, and how many images differ."""
    arguments = parser("normalise", __doc__)
    add_folder(arguments, "of images")
    add_size(arguments)
    arguments.add_argument(
        "--mode", default="shape", choices=("shape", "tone", "none"), help="as preprocess.mode"
    )
    arguments.add_argument("--every", type=int, default=1, metavar="N", help="image of the folder")
    add_rounds(arguments, 7, "turns of both")
    options = arguments.parse_args()
    if options.folder is None:
        arguments.error("name a folder of images, or set CEDAR_DIR")
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    files = [path.read_bytes() for path in paths[:: options.every]]
    if not files:
        arguments.error(f"{options.folder} holds no PNG or JPEG")
    spec = Normalisation(mode=options.mode, height=options.height, width=options.width)
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", CUDA_VISIBLE_DEVICES="-1")
    backend.load()
    from components.shared.data.batch_graph import build_normaliser

    graph = build_normaliser(spec)
    numpy = partial(normalise_each, spec=spec)
    _measure(files, spec, {"TensorFlow": graph, "NumPy": numpy}, options.rounds)


def _measure(
    files: Sequence[bytes], spec: Normalisation, ways: Mapping[str, Way], rounds: int
) -> None:
    first, second = [_in_chunks(way, files) for way in ways.values()]
    differ = sum(not _equal(one, other) for one, other in zip(first, second, strict=True))
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            seconds = time_action(partial(_in_chunks, way, files)).cpu
            times[name].append(seconds / len(files))
    ratios = [new / old for old, new in zip(times["TensorFlow"], times["NumPy"], strict=True)]
    print(f"{len(files)} images to {spec.height} × {spec.width}, {spec.mode}, {rounds} turns")
    for name, values in times.items():
        print(f"{name:<14}{statistics.median(values) * 1e3:8.3f} ms of CPU an image")
    print(
        f"{'ratio':<14}{statistics.median(ratios):8.2f} "
        f"({min(ratios):.2f}–{max(ratios):.2f} over the turns)"
    )
    print(f"{'differ':<14}{differ:8d} of {len(files)}")


def _in_chunks(way: Way, files: Sequence[bytes]) -> list[Normalised | Rejected]:
    results: list[Normalised | Rejected] = []
    for start in range(0, len(files), CHUNK):
        results += way(files[start : start + CHUNK])
    return results


def _equal(one: Normalised | Rejected, other: Normalised | Rejected) -> bool:
    if isinstance(one, Rejected) or isinstance(other, Rejected):
        return type(one) is type(other) and str(one) == str(other)
    return np.array_equal(one.pixels, other.pixels) and one[1:] == other[1:]


if __name__ == "__main__":
    main()
