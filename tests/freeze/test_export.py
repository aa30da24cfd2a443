"""Both exports as files, with plain TensorFlow and nothing of this project's code."""

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
    (argument,) = signature.structured_input_signature[1].values()
    assert (argument.name, argument.dtype, argument.shape.as_list()) == (
        "images",
        tf.string,
        [None],
    )
    ((name, result),) = signature.structured_outputs.items()
    assert (name, result.dtype, result.shape.as_list()) == (
        "embeddings",
        tf.float32,
        [None, 8],
    )


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
