"""The cost of a validation, which embeds and scores CEDAR's val identities, against the training
between two validations.

    python -m benchmarks.validation /data/cedar

The data are prepared as `make cedar` does; steps and validations take turns in one process;
medians.
"""

import statistics
from pathlib import Path

from benchmarks import cedar
from benchmarks.arguments import add_rounds, parser
from benchmarks.timing import time_action
from components.train.params import TrainParams

BATCH = {
    "identities_per_batch": 8,
    "images_per_identity": 4,
    "forgeries_per_identity": 4,
    "mining": "hard",
}
CEDAR = {**BATCH, "pooled_blocks": [7, 10], "pooled_components": 0, "views": ["whole", "mirror"]}


def main() -> None:
    """Prints the seconds of a step and of a validation, and their share at several frequencies."""
    default = TrainParams().validate_every
    arguments = parser("validation", __doc__)
    cedar.add(arguments)
    arguments.add_argument(
        "--every", type=int, default=default, metavar="N", help="steps between validations"
    )
    add_rounds(arguments, 3, "turns of both")
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
    batches = Batches(params, store, rows["train"]).between(0, 2 * rounds + 2)

    def train() -> None:
        batch = next(batches)
        train_step.train_on_batch(model, batch.images, batch.labels)

    def embed() -> None:
        candidate.set_weights(model.embedder.get_weights())
        embeddings.append(validation.embed(candidate))

    def score() -> None:
        validation.score(embeddings[-1])

    embeddings = [validation.embed(candidate)]
    train()
    first, second, embedding, scoring = [], [], [], []
    for _ in range(rounds):
        first.append(time_action(train).wall)
        second.append(time_action(train).wall)
        embedding.append(time_action(embed).wall)
        scoring.append(time_action(score).wall)
    a_step = (statistics.median(first) + statistics.median(second)) / 2
    a_score = statistics.median(scoring)
    a_validation = statistics.median(embedding) + a_score
    size = "×".join(map(str, store.normalisation.shape))
    print(f"{len(rows['val'])} images of val, {size}, {policy}")
    print(f"{'a step':<24}{a_step:8.2f} s")
    print(f"{'a validation':<24}{a_validation:8.2f} s, of which scoring {a_score:.2f} s")
    for steps in sorted({10, every}):
        share = a_validation / (a_validation + steps * a_step)
        print(f"{f'every {steps} steps':<24}{share:8.1%} of the time")


if __name__ == "__main__":
    main()
