"""Error rates before any training, by blocks of ResNet50, size of the images and their views.

    python -m benchmarks.head /data/cedar --blocks 7 --components 56 --views whole mirror --size 512

The discriminant of the pre-trained network's features is computed on all identities but those of a
fold and measured on those of the fold, skilled and random, with one reference; the comparisons of
all folds are pooled.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from benchmarks import cedar
from benchmarks.arguments import parser
from components.shared.model.architecture import View
from components.train.params import TrainParams

if TYPE_CHECKING:
    import numpy as np

    from components.evaluate.scoring.verification import Verification
    from components.shared.verification.sampling import Labels


def main() -> None:
    """Prints the equal error rates with their intervals, and what the features cost."""
    arguments = parser("head", __doc__)
    cedar.add(arguments)
    arguments.add_argument("--weights", default="imagenet", help="as train.weights")
    arguments.add_argument(
        "--blocks", nargs="+", type=int, default=[7, 10], metavar="N", help="as train.pooled_blocks"
    )
    arguments.add_argument(
        "--components", type=int, default=0, metavar="N", help="as train.pooled_components"
    )
    arguments.add_argument(
        "--views",
        nargs="+",
        default=["whole"],
        choices=get_args(View),
        help="as train.views, whole among them",
    )
    arguments.add_argument(
        "--size", type=int, default=128, metavar="N", help="as train.embedding_size"
    )
    arguments.add_argument("--folds", type=int, default=5, metavar="N", help="of identities")
    options = arguments.parse_args()
    if "whole" not in options.views:
        arguments.error("--views wants whole among them")
    with cedar.prepared(arguments, options) as (prepared, _):
        params = TrainParams(
            weights=options.weights,
            pooled_blocks=options.blocks,
            pooled_components=options.components,
            views=options.views,
            embedding_size=options.size,
        )
        _measure(prepared, params, options.folds)


def _measure(prepared: Path, params: TrainParams, number: int) -> None:
    import numpy as np

    from benchmarks import folds
    from components.shared.verification import comparisons
    from components.shared.verification.sampling import Draws, Labels

    images = folds.pretrained(prepared, params)
    labels = images.labels
    features = {view: values.astype(np.float64) for view, values in images.features.items()}
    scores = []
    for test in folds.divide(labels, number):
        embeddings = _embed(features, labels, ~test, params.embedding_size)[test]
        test_labels = Labels(labels.identity[test], labels.forged[test])
        scores.append(comparisons.compare(embeddings, test_labels, Draws(references=1)))
    size = "×".join(map(str, images.image_shape))
    print(f"{len(labels.forged)} images of {images.n_identities} identities, {size}")
    pooled = "means"
    if params.pooled_components:
        pooled = f"second moments of {params.pooled_components} components"
    blocks = ", ".join(map(str, params.pooled_blocks))
    views = ", ".join(params.views)
    print(f"blocks {blocks}, {pooled}; {views}: {images.seconds * 1e3:.0f} ms an image")
    for kind in ("skilled", "random"):
        print(f"{kind:<10}{_rate(folds.pool(scores, kind))}")


def _embed(
    features: "Mapping[View, np.ndarray]", labels: "Labels", known: "np.ndarray", size: int
) -> "np.ndarray":
    """Embeds all images by the discriminant of the known ones.

    Args:
        features: float64 [N, F] of each view.
        labels: of the N images.
        known: bool [N].
        size: D.

    Returns:
        float64 [N, D].
    """
    import numpy as np

    from components.train.model import fisher_projection
    from components.train.model.views import PARTS

    whole = features["whole"][known]
    mean, deviation = whole.mean(axis=0), whole.std(axis=0) + 1e-6
    standard = {view: (values - mean) / deviation for view, values in features.items()}
    parts = [values[known] for view, values in standard.items() if view in ("whole", *PARTS)]
    examples = fisher_projection.parts_as_identities(
        parts, labels.identity[known], labels.forged[known]
    )
    directions = fisher_projection.projection(*examples, size // len(features))
    shares = []
    for values in standard.values():
        share = values @ directions
        shares.append(share / np.linalg.norm(share, axis=1, keepdims=True))
    return np.concatenate(shares, axis=1)


def _rate(pooled: "Verification") -> str:
    """Returns the equal error rate as text, with its 95 % interval over identities and the numbers
    of identities and comparisons.
    """
    from components.evaluate.scoring import confidence_intervals

    estimate = confidence_intervals.eer(pooled)
    low, high = estimate.rate_interval() or (math.nan, math.nan)
    sizes = f"{len(pooled.scored.names)} identities, {pooled.scored.n_pairs:,} comparisons"
    return f"{estimate.value:.1%} ({low:.1%}–{high:.1%}), {sizes}"


if __name__ == "__main__":
    main()
