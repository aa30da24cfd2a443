"""The folder that Triton reads, as which KServe runs ONNX: one model in one version.

signatures/config.pbtxt · signatures/1/model.onnx
"""

import shutil
from pathlib import Path
from typing import Any

import onnx

FOLDER = "triton"
MODEL, VERSION = "signatures", "1"
TYPES = {onnx.TensorProto.UINT8: "TYPE_UINT8", onnx.TensorProto.FLOAT: "TYPE_FP32"}
ANY = -1
"""Triton's size of a dimension that each request chooses."""


def write(network: Path, folder: Path) -> None:
    """Writes the repository of a network.

    Its sizes are the network's own: a batch is what one request brings, however many images.

    Args:
        network: file in ONNX.
        folder: to write.
    """
    version = folder / MODEL / VERSION
    version.mkdir(parents=True)
    shutil.copyfile(network, version / "model.onnx")
    graph = onnx.load(network).graph
    config = [f'name: "{MODEL}"', 'backend: "onnxruntime"', "max_batch_size: 0"]
    config += [_tensor("input", each) for each in graph.input]
    config += [_tensor("output", each) for each in graph.output]
    (folder / MODEL / "config.pbtxt").write_text("\n".join(config) + "\n", encoding="utf-8")


def _tensor(role: str, value: Any) -> str:
    tensor = value.type.tensor_type
    sizes = [each.dim_value or ANY for each in tensor.shape.dim]
    dims = ", ".join(map(str, sizes))
    kind = TYPES[tensor.elem_type]
    return f'{role} {{ name: "{value.name}" data_type: {kind} dims: [ {dims} ] }}'
