"""The training loop, on a tiny network: interrupted anywhere, it goes on as if it had not been."""

import os
import signal
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from components.shared.data import partition
from components.shared.data.image_store import open_store
from components.shared.runtime import cli
from components.shared.runtime.cli import Terminated
from components.shared.runtime.errors import InputError
from components.shared.tracking.run import Run
from components.shared.verification.metric_names import CRITERIA, criterion
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.checkpoints.run_key import Key
from components.train.data.batches import Batches
from components.train.data.prefetch import Batch
from components.train.devices import train_step
from components.train.loop.optimizer import adam
from components.train.loop.trainer import Trainer
from components.train.loop.validation import Validation
from components.train.loop.weights import copy_values
from components.train.loss.triplet_model import TripletModel
from components.train.monitoring.metrics_log import MetricsLog
from components.train.params import AugmentParams, TrainParams

PLAIN = TrainParams(
    identities_per_batch=3,
    images_per_identity=2,
    forgeries_per_identity=1,
    steps=8,
    log_every=2,
    validate_every=3,
    checkpoint_every=2,
    val_references=1,
    learning_rate=0.01,
    precision="float32",
    deterministic=True,
    augment=AugmentParams(),
)
PRETRAINED = PLAIN.model_copy(update={"start_from": "models/embedder"})
EVERYTHING = PRETRAINED.model_copy(
    update={
        "mining": "hard",
        "warm_up": 4,
        "cross_batch_memory": 20,
        "average": 0.8,
        "hard_identities": 0.5,
        "l2": 0.01,
    }
)


def embedder() -> Any:
    images = keras.Input((32, 32, 1), dtype="uint8")
    small = keras.layers.AveragePooling2D(4)(keras.layers.Rescaling(1 / 255)(images))
    normal = keras.layers.BatchNormalization()(keras.layers.Flatten()(small))
    dropped = keras.layers.Dropout(0.3, seed=1)(normal)
    projected = keras.layers.Dense(6, kernel_regularizer=keras.regularizers.L2(0.01))(dropped)
    return keras.Model(images, keras.layers.UnitNormalization()(projected))


class Place(NamedTuple):
    """The parts of one training."""

    trainer: Trainer
    checkpoints: Checkpoints
    log: MetricsLog

    def fit(self) -> dict[str, float]:
        return self.trainer.fit(self.log)

    def everything(self) -> list[Any]:
        """All that a training leaves: variables, first and best weights, history."""
        return [
            *copy_values(self.trainer._variables()),
            *self.trainer.start,
            *self.trainer.best,
            *(np.array(list(row.values())) for row in self.trainer.history.rows),
        ]


Make = Callable[..., Place]
Undisturbed = Callable[[TrainParams], tuple[list[Any], str]]


@pytest.fixture
def make(data: Path, surroundings: Path) -> Make:
    """A training in the state of its newest checkpoint; equal names share their checkpoints."""
    tf.config.experimental.enable_op_determinism()
    store = open_store(data / "prepared")
    parts = partition.read(data / "split", store.index)
    rows = store.index.assign(row=np.arange(len(store.index)), part=parts.part)

    def make_place(
        name: str,
        params: TrainParams = PLAIN,
        batches: type[Batches] = Batches,
        validation: type[Validation] = Validation,
        network: type[TripletModel] = TripletModel,
    ) -> Place:
        keras.utils.set_random_seed(0)
        model = network(embedder(), params)
        model.compile(optimizer=adam(params), jit_compile=False)
        model.optimizer.build(model.trainable_variables)
        checkpoints = Checkpoints(Key({}, name, "", None), params.checkpoints)
        trainer = Trainer(
            model,
            embedder(),
            params,
            batches(params, store, rows[rows.part == "train"]),
            validation(store.images, rows[rows.part == "val"], params.val_references),
            checkpoints,
        )
        saved = checkpoints.newest()
        if saved:
            trainer.restore(saved)
        return Place(
            trainer, checkpoints, MetricsLog(Run(None, None, name=name), saved is not None)
        )

    return make_place


@pytest.fixture(scope="module")
def results() -> dict[str, tuple[list[Any], str]]:
    return {}


@pytest.fixture
def undisturbed(make: Make, results: dict[str, tuple[list[Any], str]]) -> Undisturbed:
    """The end of a training without an interruption, and its history as a csv."""

    def result(params: TrainParams) -> tuple[list[Any], str]:
        name = params.model_dump_json()
        if name not in results:
            place = make("undisturbed", params)
            place.fit()
            results[name] = place.everything(), pd.DataFrame(place.trainer.history.rows).to_csv()
        return results[name]

    return result


class Killed(BaseException):
    """An end as by kill -9: nothing is saved, nothing tidied."""


def at_step(step: int, act: Callable[[], None]) -> type[Batches]:
    """Batches that do something before the batch of a step (counted from 0) is given out."""

    class Acting(Batches):
        def between(self, first: int, last: int) -> Generator[Batch]:
            for number, batch in enumerate(super().between(first, last), first):
                if number == step:
                    act()
                yield batch

    return Acting


def signalled_in(step: int, number: int) -> type[TripletModel]:
    """A model to which a signal comes in the middle of a step, counted from 1."""

    class Signalled(TripletModel):
        def reset_metrics(self) -> None:
            if int(self.optimizer.iterations) == step - 1:
                os.kill(os.getpid(), number)
            super().reset_metrics()

    return Signalled


def kill() -> None:
    raise Killed


def send(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


def assert_equal(ours: list[Any], theirs: list[Any]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize(
    "params",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param(EVERYTHING, id="everything", marks=pytest.mark.slow),
    ],
)
def test_a_training_killed_anywhere_and_gone_on_with_equals_one_that_was_not(
    make: Make, undisturbed: Undisturbed, params: TrainParams
) -> None:
    for step in (1, 3, 5):  # before the first checkpoint, after a validation, in between
        with pytest.raises(Killed):
            make("killed", params, at_step(step, kill)).fit()
    halves = make("killed", params)
    assert halves.trainer.step == 4
    halves.fit()
    assert halves.trainer.step == 8
    assert_equal(halves.everything(), undisturbed(params)[0])
    assert pd.DataFrame(halves.trainer.history.rows).to_csv() == undisturbed(params)[1]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_a_signal_ends_the_step_writes_a_checkpoint_and_the_training_goes_on_from_there(
    make: Make, undisturbed: Undisturbed, number: int, code: int
) -> None:
    before = signal.getsignal(number)
    for step in (3, 5):  # the first comes where a validation is due, which is then made up for
        with pytest.raises(SystemExit) as ended:
            cli.execute(make("stopped", EVERYTHING, network=signalled_in(step, number)).fit)
        assert ended.value.code == code
        newest = make("stopped", EVERYTHING)
        assert newest.trainer.step == step
    assert signal.getsignal(number) == before
    newest.fit()
    assert_equal(newest.everything(), undisturbed(EVERYTHING)[0])


def test_a_signal_during_a_validation_cuts_it_short_and_it_is_done_again(
    make: Make, undisturbed: Undisturbed
) -> None:
    class Interrupted(Validation):
        calls = 0

        def embed(self, model: Any) -> Any:
            Interrupted.calls += 1
            if Interrupted.calls == 2:
                os.kill(os.getpid(), signal.SIGTERM)
                raise AssertionError("the validation goes on after the signal")
            return super().embed(model)

    with pytest.raises(Terminated):
        make("cut", EVERYTHING, validation=Interrupted).fit()
    again = make("cut", EVERYTHING)
    assert again.trainer.step == 3
    assert [row["step"] for row in again.trainer.history.rows] == [0, 2]
    again.fit()
    assert_equal(again.everything(), undisturbed(EVERYTHING)[0])


def test_a_second_ctrl_c_stops_at_once_and_writes_nothing(make: Make) -> None:
    def twice() -> None:
        send(signal.SIGINT)()
        send(signal.SIGINT)()
        raise AssertionError("the second has no effect")

    place = make("twice", PLAIN, at_step(1, twice))
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell's background jobs ignore SIGINT
    try:
        with pytest.raises(KeyboardInterrupt):
            place.fit()
    finally:
        signal.signal(signal.SIGINT, before)
    assert place.checkpoints.newest() is None


def test_the_best_weights_are_those_of_the_best_validation_and_averaged_ones_lie_between(
    make: Make,
) -> None:
    place = make("averaged", PLAIN.model_copy(update={"average": 0.9, "validate_every": 8}))
    start = place.trainer._candidate_weights()
    place.fit()
    ours = place.trainer._candidate_weights()
    last = copy_values(place.trainer.model.embedder.weights)
    paths = [variable.path for variable in place.trainer.model.embedder.weights]
    (kernel,) = [i for i, path in enumerate(paths) if path.endswith("kernel")]
    averaged_way = np.abs(ours[kernel] - start[kernel]).mean()
    assert 0 < averaged_way < np.abs(last[kernel] - start[kernel]).mean()
    scores = place.trainer.history.rows[-1]
    place.trainer.candidate.set_weights(ours)
    validation = place.trainer.validation
    again = validation.score(validation.embed(place.trainer.candidate))
    assert again == {name: scores[name] for name in again}


def test_the_start_of_a_network_trained_before_is_kept_and_given_where_it_was_left(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make("left", PRETRAINED)
    start = copy_values(place.trainer.model.embedder.weights)
    rates = iter([0.5, 0.4, 0.3, 0.2])
    monkeypatch.setattr(place.trainer.validation, "score", lambda _: {CRITERIA[0]: next(rates)})
    assert place.fit()["step"] == 8
    given = place.trainer.start_embedder()
    assert given is not None
    assert_equal(copy_values(given.weights), start)
    best = place.trainer.best_embedder().get_weights()
    assert not all(np.array_equal(one, other) for one, other in zip(best, start, strict=True))


@pytest.mark.parametrize(
    ("params", "rates"),
    [
        pytest.param(PRETRAINED, [0.2, 0.2, 0.3, 0.4], id="no later step is better"),
        pytest.param(PLAIN, [0.5, 0.4, 0.3, 0.2], id="the start is random"),
    ],
)
def test_a_start_that_is_kept_or_random_is_not_given(
    make: Make, monkeypatch: pytest.MonkeyPatch, params: TrainParams, rates: list[float]
) -> None:
    place = make("not given", params)
    scores = iter(rates)
    monkeypatch.setattr(place.trainer.validation, "score", lambda _: {CRITERIA[0]: next(scores)})
    place.fit()
    assert place.trainer.start_embedder() is None


def test_a_training_without_steps_keeps_its_first_weights_and_their_figures(make: Make) -> None:
    place = make("no steps", PRETRAINED.model_copy(update={"steps": 0}))
    start = copy_values(place.trainer.model.embedder.weights)
    figures = place.fit()
    assert figures["step"] == 0
    assert criterion(figures) < 1
    assert_equal(place.trainer.best_embedder().get_weights(), start)
    assert place.trainer.start_embedder() is None
    assert [row["step"] for row in place.trainer.history.rows] == [0]


def test_a_training_without_steps_that_is_stopped_in_its_validation_goes_on_with_it(
    make: Make,
) -> None:
    class Interrupted(Validation):
        def embed(self, model: Any) -> Any:
            os.kill(os.getpid(), signal.SIGTERM)
            raise AssertionError("the validation goes on after the signal")

    params = PRETRAINED.model_copy(update={"steps": 0})
    place = make("stopped at 0", params, validation=Interrupted)
    with pytest.raises(Terminated):
        place.fit()
    again = make("stopped at 0", params)
    assert again.trainer.step == 0
    assert again.fit()["step"] == 0
    start = copy_values(place.trainer.model.embedder.weights)
    assert_equal(again.trainer.best_embedder().get_weights(), start)


def test_the_average_is_that_of_its_recursion(make: Make) -> None:
    place = make(
        "recursion", PLAIN.model_copy(update={"average": 0.75, "steps": 3, "log_every": 1})
    )
    expected: Any = None
    for batch in place.trainer.batches.between(0, 3):
        place.trainer._train(batch, place.log)
        values = copy_values(place.trainer.model.trainable_variables)
        if expected is None:
            expected = values
        else:
            pairs = zip(expected, values, strict=True)
            expected = [0.75 * average + 0.25 * value for average, value in pairs]
    paths = [variable.path for variable in place.trainer.model.embedder.weights]
    averages = dict(zip(paths, place.trainer._candidate_weights(), strict=True))
    for variable, value in zip(place.trainer.model.trainable_variables, expected, strict=True):
        assert averages[variable.path] == pytest.approx(value, abs=1e-6)


def test_hard_identities_are_found_anew_at_every_validation_and_steer_the_batches(
    make: Make,
) -> None:
    place = make("steered", PLAIN.model_copy(update={"hard_identities": 0.5}))
    assert place.trainer.batches.sampler.neighbours is None
    place.fit()
    neighbours = place.trainer.batches.sampler.neighbours
    assert neighbours is not None
    assert neighbours.shape == (4, 2)
    place.trainer.candidate.set_weights(place.trainer._candidate_weights())
    assert (neighbours == place.trainer.batches.find_neighbours(place.trainer.candidate)).all()


def test_a_loss_that_is_not_finite_stops_with_step_rows_files_and_the_last_good_checkpoint(
    make: Make,
) -> None:
    params = PLAIN.model_copy(update={"forgeries_per_identity": 0})

    class Poisoned(Batches):
        def between(self, first: int, last: int) -> Generator[Batch]:
            for number, batch in enumerate(super().between(first, last), first):
                if number == 5:
                    weight.assign(np.full(weight.shape, np.inf))
                yield batch

    place = make("diverged", params, Poisoned)
    weight = place.trainer.model.trainable_variables[-1]
    rows = np.unique(place.trainer.batches.sampler.draw(5).rows)
    with pytest.raises(InputError) as stopped:
        place.fit()
    message = str(stopped.value)
    assert message.startswith("train: the loss is nan at step 6, on rows ")
    assert f"rows {', '.join(map(str, rows))} of the prepared images" in message
    assert f"({', '.join(f'{row}.png' for row in rows)})" in message
    assert f"the last good checkpoint is {place.checkpoints.folder / 'step-00000004'};" in message
    assert "\n" not in message


def test_a_step_has_begun_before_the_figures_of_the_last_are_read(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        function = getattr(train_step, name)

        def noted(*arguments: Any) -> Any:
            events.append(name)
            return function(*arguments)

        return noted

    for name in ("begin_step", "read_logs"):
        monkeypatch.setattr(train_step, name, noting(name))
    make(
        "ahead", PLAIN.model_copy(update={"steps": 4, "validate_every": 4, "checkpoint_every": 4})
    ).fit()
    assert events == ["begin_step", *["begin_step", "read_logs"] * 3, "read_logs"]


def test_weights_that_are_not_finite_never_become_a_checkpoint(make: Make) -> None:
    place = make("broken")
    place.fit()
    variable = place.trainer.model.trainable_variables[0]
    variable.assign(np.full(variable.shape, np.nan))
    place.trainer.step = 9
    with pytest.raises(InputError, match="weights are not finite at step 9"):
        place.trainer._save(place.log)
    newest = place.checkpoints.newest()
    assert newest is not None
    assert newest.step == 8


def test_embeddings_that_are_not_finite_at_a_validation_are_said_in_one_line(make: Make) -> None:
    place = make("infinite")
    variable = place.trainer.model.trainable_variables[0]
    variable.assign(np.full(variable.shape, np.inf))
    with pytest.raises(
        InputError, match="values that are not finite at step 0; the last good checkpoint is none"
    ):
        place.fit()


@pytest.mark.parametrize("margin", [0.5, pytest.param("soft", marks=pytest.mark.slow)])
def test_a_collapse_is_reported_once_within_a_hundred_steps(
    make: Make, caplog: pytest.LogCaptureFixture, margin: Any
) -> None:
    place = make(
        "collapsed",
        PLAIN.model_copy(update={"steps": 100, "margin": margin, "learning_rate": 1e-9}),
    )
    for variable in place.trainer.model.trainable_variables:
        constant = 1.0 if variable.path.endswith("bias") else 0.0
        variable.assign(np.full(variable.shape, constant))
    place.fit()
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    assert "the embeddings have collapsed" in caplog.text
    assert "lower train.learning_rate" in caplog.text
    assert place.log.tracked.record.tags["collapsed"].startswith("step ")


def test_a_healthy_training_is_not_called_collapsed(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    make(
        "healthy",
        PLAIN.model_copy(update={"steps": 120, "validate_every": 120, "checkpoint_every": 120}),
    ).fit()
    assert "collapsed" not in caplog.text


def test_history_holds_every_part_of_the_loss_and_the_mean_of_each_over_its_steps(
    make: Make,
) -> None:
    place = make("history", EVERYTHING)
    place.fit()
    table = pd.DataFrame(place.trainer.history.rows).set_index("step")
    names = [
        "loss",
        "triplet",
        "l2",
        "active",
        "hardest_positive",
        "hardest_negative",
        "spread",
        "learning_rate",
    ]
    assert {f"train/{name}" for name in names} <= set(table.columns)
    assert list(table["train/loss"].dropna().index) == [2, 4, 6, 8]
    assert list(table["val/identification/refs_1/accuracy"].dropna().index) == [0, 3, 6, 8]
    parts = table[["train/triplet", "train/l2"]].sum(axis=1).loc[[2, 4, 6, 8]]
    assert parts.to_numpy() == pytest.approx(table["train/loss"].dropna().to_numpy(), abs=1e-5)
