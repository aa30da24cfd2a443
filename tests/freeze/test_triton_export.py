"""The folder for Triton: its layout, and a configuration that the network keeps to."""

import re
from pathlib import Path

import numpy as np
import onnxruntime

from components.freeze import triton_export
from tests.serving.bundles import DIMENSION, SHAPE, write_network

TENSOR = re.compile(r'(input|output) \{ name: "(\w+)" data_type: (\w+) dims: \[ ([-0-9, ]+) \] \}')


def test_the_repository_holds_one_model_whose_configuration_is_the_networks(tmp_path: Path) -> None:
    write_network(tmp_path / "embedder.onnx")
    triton_export.write(tmp_path / "embedder.onnx", tmp_path / "triton")
    files = sorted(str(p.relative_to(tmp_path / "triton")) for p in tmp_path.glob("triton/**/*.*"))
    assert files == ["signatures/1/model.onnx", "signatures/config.pbtxt"]
    lines = (tmp_path / "triton/signatures/config.pbtxt").read_text().splitlines()
    assert lines[:3] == ['name: "signatures"', 'backend: "onnxruntime"', "max_batch_size: 0"]
    tensors = [match.groups() for match in map(TENSOR.fullmatch, lines[3:]) if match]
    pixels = f"-1, {SHAPE.height}, {SHAPE.width}, {SHAPE.channels}"
    assert tensors == [
        ("input", "pixels", "TYPE_UINT8", pixels),
        ("output", "embeddings", "TYPE_FP32", f"-1, {DIMENSION}"),
    ]
    served = onnxruntime.InferenceSession(tmp_path / "triton/signatures/1/model.onnx")
    images = np.zeros((3, SHAPE.height, SHAPE.width, SHAPE.channels), np.uint8)
    assert served.run(["embeddings"], {"pixels": images})[0].shape == (3, DIMENSION)
