"""Error rates of a head trained on one collection, on itself and on others, and on all together.

    python -m benchmarks.transfer cedar=/data/cedar bengali=/data/bhsig260-bengali

Settings are those of `make cedar`. Writers of each collection are divided into folds. The head is
trained on those of one collection, or of all, but for two folds: one, as val, chooses the decision,
the other is tested, in every collection; the comparisons of all folds are pooled. Where the trained
and the tested collection differ, the decision has not seen the tested one. FAR and FRR are those at
the limit that val chose for equal error. Intervals are of 95 %, over writers; the last lines are
paired, on the same comparisons. `all as one` is a head that does not know which collection an image
is of.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import cedar
from benchmarks.arguments import add_size, parser

if TYPE_CHECKING:
    from benchmarks.carried_folds import CarriedFolds
    from components.train.params import TrainParams

REFERENCES = (1, 3, 5)
ALL, ONE = "all", "all as one"
AS_IF_ONE = {"head_within_collections": False, "collections_per_batch": "all"}


def main() -> None:
    """Prints the rates of every training on every collection."""
    arguments = parser("transfer", __doc__)
    arguments.add_argument(
        "collections",
        nargs="+",
        type=_collection,
        metavar="NAME=FOLDER",
        help="each in a layout that ingest recognises",
    )
    add_size(arguments, 112, 192)
    arguments.add_argument("--folds", type=int, default=5, metavar="N", help="of each collection")
    arguments.add_argument("--steps", type=int, metavar="N", help="as train.head_steps")
    options = arguments.parse_args()
    if options.folds < 3:
        arguments.error("three folds are the fewest: one for val, one for test")
    params = cedar.train_params()
    if options.steps is not None:
        params = params.model_copy(update={"head_steps": options.steps})
    with cedar.prepared_collections(dict(options.collections), options) as prepared:
        for line in compare(prepared, params, options.folds):
            print(line, flush=True)


def compare(prepared: Path, params: "TrainParams", number: int) -> Iterator[str]:
    """Trains on every collection and, of several, on all; measures each training on every one.

    Args:
        prepared: folder of preprocess, of several collections.
        params: section `train`.
        number: of folds of each collection.

    Yields:
        The rates in words.
    """
    import numpy as np

    from benchmarks import carried_folds, folds, trained_heads
    from components.shared.data.image_store import open_store

    collection = open_store(prepared).index["collection"].to_numpy(dtype=str)
    names = np.unique(collection).tolist()
    images = folds.pretrained(prepared, params)
    fold = carried_folds.number_folds(images.labels, collection, number)
    as_one = params.model_copy(update=AS_IF_ONE)
    measured: dict[tuple[str, str], CarriedFolds] = {}
    for trained in (*names, ALL) if len(names) > 1 else names:
        inside = np.isin(collection, names if trained == ALL else [trained])
        trainings = {trained: params} if trained != ALL else {ALL: params, ONE: as_one}
        for test in range(number):
            sys.stderr.write(f"{trained}, fold {test + 1} of {number}\n")
            val = inside & (fold == (test + 1) % number)
            known = inside & (fold != test) & ~val
            for training, embeddings in trained_heads.embed(images, trainings, known).items():
                labels = carried_folds.select(images.labels, val)
                decision = carried_folds.decide(embeddings[val], labels, len(params.views))
                for name in names:
                    rows = (collection == name) & (fold == test)
                    labels = carried_folds.select(images.labels, rows)
                    pooled = measured.setdefault((training, name), carried_folds.CarriedFolds())
                    pooled.add(decision, embeddings[rows], labels, REFERENCES)
        for training in trainings:
            for name in names:
                yield from measured[training, name].lines(f"{training} → {name}")
    for name in names if len(names) > 1 else ():
        for training, other in ((ALL, name), (ONE, ALL)):
            title = f"{training} minus {other}, on {name}"
            yield from measured[training, name].differences(measured[other, name], title)


def _collection(text: str) -> tuple[str, Path]:
    name, _, folder = text.partition("=")
    if not (name and folder):
        raise argparse.ArgumentTypeError(f"'{text}' is no collection: write NAME=FOLDER")
    return name, Path(folder)


if __name__ == "__main__":
    main()
