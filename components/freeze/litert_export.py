"""The network as a LiteRT (TensorFlow Lite) file, its weights in 8 bits: for phones and browsers.

The activations stay float32 and are quantised as they come (dynamic range). A file of whole numbers
alone is not written: the interpreter aborts on the root of second moments.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from components.shared.runtime.errors import InputError


def write(module: tf.Module, path: Path) -> None:
    """Writes a module's `embed`: input `pixels`, uint8 [N, H, W, C], output `embeddings`.

    Args:
        module: as `export.build_serving_module` returns it.
        path: the file to write.

    Raises:
        InputError: the network has an operation that LiteRT does not know.
    """
    # Frozen first: of variables the converter writes a file without weights, and says nothing.
    frozen = convert_variables_to_constants_v2(module.embed.get_concrete_function())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    try:
        content = converter.convert()
    except Exception as error:  # the converter's own kinds have no common one but this
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"{path.name}: the network cannot be written ({reason})") from None
    path.write_bytes(content)


class Interpreter:
    """A LiteRT file that is loaded, on the CPU.

    Args:
        path: of the file.
        threads: that compute one batch.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the interpreter's new home
            self._interpreter: Any = tf.lite.Interpreter(str(path), num_threads=threads)
        (self._input,) = self._interpreter.get_input_details()
        (self._output,) = self._interpreter.get_output_details()
        self._shape: tuple[int, ...] = ()

    def run(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Computes the embeddings [N, D] of normalised images [N, H, W, C]."""
        if pixels.shape != self._shape:
            self._interpreter.resize_tensor_input(self._input["index"], pixels.shape, strict=True)
            self._interpreter.allocate_tensors()
            self._shape = pixels.shape
        self._interpreter.set_tensor(self._input["index"], pixels)
        self._interpreter.invoke()
        embeddings: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._output["index"])
        return embeddings
