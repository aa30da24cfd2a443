"""Feeding alone, augmentation included, against what a training step consumes.

    python -m benchmarks.feed --height 112 --width 192

Both take turns: a train step of the real network on one batch that never changes, then a feed that
nobody trains on; medians of the paired ratios.
"""

import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.arguments import parser, training
from components.shared.runtime import backend
from components.train.params import AugmentParams, TrainParams

if TYPE_CHECKING:
    from components.train.data.sampler import Sampler

BATCHES = 20  # fed in one turn


def main() -> None:
    """Prints the images per second of both and their ratio."""
    arguments = parser("feed", __doc__)
    training(arguments)
    arguments.add_argument(
        "--elastic",
        type=float,
        default=0.02,
        metavar="SHARE",
        help="of the height, by which strokes are bent",
    )
    arguments.add_argument(
        "--workers", type=int, default=2, metavar="N", help="threads that make batches"
    )
    arguments.add_argument("--rounds", type=int, default=10, metavar="N", help="turns of both")
    options = arguments.parse_args()
    backend.load()
    params = TrainParams(
        identities_per_batch=options.identities,
        images_per_identity=options.images,
        forgeries_per_identity=options.forgeries,
        augment=_augmentation(options.channels, options.elastic),
        workers=options.workers,
        precision=options.precision,
    )
    _measure(params, (options.height, options.width, options.channels), options.rounds)


def _augmentation(channels: int, elastic: float) -> AugmentParams:
    """All that images of so many channels can undergo."""
    if channels == 1:
        return AugmentParams(elastic=elastic)
    return AugmentParams(
        elastic=elastic,
        thickness=0,
        flip=True,
        brightness=0.1,
        contrast=0.1,
        hue=0.1,
        saturation=0.1,
    )


def _measure(params: TrainParams, shape: tuple[int, int, int], rounds: int) -> None:
    import numpy as np

    from components.train import assembly
    from components.train.data.prefetch import make_batch, prefetch
    from components.train.devices import precision, replicas, train_step

    policy = precision.resolve(params.precision)
    with replicas.scope():
        model = assembly.compiled(params, shape, policy)
    sampler = _sampler(params)
    count = len(sampler.names) * (params.images_per_identity + params.forgeries_per_identity)
    images = np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8)
    batch = make_batch(images, sampler, params.augment, 0)

    def train() -> None:
        train_step.train_on_batch(model, batch.images, batch.labels)

    def feed_alone() -> None:
        for _ in prefetch(images, sampler, params.augment, range(BATCHES), params.workers):
            pass

    for action in (train, feed_alone, train):
        action()
    measured = [(_seconds(feed_alone), _seconds(train)) for _ in range(rounds)]
    size = len(batch.labels)
    fed = size * BATCHES / statistics.median(feeding.wall for feeding, _ in measured)
    consumed = size / statistics.median(training.wall for _, training in measured)
    ratio = BATCHES * statistics.median(
        training.wall / feeding.wall for feeding, training in measured
    )
    cpu = BATCHES * statistics.median(training.cpu / feeding.cpu for feeding, training in measured)
    print(
        f"{size} images of {'×'.join(map(str, shape))} a batch, {policy}, {params.workers} workers, {rounds} rounds"
    )
    print(f"{'feeding alone':<24}{fed:10.1f} images/s")
    print(f"{'a train step consumes':<24}{consumed:10.1f} images/s")
    print(f"{'ratio':<24}{ratio:10.1f} ({cpu:.1f} in CPU time)")


def _sampler(params: TrainParams) -> "Sampler":
    """Four times as many identities as a batch has, each with just the images that are drawn of it."""
    import numpy as np
    import pandas as pd

    from components.train.data.sampler import Sampler

    genuine, forgeries = params.images_per_identity, params.forgeries_per_identity
    identity, number = np.divmod(
        np.arange(4 * params.identities_per_batch * (genuine + forgeries)), genuine + forgeries
    )
    kind = np.where(number < genuine, "genuine", "forgery")
    rows = pd.DataFrame({"row": np.arange(len(identity)), "identity": identity, "kind": kind})
    return Sampler(
        rows,
        identities=params.identities_per_batch,
        images=genuine,
        forgeries=forgeries,
        seed=params.seed,
    )


class Seconds(NamedTuple):
    """By the clock, and of all cores together, which another process on the machine changes little."""

    wall: float
    cpu: float


def _seconds(action: Callable[[], None]) -> Seconds:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return Seconds(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main()
