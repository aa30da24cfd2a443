"""The network in ONNX, from normalised images on: what the service runs without TensorFlow.

tf2onnx writes files that no runtime loads, and says nothing: only one that ONNX's checker accepts
and that onnxruntime loads counts as written.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx
from onnx import checker

from components.freeze.export import OUTPUT, PIXELS
from components.shared.model import operations
from components.shared.runtime import cores
from components.shared.runtime.errors import InputError

OPSET = 17
"""Of ONNX 1.12, which runtimes of 2022 load."""
BATCH = 32

logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)


def write(module: tf.Module, path: Path) -> None:
    """Writes a module's `embed` as an ONNX file.

    Args:
        module: as `export.build_serving_module` returns it.
        path: the file to write.

    Raises:
        InputError: the network has an operation that ONNX does not know.
    """
    signature = module.embed.input_signature
    network, _ = tf2onnx.convert.from_function(module.embed, signature, opset=OPSET)
    try:
        checker.check_model(network, full_check=True)
    except (checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"{path.name}: the network cannot be written in ONNX ({reason}); "
            "train it again with this code"
        ) from None
    path.write_bytes(network.SerializeToString())


def open_session(path: Path, threads: int | None = None) -> Any:
    """Opens an ONNX file in onnxruntime, on the CPU.

    Args:
        path: of the file.
        threads: that compute one batch; None: as many as there are cores.
    """
    operations.check_onnx(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cores.available()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def embed(session: Any, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Embeds normalised images, uint8 [N, H, W, C], by batches; returns float32 [N, D]."""
    starts = range(0, len(pixels), BATCH)
    batches = [
        session.run([OUTPUT], {PIXELS: pixels[start : start + BATCH]})[0] for start in starts
    ]
    embeddings: npt.NDArray[np.float32] = np.concatenate(batches)
    return embeddings
