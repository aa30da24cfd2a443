"""Feeding alone, augmentation included, against the images that a training step consumes.

    python -m benchmarks.feed --height 112 --width 192

Both take turns: a train step of the real network on one batch that never changes, then a feed that
nobody trains on; medians of the paired ratios.
"""

import statistics

from benchmarks.arguments import add_batch, add_rounds, image_shape, parser, train_params
from benchmarks.noise import noise_images, noise_sampler
from benchmarks.timing import time_action
from components.shared.runtime import backend
from components.train.params import AugmentParams, TrainParams

BATCHES = 20  # of a turn


def main() -> None:
    """Prints the images per second of both and their ratio."""
    arguments = parser("feed", __doc__)
    add_batch(arguments)
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
    add_rounds(arguments, 10, "turns of both")
    options = arguments.parse_args()
    backend.load()
    params = train_params(
        options,
        augment=_augmentation(options.channels, options.elastic),
        workers=options.workers,
    )
    _measure(params, image_shape(options), options.rounds)


def _augmentation(channels: int, elastic: float) -> AugmentParams:
    """Returns all changes that have a meaning for images of so many channels."""
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
    from components.train import assembly
    from components.train.data.prefetch import make_batch, prefetch
    from components.train.devices import precision, replicas, train_step

    policy = precision.resolve(params.precision)
    with replicas.scope():
        model = assembly.compiled(params, shape, policy)
    genuine, forgeries = params.images_per_identity, params.forgeries_per_identity
    sampler = noise_sampler(params, genuine, forgeries)
    images = noise_images(params, genuine + forgeries, shape)
    batch = make_batch(images, sampler, params.augment, 0)

    def train() -> None:
        train_step.train_on_batch(model, batch.images, batch.labels)

    def feed() -> None:
        for _ in prefetch(images, sampler, params.augment, range(BATCHES), params.workers):
            pass

    for action in (train, feed, train):
        action()
    times = [(time_action(feed), time_action(train)) for _ in range(rounds)]
    size = len(batch.labels)
    produced = size * BATCHES / statistics.median(feeding.wall for feeding, _ in times)
    consumed = size / statistics.median(training.wall for _, training in times)
    wall = BATCHES * statistics.median(training.wall / feeding.wall for feeding, training in times)
    cpu = BATCHES * statistics.median(training.cpu / feeding.cpu for feeding, training in times)
    print(
        f"{size} images of {'×'.join(map(str, shape))} a batch, {policy}, "
        f"{params.workers} workers, {rounds} rounds"
    )
    print(f"{'feeding alone':<24}{produced:10.1f} images/s")
    print(f"{'a train step consumes':<24}{consumed:10.1f} images/s")
    print(f"{'ratio':<24}{wall:10.1f} ({cpu:.1f} in CPU time)")


if __name__ == "__main__":
    main()
