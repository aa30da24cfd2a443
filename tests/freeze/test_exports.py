"""What is shipped, looked at as a stranger would: with plain TensorFlow and the file."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

Images = npt.NDArray[np.object_]
Runner = Callable[[Path, Images], npt.NDArray[np.float32]]


def blank() -> bytes:
    return bytes(cv2.imencode(".png", np.full((40, 60), 255, np.uint8))[1])


@pytest.fixture(params=["saved_model", "frozen_graph.pb"])
def embed(
    request: pytest.FixtureRequest, frozen: tuple[Path, dict[str, float]]
) -> Callable[[Images], object]:
    from components.freeze import export, frozen_graph

    runners: dict[str, Runner] = {
        "saved_model": export.run_saved_model,
        "frozen_graph.pb": frozen_graph.run_frozen_graph,
    }
    return lambda images: runners[request.param](frozen[0] / request.param, images)


def test_the_saved_model_takes_image_bytes_and_gives_embeddings(
    frozen: tuple[Path, dict[str, float]],
) -> None:
    import tensorflow as tf

    signature = tf.saved_model.load(str(frozen[0] / "saved_model")).signatures["serving_default"]
    (taken,) = signature.structured_input_signature[1].values()
    assert (taken.name, taken.dtype, taken.shape.as_list()) == ("images", tf.string, [None])
    (given,) = signature.structured_outputs.items()
    assert (given[0], given[1].dtype, given[1].shape.as_list()) == (
        "embeddings",
        tf.float32,
        [None, 8],
    )


def test_the_frozen_graph_is_one_input_one_output_and_constants(
    frozen: tuple[Path, dict[str, float]],
) -> None:
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString((frozen[0] / "frozen_graph.pb").read_bytes())
    operations = {node.name: node.op for node in graph.node}
    assert [name for name, operation in operations.items() if operation == "Placeholder"] == [
        "images"
    ]
    assert operations["embeddings"] == "Identity"
    stateful = {
        "VarHandleOp",
        "VariableV2",
        "ReadVariableOp",
        "RestoreV2",
        "StatefulPartitionedCall",
    }
    assert not stateful & set(operations.values())
    assert not graph.library.function


def test_the_tensorboard_log_holds_every_node_and_no_weights(
    frozen: tuple[Path, dict[str, float]],
) -> None:
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef.FromString((frozen[0] / "frozen_graph.pb").read_bytes())
    (log,) = (frozen[0] / "graph").iterdir()
    events = list(tf.compat.v1.train.summary_iterator(str(log)))
    (logged,) = [
        tf.compat.v1.GraphDef.FromString(event.graph_def) for event in events if event.graph_def
    ]
    assert [(node.name, list(node.input)) for node in logged.node] == [
        (n.name, list(n.input)) for n in graph.node
    ]
    assert not any(node.attr["value"].tensor.tensor_content for node in logged.node)
    assert any(node.attr["value"].tensor.tensor_content for node in graph.node)


def test_a_blank_image_is_refused_at_the_door(
    embed: Callable[[Images], object], images: Images
) -> None:
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError, match="blank"):
        embed(np.array([images[0], blank()], dtype=object))


@pytest.mark.parametrize("rubbish", [b"", b"no image", b"\x89PNG\r\n\x1a\n"])
def test_bytes_that_are_no_image_are_refused_at_the_door(
    rubbish: bytes, embed: Callable[[Images], object], images: Images
) -> None:
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError):
        embed(np.array([images[0], rubbish], dtype=object))


def test_an_embedding_does_not_depend_on_its_neighbours(
    embed: Callable[[Images], npt.NDArray[np.float32]], images: Images
) -> None:
    alone = np.concatenate([embed(images[i : i + 1]) for i in range(len(images))])
    np.testing.assert_allclose(embed(images), alone, atol=1e-6)
