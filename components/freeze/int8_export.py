"""The network in ONNX with whole numbers of 8 bits, made of the ONNX network in float32.

Convolutions and what adds or clips their outputs are quantised; what follows them, the second
moments with their Newton–Schulz root and the standardising, keeps float32, for it magnifies every
rounding.

Weights take 7 of the 8 bits: processors without VNNI add two products in 16 bits, which overflow
with 8 (onnxruntime, "Quantize ONNX models": `reduce_range`).
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import checker
from onnxruntime import quantization
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
)

from components.freeze.export import PIXELS

BETWEEN = ("Add", "Relu", "MaxPool")
"""Operations that are quantised where all that they take comes from convolutions."""
BATCH = 8
"""Of calibration, which holds the values of all layers of a batch in memory."""


class _Batches(CalibrationDataReader):  # type: ignore[misc]
    """Feeds images to the calibration, by batches."""

    def __init__(self, images: npt.NDArray[np.uint8]) -> None:
        self._batches = self._cut(images)

    def get_next(self) -> dict[str, npt.NDArray[np.uint8]] | None:
        return next(self._batches, None)

    def _cut(self, images: npt.NDArray[np.uint8]) -> Iterator[dict[str, npt.NDArray[np.uint8]]]:
        for start in range(0, len(images), BATCH):
            yield {PIXELS: images[start : start + BATCH]}


def write(network: Path, calibration: npt.NDArray[np.uint8], path: Path) -> None:
    """Writes an ONNX network quantised, static, with its scales beside float nodes (QDQ).

    The scale of each layer's values is that of their minimum and maximum on the images: percentiles
    would hold all values of all images in memory.

    Args:
        network: the ONNX file in float32.
        calibration: normalised images, uint8 [N, H, W, C], N at least 1; of training identities.
        path: the file to write.
    """
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # of advice that the network does not need
    try:
        quantization.quantize_static(
            str(network),
            str(path),
            _Batches(calibration),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", *BETWEEN],
            nodes_to_quantize=convolutional(onnx.load(network).graph),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
    finally:
        root.setLevel(level)
    checker.check_model(onnx.load(path), full_check=True)


def convolutional(graph: onnx.GraphProto) -> list[str]:
    """Returns the names of the convolutions, and of what takes nothing but their outputs.

    Args:
        graph: in the order of computation, as ONNX demands.
    """
    constants = {tensor.name for tensor in graph.initializer}
    values: set[str] = set()
    names = []
    for node in graph.node:
        taken = set(node.input) - constants
        if node.op_type == "Conv" or (node.op_type in BETWEEN and taken and taken <= values):
            values.update(node.output)
            names.append(node.name)
    return names
