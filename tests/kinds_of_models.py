"""The files of models: a bundle and its manifest, and networks with their allowed operations."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from components.shared.model import bundle, operations
from serving.engine import model
from serving.engine.session import Session
from tests.kinds_of_files import Kind
from tests.serving.bundles import DECISION, SHAPE, write_network, write_served_bundle

KERAS = Path(__file__).parent / "shared" / "model" / "embedders" / "whole.keras"


def _manifest(folder: Path) -> None:
    """Loads a bundle; only its card and facts that no decision hangs on may be others."""
    found = bundle.read(folder)
    _ = found.normalisation_version, found.space, found.catalog, found.image_sample
    served = model.load(folder)
    assert served.decision == DECISION
    assert served.normalisation == SHAPE


def _listed(folder: Path) -> None:
    """Loads a bundle, which is refused unless this file of it is as it was."""
    model.load(folder)
    assert (folder / bundle.ONNX).read_bytes() == _network()


@cache
def _network() -> bytes:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        write_network(Path(folder) / bundle.ONNX)
        return (Path(folder) / bundle.ONNX).read_bytes()


def _onnx(folder: Path) -> None:
    Session(folder / bundle.ONNX, SHAPE.shape)
    graph = onnx.load(folder / bundle.ONNX).graph
    assert {node.op_type for node in graph.node} <= operations.ONNX


def _write_saved_model(folder: Path) -> None:
    from tests.shared.model.test_operations import lengths, write_saved_model

    write_saved_model(folder, lengths)


def _saved_model(folder: Path) -> None:
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf import saved_model_pb2

    operations.check_saved_model(folder)
    try:
        saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    except DecodeError:
        return
    for meta in saved.meta_graphs:
        _demand_allowed(meta.graph_def, operations.SAVED)


def _write_frozen_graph(folder: Path) -> None:
    import tensorflow as tf

    from tests.shared.model.test_operations import BYTES, lengths

    graph = tf.function(lengths, input_signature=BYTES).get_concrete_function().graph
    (folder / bundle.FROZEN_GRAPH).write_bytes(graph.as_graph_def().SerializeToString())


def _frozen_graph(folder: Path) -> None:
    from google.protobuf.message import DecodeError
    from tensorflow.core.framework import graph_pb2

    operations.check_frozen_graph(folder / bundle.FROZEN_GRAPH)
    try:
        graph = graph_pb2.GraphDef.FromString((folder / bundle.FROZEN_GRAPH).read_bytes())
    except DecodeError:
        return
    _demand_allowed(graph, operations.TENSORFLOW)


def _demand_allowed(graph: Any, allowed: Iterable[str]) -> None:
    """Demands that TensorFlow's own reader finds no other operation than those allowed."""
    found = {node.op for node in graph.node}
    for function in graph.library.function:
        found |= {node.op for node in function.node_def}
    assert found <= set(allowed)


def _keras(folder: Path) -> None:
    from components.shared.model.embedder import read_model

    for ours, theirs in zip(read_model(folder / KERAS.name).get_weights(), _weights(), strict=True):
        assert np.array_equal(ours, theirs)


@cache
def _weights() -> list[Any]:
    from components.shared.model.embedder import read_model

    weights: list[Any] = read_model(KERAS).get_weights()
    return weights


FILES = {
    "manifest": Kind(bundle.MANIFEST, write_served_bundle, _manifest),
    "file of a bundle": Kind(bundle.ONNX, write_served_bundle, _listed),
    "onnx": Kind(bundle.ONNX, lambda folder: write_network(folder / bundle.ONNX), _onnx),
    "saved model": Kind("saved_model.pb", _write_saved_model, _saved_model),
    "frozen graph": Kind(bundle.FROZEN_GRAPH, _write_frozen_graph, _frozen_graph),
    "keras": Kind(
        KERAS.name, lambda folder: (folder / KERAS.name).write_bytes(KERAS.read_bytes()), _keras
    ),
}
