"""Error rates of the generated sample under each loss, the whole network trained.

    python -m benchmarks.losses

Settings are those of params.yaml but for the loss: the same images, batches, first weights and
steps. Rates are those of the test part, with one reference, by distance. Nothing is chosen by them.
Differences are paired, on the same comparisons; intervals are of 95 %, over identities.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import loss_choice, sample
from benchmarks.arguments import parser
from benchmarks.loss_choice import Loss
from components.shared.runtime import backend, cli

DEFAULT = ("semi-hard:0.5", "hard:0.5", "all:0.5", "hard:soft")


def main() -> None:
    """Prints the equal error rate under each loss, and its difference from the first."""
    arguments = parser("losses", __doc__)
    loss_choice.add(arguments, DEFAULT)
    arguments.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the generator and of the training"
    )
    arguments.add_argument(
        "--params", type=Path, default=Path("params.yaml"), metavar="FILE", help="parameters"
    )
    options = arguments.parse_args()
    losses = options.losses or [loss_choice.read(text) for text in DEFAULT]
    os.environ["PROGRESS"] = "quiet"
    cli.execute(lambda: _run(losses, options.seed, options.params))


def _run(losses: Sequence[Loss], seed: int, params: Path) -> None:
    backend.load()
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(compare(losses, seed, params, Path(folder))))


def compare(losses: Sequence[Loss], seed: int, params: Path, folder: Path) -> list[str]:
    """Trains and measures the network under each loss.

    Args:
        losses: the reference first.
        seed: of the generator and of the training.
        params: params.yaml.
        folder: for what the steps write.

    Returns:
        The rates in words.
    """
    prepared, parts = sample.prepare(seed, params, folder)
    from components.evaluate.scoring.evaluation_set import select_part
    from components.shared.data import partition
    from components.shared.data.image_store import open_store
    from components.shared.model.embedder import embed, load_embedder
    from components.shared.runtime.params import load
    from components.shared.verification import comparisons
    from components.shared.verification.comparisons import Comparisons
    from components.shared.verification.sampling import Draws
    from components.train import step as train
    from components.train.params import TrainParams

    store = open_store(prepared)
    test = select_part(store.index, partition.read(parts, store.index), "test")
    settings = load(TrainParams, "train", params).model_copy(update={"seed": seed})
    scores: dict[str, list[Comparisons]] = {}
    for number, loss in enumerate(losses):
        sys.stderr.write(f"loss {loss}\n")
        out = folder / f"embedder-{number}"
        train.run(loss.of(settings), prepared, parts, out)
        embeddings = embed(load_embedder(out), store.images, rows=test.rows)
        scores[str(loss)] = [comparisons.compare(embeddings, test.labels, Draws(references=1))]
    sizes = f"{len(test.rows)} images of test, seed {seed}, {settings.steps} steps"
    return [sizes, *loss_choice.lines(scores)]


if __name__ == "__main__":
    main()
