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
from typing import TYPE_CHECKING, Any

from benchmarks import cedar, loss_choice
from benchmarks.arguments import parser
from benchmarks.loss_choice import Loss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from benchmarks.folds import Pretrained
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
    from benchmarks import folds
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
        trained = embed_by_loss(images, trainings, test)
        for name, embeddings in trained.items():
            scores[name].append(comparisons.compare(embeddings, test_labels, Draws(references=1)))
    sizes = f"{len(labels.forged)} images, {number} folds, {params.head_steps} steps of the head"
    return [sizes, *loss_choice.lines(scores)]


def embed_by_loss(
    images: "Pretrained", trainings: "dict[str, TrainParams]", test: "NDArray[np.bool_]"
) -> "dict[str, NDArray[np.float32]]":
    """Embeds the images of a fold by heads that were trained on all others.

    Args:
        images: N images; their embedder's head is changed.
        trainings: section `train` of each training, by its name.
        test: bool [N], the n images of the fold.

    Returns:
        float32 [n, D] of each training.
    """
    import numpy as np
    import pandas as pd
    from keras import ops

    from components.train.loop import head_fitting
    from components.train.model import fisher_projection, head
    from components.train.model.views import PARTS

    known = images.features["whole"][~test]
    identity = np.unique(images.labels.identity[~test], return_inverse=True)[1]
    forged = images.labels.forged[~test]
    parts = [known]
    parts += [values[~test] for view, values in images.features.items() if view in PARTS]
    by_view = np.stack(list(images.features.values()), axis=1)
    rows = pd.DataFrame({"identity": identity, "kind": np.where(forged, "forgery", "genuine")})

    model = head.build_head(images.embedder)
    random = [ops.convert_to_numpy(variable) for variable in model.variables]
    head.fit_standardisation(images.embedder, known)
    examples = fisher_projection.parts_as_identities(parts, identity, forged)
    head.fit_projection(images.embedder, *examples)
    first = [ops.convert_to_numpy(variable) for variable in model.variables]
    result = {}
    for name, params in trainings.items():
        set_variables(model, first)
        head_fitting.train_projection(images.embedder, params, by_view[~test], rows)
        result[name] = ops.convert_to_numpy(model(by_view[test], training=False))
    set_variables(model, random)
    return result


def set_variables(model: Any, values: "Sequence[NDArray[np.generic]]") -> None:
    """Sets all that a model holds, the state of its dropout too."""
    for variable, value in zip(model.variables, values, strict=True):
        variable.assign(value)


if __name__ == "__main__":
    main()
