"""The network in whole numbers of 8 bits, made of the tiny network in ONNX."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from components.freeze import int8_export

SHAPE = (16, 24, 1)


@pytest.fixture(scope="module")
def network(
    frozen: tuple[Path, dict[str, float]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The quantised file."""
    path = tmp_path_factory.mktemp("int8") / "embedder_int8.onnx"
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (20, *SHAPE), np.uint8)
    int8_export.write(frozen[0] / "embedder.onnx", images, path)
    return path


@pytest.mark.slow
def test_convolutions_alone_are_quantised(network: Path) -> None:
    graph = onnx.load(network).graph
    scaled = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    readers = {node.op_type for node in graph.node if scaled & set(node.input)}
    assert "Conv" in readers
    assert not readers & {"MatMul", "Gemm", "Mul", "Div", "Sqrt", "Sub"}


def test_an_addition_is_quantised_between_convolutions_but_not_behind_other_operations() -> None:
    value = onnx.TensorProto.FLOAT
    nodes = [
        onnx.helper.make_node("Conv", ["pixels", "kernel"], ["a"], name="first"),
        onnx.helper.make_node("Relu", ["a"], ["b"], name="clip"),
        onnx.helper.make_node("Conv", ["b", "kernel"], ["c"], name="second"),
        onnx.helper.make_node("Add", ["b", "c"], ["d"], name="residual"),
        onnx.helper.make_node("Add", ["d", "bias"], ["e"], name="constant"),
        onnx.helper.make_node("MatMul", ["e", "e"], ["f"], name="moments"),
        onnx.helper.make_node("Add", ["f", "bias"], ["g"], name="root"),
        onnx.helper.make_node("Add", ["g", "d"], ["h"], name="both"),
    ]
    weights = [
        onnx.helper.make_tensor("kernel", value, [1, 1, 1, 1], [1.0]),
        onnx.helper.make_tensor("bias", value, [1], [1.0]),
    ]
    pixels = onnx.helper.make_tensor_value_info("pixels", value, [1, 1, 4, 4])
    output = onnx.helper.make_tensor_value_info("h", value, [1, 1, 4, 4])
    graph = onnx.helper.make_graph(nodes, "drawn", [pixels], [output], weights)
    found = int8_export.convolutional(graph)
    assert found == ["first", "clip", "second", "residual", "constant"]


@pytest.mark.slow
def test_input_output_and_nearly_the_embeddings_are_those_of_float32(
    network: Path, frozen: tuple[Path, dict[str, float]]
) -> None:
    from components.freeze import onnx_export

    images = np.random.default_rng(1).integers(0, 256, (7, *SHAPE), np.uint8)
    quantised = onnx_export.open_session(network, threads=1)
    exact = onnx_export.embed(
        onnx_export.open_session(frozen[0] / "embedder.onnx", threads=1), images
    )
    embeddings = onnx_export.embed(quantised, images)
    assert quantised.get_inputs()[0].type == "tensor(uint8)"
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(embeddings, exact, atol=0.05)
    assert not np.array_equal(embeddings, exact)


@pytest.mark.slow
def test_more_images_give_the_scales_of_all(
    network: Path, frozen: tuple[Path, dict[str, float]], tmp_path: Path
) -> None:
    """Minimum and maximum are of all batches: the last one's brightest image counts."""
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (20, *SHAPE), np.uint8)
    int8_export.write(frozen[0] / "embedder.onnx", images[::-1], tmp_path / "turned.onnx")
    assert (tmp_path / "turned.onnx").read_bytes() == network.read_bytes()
