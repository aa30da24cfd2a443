"""Error rates of CEDAR under each loss, the head alone trained, on folds of all writers.

    python -m benchmarks.head_losses /data/cedar

Settings are those of `make cedar` but for the loss. The pre-trained features are computed once. Of
every fold the head is trained on all other writers, from the same first weights and on the same
batches under each loss, and measured on those of the fold with one reference; the comparisons of
all folds are pooled. `start` is the head before any step. Differences are paired, on the same
comparisons; intervals are of 95 %, over writers.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import cedar, loss_choice
from benchmarks.arguments import parser
from benchmarks.loss_choice import Loss

if TYPE_CHECKING:
    from components.train.params import TrainParams

DEFAULT = ("semi-hard:0.5", "hard:0.5", "all:0.5", "semi-hard:soft", "hard:soft", "all:soft")
START = "start"


def main() -> None:
    """Prints the equal error rate under each loss, and its difference from the first."""
    arguments = parser("head_losses", __doc__)
    cedar.add(arguments)
    loss_choice.add(arguments, DEFAULT)
    arguments.add_argument("--steps", type=int, metavar="N", help="as train.head_steps")
    arguments.add_argument("--folds", type=int, default=5, metavar="N", help="of identities")
    options = arguments.parse_args()
    losses = options.losses or [loss_choice.read(text) for text in DEFAULT]
    params = cedar.train_params()
    if options.steps is not None:
        params = params.model_copy(update={"head_steps": options.steps})
    with cedar.prepared(arguments, options) as (prepared, _):
        print("\n".join(compare(prepared, params, losses, options.folds)))


def compare(
    prepared: Path, params: "TrainParams", losses: Sequence[Loss], number: int
) -> list[str]:
    """Trains and measures the head under each loss.

    Args:
        prepared: folder of preprocess.
        params: section `train`.
        losses: the reference first.
        number: of folds.

    Returns:
        The rates in words.
    """
    from benchmarks import folds, trained_heads
    from components.shared.verification import comparisons
    from components.shared.verification.comparisons import Comparisons
    from components.shared.verification.sampling import Draws, Labels

    images = folds.pretrained(prepared, params)
    labels = images.labels
    trainings = {str(loss): loss.of(params) for loss in losses}
    trainings[START] = params.model_copy(update={"head_steps": 0})
    scores: dict[str, list[Comparisons]] = {name: [] for name in trainings}
    for fold, test in enumerate(folds.divide(labels, number)):
        sys.stderr.write(f"fold {fold + 1} of {number}\n")
        test_labels = Labels(labels.identity[test], labels.forged[test])
        for name, embeddings in trained_heads.embed(images, trainings, ~test).items():
            scores[name].append(
                comparisons.compare(embeddings[test], test_labels, Draws(references=1))
            )
    sizes = f"{len(labels.forged)} images, {number} folds, {params.head_steps} steps of the head"
    return [sizes, *loss_choice.lines(scores)]


if __name__ == "__main__":
    main()
