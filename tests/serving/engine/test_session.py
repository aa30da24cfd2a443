"""Networks that are loaded, and those that are refused."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from components.shared.runtime.errors import InputError
from serving.engine.session import Session
from tests.serving.bundles import DIMENSION, SHAPE, write_network


def scaled(path: Path, shape: list[int], kind: int = TensorProto.FLOAT) -> Path:
    """Writes a network that casts its pixels alone."""
    takes = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["N", *shape])
    gives = helper.make_tensor_value_info("embeddings", kind, ["N", *shape])
    cast = helper.make_node("Cast", ["pixels"], ["embeddings"], to=kind)
    graph = helper.make_graph([cast], "cast", [takes], [gives])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    return path


def test_a_network_gives_an_embedding_of_unit_length_for_each_image(tmp_path: Path) -> None:
    path = tmp_path / "embedder.onnx"
    write_network(path)
    session = Session(path, SHAPE.shape)
    assert session.dimension == DIMENSION
    pixels = np.random.default_rng(0).integers(0, 256, (5, *SHAPE.shape)).astype(np.uint8)
    embeddings = session.run(pixels)
    assert embeddings.shape == (5, DIMENSION)
    assert embeddings.dtype == np.float32
    for image, embedding in zip(pixels, embeddings, strict=True):
        np.testing.assert_allclose(session.run(image[None])[0], embedding, atol=1e-6)


def test_a_network_of_other_images_or_results_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "embedder.onnx"
    write_network(path)
    with pytest.raises(InputError, match=r"takes .* but not uint8 pixels of \(8, 8, 1\)"):
        Session(path, (8, 8, 1))
    with pytest.raises(InputError, match=r"gives .* but not float32 embeddings"):
        Session(scaled(tmp_path / "cast.onnx", [8, 8, 1], TensorProto.INT32), (8, 8, 1))
    network = onnx.load(path)
    network.graph.node[0].op_type = "Strange"
    onnx.save(network, path)
    with pytest.raises(InputError, match="has 'Strange', which no network of this project needs"):
        Session(path, SHAPE.shape)


@pytest.mark.parametrize("content", [b"", b"\x80\x04]", b"not a network"])
def test_what_is_no_network_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "embedder.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"embedder\.onnx: (not a network|damaged)") as refusal:
        Session(path, SHAPE.shape)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("place", ["inside", "above", "absolute", "here"])
def test_weights_outside_the_file_are_never_read(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    write_network(folder / "embedder.onnx")
    model = onnx.load(folder / "embedder.onnx")
    (weights,) = [one for one in model.graph.initializer if one.name == "weights"]
    for spot in (folder, tmp_path):
        (spot / "weights.bin").write_bytes(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    locations = {"above": "../weights.bin", "absolute": str(tmp_path / "weights.bin")}
    entry = weights.external_data.add()
    entry.key, entry.value = "location", locations.get(place, "weights.bin")
    (folder / "embedder.onnx").write_bytes(model.SerializeToString())
    monkeypatch.chdir(tmp_path if place == "here" else folder)
    with pytest.raises(InputError, match="has weights in another file"):
        Session(folder / "embedder.onnx", SHAPE.shape)
