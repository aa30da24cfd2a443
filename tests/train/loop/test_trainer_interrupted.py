"""A training that is killed or stopped anywhere goes on as if it had not been."""

import os
import signal
from collections.abc import Callable, Generator
from typing import Any

import pandas as pd
import pytest

from components.shared.runtime import cli
from components.shared.runtime.cli import Terminated
from components.train.data.batches import Batches
from components.train.data.prefetch import Batch
from components.train.loop.validation import Validation
from components.train.loop.weights import copy_values
from components.train.loss.triplet_model import TripletModel
from components.train.params import TrainParams
from tests.train.loop.conftest import EVERYTHING, PLAIN, PRETRAINED, Make, assert_equal

Undisturbed = Callable[[TrainParams], tuple[list[Any], str]]


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


def test_a_training_on_two_collections_goes_on_with_the_same_batches(make: Make) -> None:
    params = PLAIN.model_copy(update={"identities_per_batch": 2, "hard_identities": 0.5})
    whole = make("whole", params, collections=2)
    whole.fit()
    with pytest.raises(Killed):
        make("killed", params, at_step(5, kill), collections=2).fit()
    halves = make("killed", params, collections=2)
    assert halves.trainer.step == 4
    halves.fit()
    assert_equal(halves.everything(), whole.everything())
    alone = make("alone", params)
    alone.fit()
    with pytest.raises(AssertionError):
        assert_equal(halves.everything()[:1], alone.everything()[:1])


@pytest.mark.parametrize(
    ("number", "code", "params"),
    [
        pytest.param(signal.SIGINT, 130, PLAIN, id="plain"),
        pytest.param(signal.SIGTERM, 143, EVERYTHING, id="everything", marks=pytest.mark.slow),
    ],
)
def test_a_signal_ends_the_step_writes_a_checkpoint_and_the_training_goes_on_from_there(
    make: Make, undisturbed: Undisturbed, number: int, code: int, params: TrainParams
) -> None:
    before = signal.getsignal(number)
    for step in (3, 5):  # the first comes where a validation is due, which is then made up for
        with pytest.raises(SystemExit) as ended:
            cli.execute(make("stopped", params, network=signalled_in(step, number)).fit)
        assert ended.value.code == code
        newest = make("stopped", params)
        assert newest.trainer.step == step
    assert signal.getsignal(number) == before
    newest.fit()
    assert_equal(newest.everything(), undisturbed(params)[0])


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
        make("cut", PLAIN, validation=Interrupted).fit()
    again = make("cut", PLAIN)
    assert again.trainer.step == 3
    assert [row["step"] for row in again.trainer.history.rows] == [0, 2]
    again.fit()
    assert_equal(again.everything(), undisturbed(PLAIN)[0])


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
