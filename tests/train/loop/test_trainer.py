"""The training loop, on a tiny network."""

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification.metric_names import CRITERIA, criterion
from components.train.data.batches import Batches
from components.train.data.prefetch import Batch
from components.train.devices import train_step
from components.train.loop.weights import copy_values
from components.train.params import TrainParams
from tests.train.loop.conftest import EVERYTHING, PLAIN, PRETRAINED, Make, assert_equal


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("margin", [0.5, "soft"])
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


@pytest.mark.slow
def test_a_healthy_training_is_not_called_collapsed(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    make(
        "healthy",
        PLAIN.model_copy(update={"steps": 120, "validate_every": 120, "checkpoint_every": 120}),
    ).fit()
    assert "collapsed" not in caplog.text


@pytest.mark.slow
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
