"""The fitting of the head: the projection trained alone, on features of images as they are."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.shared.runtime.errors import InputError
from components.train.data.sampler import Sampler
from components.train.loop import head_fitting
from components.train.model import head, network
from components.train.params import TrainParams

SHAPE = (32, 32, 1)
RANDOM = np.random.default_rng(0)
KINDS = ["genuine", "genuine", "genuine", "forgery"]
ROWS = pd.DataFrame(
    {"identity": np.repeat(list("abcd"), 4), "kind": KINDS * 4, "row": np.arange(16)}
)
IMAGES = RANDOM.integers(0, 256, (16, *SHAPE), np.uint8)
PARAMS = TrainParams(
    weights="imagenet",
    embedding_size=8,
    identities_per_batch=3,
    images_per_identity=2,
    forgeries_per_identity=1,
    views=["whole", "mirror"],
    pooled_blocks=[3],
    dropout=0.0,
    margin="soft",
    learning_rate=0.01,
)


@pytest.fixture(scope="module")
def built() -> Callable[[int], Any]:
    """Networks by their components, as they were built, whatever a test before has trained."""

    @cache
    def network_and_weights(components: int) -> tuple[Any, list[Any]]:
        params = PARAMS.model_copy(update={"pooled_components": components})
        model = network.build(params.architecture(SHAPE))
        return model, model.get_weights()

    def fresh(components: int) -> Any:
        model, weights = network_and_weights(components)
        model.set_weights(weights)
        return model

    return fresh


@pytest.fixture(scope="module")
def features(built: Callable[[int], Any]) -> np.ndarray:
    """Of each view; training the head changes nothing in front of them."""
    model = built(0)
    return np.stack([head.pooled_features(model, IMAGES, view=view) for view in PARAMS.views], 1)


@pytest.fixture
def embedder(built: Callable[[int], Any], features: np.ndarray) -> Any:
    """A standardised network."""
    model = built(0)
    head.fit_standardisation(model, features[:, PARAMS.views.index("whole")])
    return model


def train_head(embedder: Any, features: np.ndarray, steps: int) -> None:
    params = PARAMS.model_copy(update={"head_steps": steps})
    head_fitting.train_projection(embedder, params, features, ROWS)


def test_the_head_gives_of_the_features_what_the_embedder_gives_of_the_images(
    embedder: Any, features: np.ndarray
) -> None:
    embeddings = head.build_head(embedder)(features)
    np.testing.assert_allclose(embeddings, embedder(IMAGES), atol=1e-5)


def test_a_step_goes_down_the_loss_of_the_whole_network_and_changes_the_projection_only(
    embedder: Any, features: np.ndarray
) -> None:
    import tensorflow as tf

    from components.train.loss.triplet_model import TripletModel

    rows, labels = Sampler(ROWS, identities=3, images=2, forgeries=1, seed=PARAMS.seed).draw(0)
    before = {variable.path: variable.numpy() for variable in embedder.weights}
    kernel = head.build_head(embedder).get_layer("project").kernel
    model = TripletModel(embedder, PARAMS)
    with tf.GradientTape() as tape:
        loss = model.compute_loss(y=labels, y_pred=embedder(IMAGES[rows]))
    gradient = tape.gradient(loss, kernel.value).numpy()
    train_head(embedder, features, 1)
    clear = np.abs(gradient) > 1e-4
    assert clear.sum() > 100
    # The first step of Adam has the learning rate's length in every direction.
    moved = kernel.numpy() - before[kernel.path]
    np.testing.assert_allclose(moved[clear], -0.01 * np.sign(gradient[clear]), rtol=0.05)
    changed = {
        variable.path
        for variable in embedder.weights
        if (before[variable.path] != variable.numpy()).any()
    }
    assert {path.split("/")[-2] for path in changed} == {"project"}


@pytest.mark.slow
def test_many_steps_bring_the_genuine_images_together_and_the_forgeries_away(
    embedder: Any, features: np.ndarray
) -> None:
    def gap() -> float:
        embeddings = np.asarray(embedder(IMAGES)).reshape(4, 4, 8)
        distance = np.linalg.norm(embeddings[:, :, np.newaxis] - embeddings[:, np.newaxis], axis=3)
        return float(distance[:, :3, 3].mean() - distance[:, :3, :3].sum() / 24)

    before = gap()
    train_head(embedder, features, 100)
    assert gap() > before + 0.3


@pytest.mark.slow
def test_equal_seeds_give_equal_heads(embedder: Any, features: np.ndarray) -> None:
    start, embeddings = embedder.get_weights(), []
    for _ in range(2):
        embedder.set_weights(start)
        train_head(embedder, features, 3)
        embeddings.append(np.asarray(embedder(IMAGES)))
    np.testing.assert_allclose(embeddings[0], embeddings[1], atol=1e-6)


def test_a_loss_that_is_not_finite_names_the_step(embedder: Any, features: np.ndarray) -> None:
    with pytest.raises(
        InputError, match=r"the loss is nan at step 1 of the head; lower train\.learning_rate"
    ):
        train_head(embedder, np.full_like(features, np.nan), 2)


@pytest.mark.parametrize(
    ("start", "components"),
    [pytest.param("random", 4, marks=pytest.mark.slow), ("discriminant", 0)],
)
def test_a_head_is_started_and_trained_on_the_images_of_the_rows(
    start: str, components: int, built: Callable[[int], Any], capfd: pytest.CaptureFixture[str]
) -> None:
    params = PARAMS.model_copy(
        update={"head": start, "pooled_components": components, "head_steps": 2}
    )
    model = built(components)
    before = np.asarray(model(IMAGES))
    head_fitting.fit_head(model, params, IMAGES, ROWS)
    assert "head  2/2 steps, 100 %" in capfd.readouterr().err
    assert np.abs(np.asarray(model(IMAGES)) - before).max() > 0.01
    standard = (
        head.pooled_features(model, IMAGES)
        - model.get_layer("plain").get_layer("standardise").moving_mean
    )
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-3)


@pytest.mark.slow
def test_collections_change_the_head_unless_they_are_to_be_as_if_one(
    built: Callable[[int], Any],
) -> None:
    def embeddings(rows: pd.DataFrame, **changes: Any) -> bytes:
        settings = {"head": "discriminant", "head_steps": 2, "pooled_components": 0, **changes}
        params = PARAMS.model_copy(update=settings)
        model = built(0)
        head_fitting.fit_head(model, params, IMAGES, rows)
        return np.asarray(model(IMAGES)).tobytes()

    alone = embeddings(ROWS)
    named = ROWS.assign(collection=np.where(ROWS.identity < "c", "x", "y"))
    assert embeddings(ROWS.assign(collection="x")) == alone
    assert embeddings(named, head_steps=0) != embeddings(ROWS, head_steps=0)
    one = {"head_within_collections": False}
    assert embeddings(named, **one, head_steps=0) == embeddings(ROWS, head_steps=0)
    assert embeddings(named, **one) != alone, "the batches of the steps know them"


def test_the_head_is_fitted_to_whole_identities_with_two_genuine_images() -> None:
    identity = np.delete(np.repeat(np.arange(9), 4), 16).astype(str)  # one image of 4 is missing
    kind = np.delete(np.array(["genuine", "genuine", "forgery", "forgery"] * 9), 16)
    rows = pd.DataFrame({"identity": identity, "kind": kind, "row": np.arange(35)[::-1]})
    everyone = head_fitting.sample_identities(rows, 1000)
    assert sorted(everyone.identity.unique()) == list("01235678")
    assert len(everyone) == 8 * 4
    assert everyone.row.is_monotonic_increasing
    some = head_fitting.sample_identities(rows, 16)
    assert some.identity.value_counts().to_dict() == dict.fromkeys("0257", 4)


def test_no_more_rows_than_the_limit_are_taken_evenly_spaced() -> None:
    rows = np.array([9, 3, 5, 7, 1])
    assert head_fitting.evenly_spaced(rows, 5).tolist() == [1, 3, 5, 7, 9]
    assert head_fitting.evenly_spaced(rows, 3).tolist() == [1, 5, 9]
    assert head_fitting.evenly_spaced(rows, 4).tolist() == [1, 5, 9]
