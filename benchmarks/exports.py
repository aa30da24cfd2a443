"""The network alone in each format of a bundle, beside ONNX in float32, on one thread.

    python -m benchmarks.exports --model models/frozen

Ratios of processor time of what takes turns, with their 95 % intervals over the turns: above 1 a
format is faster than float32 in onnxruntime. Formats that the bundle does not hold are left out.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.arguments import add_bundle, add_rounds, parser
from benchmarks.timing import time_action
from components.freeze.speed_ratio import of_turns
from components.shared.model.bundle import LITERT, ONNX, ONNX_INT8, SAVED_MODEL

Pixels = npt.NDArray[np.uint8]
Network = Callable[[Pixels], object]
BATCHES = (1, 16)
FORMATS = {
    "onnx float32": ONNX,
    "onnx int8": ONNX_INT8,
    "litert": LITERT,
    "TensorFlow": SAVED_MODEL,
}


def main() -> None:
    """Prints the ratios."""
    arguments = parser("exports", __doc__)
    add_bundle(arguments)
    arguments.add_argument("--images", type=int, default=32, metavar="N", help="of a turn")
    add_rounds(arguments, 7, "turns")
    options = arguments.parse_args()
    networks = _networks(options.model)
    for batch in BATCHES:
        _compare(networks, _images(options), batch, options.rounds)


def _compare(networks: dict[str, Network], images: Pixels, batch: int, rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in networks}
    for turn in range(rounds + 1):
        for name, network in networks.items():
            seconds = time_action(partial(_run, network, images, batch)).cpu
            if turn:  # the first one warms up
                times[name].append(seconds)
    print(f"{len(images)} images by batches of {batch}, {rounds} turns, one thread")
    reference, *others = networks
    for name in others:
        pairs = zip(times[reference], times[name], strict=True)
        ratio = of_turns([slow / fast for slow, fast in pairs])
        title = f"times as fast as {reference}: {name}"
        print(f"{title:<48}{ratio.value:8.2f}  ({ratio.low:.2f}–{ratio.high:.2f})")


def _run(network: Network, images: Pixels, batch: int) -> None:
    for start in range(0, len(images), batch):
        network(images[start : start + batch])


def _images(options: argparse.Namespace) -> Pixels:
    """Draws noise of the network's size; what an image shows changes no time."""
    from components.freeze import onnx_export

    session = onnx_export.open_session(options.model / ONNX, threads=1)
    size = session.get_inputs()[0].shape[1:]
    return np.random.default_rng(0).integers(0, 256, (options.images, *size), np.uint8)


def _networks(folder: Path) -> dict[str, Network]:
    """Loads the networks that a bundle holds, by their names; float32 in ONNX first."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    loaders = {ONNX: _onnx, ONNX_INT8: _onnx, LITERT: _litert, SAVED_MODEL: _tensorflow}
    networks = {}
    for name, file in FORMATS.items():
        if (folder / file).exists():
            networks[name] = loaders[file](folder / file)
    return networks


def _onnx(path: Path) -> Network:
    from components.freeze import onnx_export

    session: Any = onnx_export.open_session(path, threads=1)
    return lambda pixels: session.run(None, {"pixels": pixels})


def _litert(path: Path) -> Network:
    from components.freeze import litert_export

    return litert_export.Interpreter(path).run


def _tensorflow(path: Path) -> Network:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    embed = loaded.signatures["pixels"]

    def run(pixels: Pixels) -> object:
        assert loaded is not None  # the signature does not keep the variables
        return embed(pixels=tf.constant(pixels))["embeddings"].numpy()

    return run


if __name__ == "__main__":
    main()
