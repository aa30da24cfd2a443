"""What validation costs: embedding and scoring CEDAR's val identities, against the training between
two validations.

    python -m benchmarks.validation /data/cedar

The data are prepared as `make cedar` does; steps and validations take turns in one process;
medians.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import cedar
from benchmarks.arguments import parser
from components.train.params import TrainParams

BATCH = {
    "identities_per_batch": 8,
    "images_per_identity": 4,
    "forgeries_per_identity": 4,
    "mining": "hard",
}
CEDAR = {**BATCH, "pooled_blocks": [7, 10], "views": ["whole", "mirror"]}


def main() -> None:
    """Prints the seconds of a step and of a validation, and their share at several frequencies."""
    default = TrainParams().validate_every
    arguments = parser("validation", __doc__)
    cedar.add(arguments)
    arguments.add_argument(
        "--every", type=int, default=default, metavar="N", help="steps between validations"
    )
    arguments.add_argument("--rounds", type=int, default=3, metavar="N", help="turns of both")
    options = arguments.parse_args()
    with cedar.prepared(arguments, options) as folders:
        _measure(*folders, options.every, options.rounds)


def _measure(prepared: Path, split: Path, every: int, rounds: int) -> None:
    from components.shared.data.image_store import open_store
    from components.train import assembly, step
    from components.train.data.batches import Batches
    from components.train.devices import precision, replicas, train_step
    from components.train.loop.validation import Validation
    from components.train.model import network

    params = TrainParams.model_validate(CEDAR)
    store = open_store(prepared)
    rows = step.rows_of(store, split)
    policy = precision.resolve(params.precision)
    with replicas.scope():
        model = assembly.compiled(params, store.normalisation.shape, policy)
    candidate = network.clone_in_precision(model.embedder, policy)
    validation = Validation(store.images, rows["val"], params.val_references)
    feed = Batches(params, store, rows["train"]).between(0, 2 * rounds + 2)

    def train() -> None:
        fed = next(feed)
        train_step.train_on_batch(model, fed.images, fed.labels)

    def embed() -> None:
        candidate.set_weights(model.embedder.get_weights())
        embeddings.append(validation.embed(candidate))

    embeddings = [validation.embed(candidate)]
    train()
    times = [
        (
            _seconds(train),
            _seconds(train),
            _seconds(embed),
            _seconds(lambda: validation.score(embeddings[-1])),
        )
        for _ in range(rounds)
    ]
    first, second, embedding, scoring = (
        statistics.median(column) for column in zip(*times, strict=True)
    )
    a_step, a_validation = (first + second) / 2, embedding + scoring
    shape = "×".join(map(str, store.normalisation.shape))
    print(f"{len(rows['val'])} images of val, {shape}, {policy}")
    print(f"{'a step':<24}{a_step:8.2f} s")
    print(f"{'a validation':<24}{a_validation:8.2f} s, of which scoring {scoring:.2f} s")
    for steps in sorted({10, every}):
        share = a_validation / (a_validation + steps * a_step)
        print(f"{f'every {steps} steps':<24}{share:8.1%} of the time")


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
