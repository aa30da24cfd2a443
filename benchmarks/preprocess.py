"""Cost of preprocessing an image, against bare OpenCV decoding of the same file, on all cores.

    python -m benchmarks.preprocess /data/images

CPU time per image, so that what else runs on the machine matters little; medians over rounds in
which both take turns. The step's fixed cost is measured with a handful of images and taken off.
"""

import logging
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.arguments import add_folder, add_size, parser
from components.shared.data import catalog
from components.shared.data.catalog import Entry

if TYPE_CHECKING:
    from components.preprocess.params import PreprocessParams

SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}
FEW = 16


def main() -> None:
    """Prints CPU time per image of both, and their ratio."""
    arguments = parser("preprocess", __doc__)
    add_folder(arguments, "of images")
    add_size(arguments)
    arguments.add_argument("--rounds", type=int, default=5, metavar="N", help="turns of both")
    arguments.add_argument(
        "--near-copies", type=int, metavar="BITS", help="as preprocess.near_copies; 0: none"
    )
    options = arguments.parse_args()
    if options.folder is None:
        arguments.error("name a folder of images, or set CEDAR_DIR")
    files = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if len(files) < 2 * FEW:
        arguments.error(f"{options.folder} holds {len(files)} images; {2 * FEW} are the least")
    os.environ["PROGRESS"] = "quiet"
    logging.disable()
    import cv2

    from components.preprocess.params import PreprocessParams

    cv2.setNumThreads(1)
    params = PreprocessParams(height=options.height, width=options.width, max_rejected=1.0)
    if options.near_copies is not None:
        params = params.model_copy(update={"near_copies": options.near_copies})
    with tempfile.TemporaryDirectory() as folder:
        _measure(files, params, Path(folder), options.rounds)


def _measure(files: list[Path], params: "PreprocessParams", folder: Path, rounds: int) -> None:
    from components.preprocess import step

    few, all_files = _catalog(folder / "few", files[:FEW]), _catalog(folder / "all", files)
    step.run(params, few, folder / "warm")
    decoding, preparing, fixed = [], [], []
    for _ in range(rounds):
        decoding.append(_cpu_seconds(lambda: _decode(files)) / len(files))
        fixed.append(_cpu_seconds(lambda: step.run(params, few, folder / "few-out")))
        whole = _cpu_seconds(lambda: step.run(params, all_files, folder / "all-out"))
        preparing.append((whole - fixed[-1]) / (len(files) - FEW))
    ratio = statistics.median(p / d for p, d in zip(preparing, decoding, strict=True))
    print(
        f"{len(files)} images to {params.height} × {params.width}, {os.cpu_count()} cores, "
        f"median of {rounds} rounds"
    )
    print(f"{'OpenCV decodes':<24}{statistics.median(decoding) * 1e3:8.3f} ms of CPU an image")
    print(f"{'preprocess':<24}{statistics.median(preparing) * 1e3:8.3f} ms of CPU an image")
    print(f"{'ratio':<24}{ratio:8.2f}")
    print(f"{'fixed':<24}{statistics.median(fixed):8.2f} s of CPU")


def _catalog(folder: Path, files: list[Path]) -> Path:
    """Writes what ingest would make of these files, with links in place of copies."""
    folder.mkdir()
    entries = [Entry(f"{i}{path.suffix}", "0", "genuine", "0") for i, path in enumerate(files)]
    for entry, path in zip(entries, files, strict=True):
        (folder / entry.path).symlink_to(path.resolve())
    catalog.write(entries, folder)
    return folder


def _decode(files: list[Path]) -> None:
    import cv2

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(lambda path: cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), files):
            pass


def _cpu_seconds(work: Callable[[], object]) -> float:
    """Measures the CPU time of all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
