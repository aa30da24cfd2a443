"""The speed of training on a GPU, relative to the same network's without feeding or loss."""

import itertools
import statistics
from typing import Any

import pytest

from benchmarks import train_step as benchmark
from benchmarks.timing import Seconds, time_action
from components.shared.runtime import backend
from components.train.params import TrainParams

PARAMS = TrainParams(identities_per_batch=16, images_per_identity=4, forgeries_per_identity=4)
SHAPE = (112, 192, 1)
STEPS = 100  # of a turn: far more batches than are made ahead
ROUNDS = 5
LEAST_SHARE = 0.95


@pytest.fixture
def model() -> Any:
    backend.set_up()
    return benchmark.build_model(PARAMS, SHAPE)


def test_a_gpu_that_is_fed_computes_as_many_steps_as_one_whose_batches_are_ready(
    model: Any,
) -> None:
    ready = list(itertools.islice(benchmark.noise_batches(PARAMS, SHAPE, STEPS), STEPS))
    fed = benchmark.noise_batches(PARAMS, SHAPE, STEPS * (ROUNDS + 1))
    shares = []
    for _ in range(ROUNDS + 1):
        computing = time_action(lambda: benchmark.train(model, ready))
        whole = time_action(lambda: benchmark.train(model, itertools.islice(fed, STEPS)))
        shares.append(computing.wall / whole.wall)
    share = statistics.median(shares[1:])  # the first turn compiles
    print(f"the GPU is busy for {share:.1%} of the time")
    assert share >= LEAST_SHARE


def test_a_train_step_is_nearly_as_fast_as_forward_and_backward_alone(model: Any) -> None:
    steps = 10
    batches = benchmark.noise_batches(PARAMS, SHAPE, steps * (ROUNDS + 2) + 1)
    times = benchmark.time_turns(model, next(batches), batches, steps, ROUNDS)
    share = median_ratio(times[benchmark.BARE], times[benchmark.WHOLE])
    print(f"the train step has {share:.1%} of the bare pass's rate")
    assert share >= LEAST_SHARE


def median_ratio(some: list[Seconds], others: list[Seconds]) -> float:
    pairs = zip(some, others, strict=True)
    return statistics.median(one.wall / other.wall for one, other in pairs)
