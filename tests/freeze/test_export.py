"""Both exports as files, with plain TensorFlow and nothing of this project's code."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from tests.pictures import encode, png_of_size, strokes

pytestmark = pytest.mark.slow

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


def test_the_saved_model_takes_normalised_images_too(
    frozen: tuple[Path, dict[str, float]], inputs: dict[str, Path], images: Images
) -> None:
    from components.freeze import export, parity_images
    from components.shared.data.normalisation import Normalisation

    spec = Normalisation.load(inputs["embedder"] / "normalise.json")
    normalised = parity_images.normalise_each(images, spec)
    results = export.run_signatures(frozen[0] / "saved_model", images, normalised)
    np.testing.assert_allclose(*results, atol=1e-6)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(blank(), id="blank"),
        pytest.param(b"", id="empty"),
        pytest.param(b"no image", id="text"),
        pytest.param(encode(strokes(0), "gif"), id="another format"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="signature alone"),
        pytest.param(encode(strokes(0))[:-200], id="PNG cut short"),
        pytest.param(encode(strokes(0), "jpeg")[:-600], id="JPEG cut short"),
        pytest.param(encode(strokes(0))[:500] + b"?" * 40 + encode(strokes(0))[540:], id="damaged"),
        pytest.param(png_of_size(40_000, 40_000), id="too large"),
    ],
)
def test_an_image_that_cannot_be_used_is_a_row_of_nan_and_spoils_no_other(
    bad: bytes, embed: Callable[[Images], npt.NDArray[np.float32]], images: Images
) -> None:
    embeddings = embed(np.array([images[0], bad, images[1], bad], dtype=object))
    assert np.isnan(embeddings[[1, 3]]).all()
    np.testing.assert_allclose(embeddings[[0, 2]], embed(images[:2]), atol=1e-6)


def test_a_batch_without_a_usable_image_is_rows_of_nan(
    embed: Callable[[Images], npt.NDArray[np.float32]],
) -> None:
    embeddings = embed(np.array([blank(), b"no image"], dtype=object))
    assert embeddings.shape == (2, 8)
    assert np.isnan(embeddings).all()


def test_a_batch_without_images_has_no_rows(
    embed: Callable[[Images], npt.NDArray[np.float32]],
) -> None:
    embeddings = embed(np.array([], dtype=object))
    assert embeddings.dtype == np.float32
    assert embeddings.shape == (0, 8)


def test_an_embedding_does_not_depend_on_its_neighbours(
    embed: Callable[[Images], npt.NDArray[np.float32]], images: Images
) -> None:
    alone = np.concatenate([embed(images[i : i + 1]) for i in range(len(images))])
    np.testing.assert_allclose(embed(images), alone, atol=1e-6)
