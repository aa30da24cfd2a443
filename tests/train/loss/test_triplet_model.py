"""What a training step computes, logs and remembers, with a small embedder."""

from typing import Any

import keras
import numpy as np
import pytest

from components.train.devices import train_step
from components.train.labels import EMPTY, FORGERY
from components.train.loss.triplet_model import TripletModel
from components.train.params import TrainParams
from tests.train import brute_force

LABELS = np.array([0, 0, 1, 1, 2, 2, FORGERY, FORGERY], np.int32)
SIZE = 6
OTHERS = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("hard", "all")]


def images_of(step: int, count: int = len(LABELS)) -> Any:
    return np.random.default_rng([7, step]).integers(0, 256, (count, 4, 4, 1), np.uint8)


def small_embedder(l2: float = 0.0, dtype: str = "float32") -> Any:
    images = keras.Input((4, 4, 1), dtype="uint8")
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255, dtype=dtype)(images))
    penalty = keras.regularizers.L2(l2 / 2) if l2 else None
    wide = keras.layers.Dense(8, "tanh", kernel_regularizer=penalty, dtype=dtype)(flat)
    return keras.Model(images, keras.layers.UnitNormalization()(keras.layers.Dense(SIZE)(wide)))


def model_of(embedder: Any = None, learning_rate: float = 0.05, **params: Any) -> TripletModel:
    keras.utils.set_random_seed(3)
    model = TripletModel(embedder or small_embedder(), TrainParams(images_per_identity=2, **params))
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def embeddings_of(model: TripletModel, images: Any) -> Any:
    return np.asarray(model.embedder(images))


@pytest.mark.parametrize("kind", ["semi-hard", *OTHERS])
def test_a_step_logs_the_loss_and_figures_of_its_batch(kind: Any) -> None:
    model = model_of(small_embedder(l2=0.01), mining=kind, margin=0.3)
    rows = embeddings_of(model, images_of(0))
    kernel = np.asarray(model.embedder.layers[3].kernel)
    logs = train_step.train_on_batch(model, images_of(0), LABELS)

    expected = brute_force.triplet_loss(kind, rows, LABELS, 0.3)
    distance = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    same, itself = LABELS[:, None] == LABELS[None], np.eye(len(LABELS), dtype=bool)
    assert logs == pytest.approx(
        {
            "loss": expected.value + 0.005 * np.sum(kernel**2),
            "triplet": expected.value,
            "l2": 0.005 * np.sum(kernel**2),
            "active": expected.active,
            "hardest_positive": np.where(same & ~itself, distance, 0)[:6].max(axis=1).mean(),
            "hardest_negative": np.where(same, 9, distance)[:6].min(axis=1).mean(),
            "spread": distance[~itself].mean(),
        },
        abs=1e-5,
    )


def test_every_step_logs_its_own_batch_alone() -> None:
    model = model_of(learning_rate=1e-9)
    logged = [
        train_step.train_on_batch(model, images_of(step), LABELS)["triplet"] for step in (0, 1, 0)
    ]
    assert logged[0] == pytest.approx(logged[2], abs=1e-6)
    assert logged[0] != pytest.approx(logged[1], abs=1e-3)


def test_steps_bring_the_loss_down() -> None:
    model = model_of()
    logs = [train_step.train_on_batch(model, images_of(0), LABELS) for _ in range(40)]
    assert logs[-1]["triplet"] < 0.5 * logs[0]["triplet"]
    assert logs[-1]["l2"] == 0.0


def test_warm_up_is_semi_hard_for_so_many_steps_and_then_the_mining_asked_for() -> None:
    model = model_of(mining="hard", warm_up=2, margin=0.4)
    for step in range(4):
        rows = embeddings_of(model, images_of(step))
        kind = "semi-hard" if step < 2 else "hard"
        loss = train_step.train_on_batch(model, images_of(step), LABELS)["triplet"]
        assert loss == pytest.approx(
            brute_force.triplet_loss(kind, rows, LABELS, 0.4).value, abs=1e-5
        )
        other = "hard" if step < 2 else "semi-hard"
        assert loss != pytest.approx(
            brute_force.triplet_loss(other, rows, LABELS, 0.4).value, abs=1e-4
        )


def labels_of(step: int) -> Any:
    """Other identities in every step, some of which come again."""
    return np.where(LABELS == FORGERY, FORGERY, (LABELS + step) % 5).astype(np.int32)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("semi-hard", 3),
        pytest.param("hard", 8, marks=pytest.mark.slow),
        pytest.param("all", 20, marks=pytest.mark.slow),
    ],
)
def test_the_memory_adds_the_most_recent_embeddings_as_negatives(kind: Any, size: int) -> None:
    model = model_of(mining=kind, cross_batch_memory=size)
    recent = np.zeros((0, SIZE), np.float32), np.zeros(0, np.int32)
    for step in range(5):
        rows, labels = embeddings_of(model, images_of(step)), labels_of(step)
        loss = train_step.train_on_batch(model, images_of(step), labels)["triplet"]
        expected = brute_force.triplet_loss(kind, rows, labels, 0.5, memory=recent)
        assert loss == pytest.approx(expected.value, abs=1e-5)
        recent = (
            np.concatenate([rows, recent[0]])[:size],
            np.concatenate([labels, recent[1]])[:size],
        )
    assert np.asarray(model.memory)[: len(recent[0])] == pytest.approx(recent[0], abs=1e-6)
    assert np.asarray(model.memory_labels).tolist() == recent[1].tolist()


def test_the_memory_starts_empty_and_embeds_nothing_anew() -> None:
    model = model_of(cross_batch_memory=20, learning_rate=0.5)
    assert set(np.asarray(model.memory_labels).tolist()) == {EMPTY}
    rows = embeddings_of(model, images_of(0))
    for step in range(2):
        train_step.train_on_batch(model, images_of(step), LABELS)
    assert np.asarray(model.memory)[8:16] == pytest.approx(rows, abs=1e-6)
    assert np.asarray(model.memory_labels)[16:].tolist() == [EMPTY] * 4


def test_evaluating_a_batch_changes_no_state() -> None:
    model = model_of(mining="hard", cross_batch_memory=8, warm_up=3)
    train_step.train_on_batch(model, images_of(0), LABELS)
    before = [np.asarray(variable) for variable in model.variables]
    model.test_on_batch(images_of(1), LABELS)
    for old, variable in zip(before, model.variables, strict=True):
        assert np.array_equal(old, np.asarray(variable))


@pytest.mark.slow
def test_a_run_whose_variables_were_stored_goes_on_bit_for_bit() -> None:
    params: dict[str, Any] = {
        "mining": "all",
        "margin": "soft",
        "cross_batch_memory": 12,
        "warm_up": 3,
    }
    whole = model_of(**params)
    for step in range(2):
        train_step.train_on_batch(whole, images_of(step), labels_of(step))
    stored = [np.asarray(variable) for variable in [*whole.variables, *whole.optimizer.variables]]
    resumed = model_of(**params)
    for variable, value in zip(
        [*resumed.variables, *resumed.optimizer.variables], stored, strict=True
    ):
        variable.assign(value)
    for step in range(2, 5):
        logs = [
            train_step.train_on_batch(model, images_of(step), labels_of(step))
            for model in (whole, resumed)
        ]
        assert logs[0] == logs[1]
    for ours, theirs in zip(whole.variables, resumed.variables, strict=True):
        assert np.array_equal(np.asarray(ours), np.asarray(theirs))


@pytest.mark.slow
def test_batches_may_have_fewer_forgeries_than_the_first() -> None:
    model = model_of()
    for count in (8, 7, 6):
        rows, labels = embeddings_of(model, images_of(0, count)), LABELS[:count]
        logs = train_step.train_on_batch(model, images_of(0, count), labels)
        assert logs["triplet"] == pytest.approx(
            brute_force.triplet_loss("semi-hard", rows, labels, 0.5).value, abs=1e-5
        )


@pytest.mark.slow
def test_xla_takes_the_same_steps() -> None:
    params: dict[str, Any] = {
        "mining": "all",
        "margin": "soft",
        "cross_batch_memory": 12,
        "warm_up": 1,
    }
    plain, compiled = model_of(**params), model_of(**params)
    compiled.compile(optimizer=keras.optimizers.Adam(0.05), jit_compile=True)
    compiled.optimizer.build(compiled.trainable_variables)
    for step in range(3):
        logs = [
            train_step.train_on_batch(model, images_of(step), labels_of(step))
            for model in (plain, compiled)
        ]
        assert logs[0] == pytest.approx(logs[1], abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["semi-hard", "all"])
def test_a_network_in_bfloat16_has_its_loss_and_state_in_float32(kind: Any) -> None:
    model = model_of(
        small_embedder(l2=0.01, dtype="mixed_bfloat16"), mining=kind, cross_batch_memory=10
    )
    for step in range(6):
        rows = embeddings_of(model, images_of(step))
        logs = train_step.train_on_batch(model, images_of(step), LABELS)
        assert np.isfinite(list(logs.values())).all()
        if step == 0:
            expected = brute_force.triplet_loss(kind, rows, LABELS, 0.5)
            assert logs["triplet"] == pytest.approx(expected.value, abs=1e-2)
    assert all(variable.dtype in ("float32", "int32", "int64") for variable in model.variables)
    assert logs["loss"] == pytest.approx(logs["triplet"] + logs["l2"], abs=1e-6)
