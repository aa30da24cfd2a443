"""The frozen graph as a file, and its structure as a TensorBoard log."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, inputs: dict[str, Path]) -> Path:
    """A folder with frozen_graph.pb of the embedder, and its structure in `graph`."""
    from components.freeze import frozen_graph
    from components.freeze.export import build_serving_module
    from components.shared.data.normalisation import Normalisation
    from components.shared.model.embedder import load_embedder

    folder = tmp_path_factory.mktemp("written")
    spec = Normalisation.load(inputs["embedder"] / "normalise.json")
    module = build_serving_module(load_embedder(inputs["embedder"]), spec)
    graph = frozen_graph.freeze(module)
    frozen_graph.write(graph, folder / "frozen_graph.pb")
    frozen_graph.write_tensorboard(graph, folder / "graph")
    return folder


def test_the_frozen_graph_is_one_input_one_output_and_constants(written: Path) -> None:
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString((written / "frozen_graph.pb").read_bytes())
    operations = {node.name: node.op for node in graph.node}
    assert [name for name, operation in operations.items() if operation == "Placeholder"] == [
        "images"
    ]
    assert operations["embeddings"] == "Identity"
    stateful = {"VarHandleOp", "VariableV2", "ReadVariableOp", "RestoreV2"}
    assert not stateful & set(operations.values())
    inner = {node.op for function in graph.library.function for node in function.node_def}
    assert not stateful & inner


def test_the_frozen_graph_names_no_attribute_that_an_older_tensorflow_may_not_know(
    written: Path,
) -> None:
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString((written / "frozen_graph.pb").read_bytes())
    datasets = [node for node in graph.node if node.op.endswith("Dataset")]
    assert datasets
    assert not any("metadata" in node.attr for node in datasets)


def test_the_tensorboard_log_holds_every_node_and_no_weights(written: Path) -> None:
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString((written / "frozen_graph.pb").read_bytes())
    (log,) = (written / "graph").iterdir()
    events = list(tf.compat.v1.train.summary_iterator(str(log)))
    (logged,) = [
        tf.compat.v1.GraphDef.FromString(event.graph_def) for event in events if event.graph_def
    ]
    assert [(node.name, list(node.input)) for node in logged.node] == [
        (n.name, list(n.input)) for n in graph.node
    ]
    assert not any(node.attr["value"].tensor.tensor_content for node in logged.node)
    assert any(node.attr["value"].tensor.tensor_content for node in graph.node)


def test_nodes_that_the_output_does_not_need_are_left_out(tmp_path: Path) -> None:
    import tensorflow as tf

    from components.freeze import frozen_graph

    module = tf.Module()
    module.scale = tf.Variable(3.0)

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        lengths = tf.cast(tf.strings.length(images), tf.float32)
        tf.math.log(lengths, name="unused")
        return {"embeddings": tf.identity(lengths * module.scale, name="embeddings")}

    signature = [tf.TensorSpec([None], tf.string, name="images")]
    module.serve = tf.function(serve, input_signature=signature)
    graph = frozen_graph.freeze(module)
    names = {node.name for node in graph.node}
    assert {"images", "embeddings"} <= names
    assert "unused" not in names
    frozen_graph.write(graph, tmp_path / "graph.pb")
    images = np.array([b"a", b"abcd"], dtype=object)
    embeddings = frozen_graph.run_frozen_graph(tmp_path / "graph.pb", images)
    np.testing.assert_array_equal(embeddings, [3.0, 12.0])
