"""Error rates before any training, by blocks of ResNet50, size of the images and their views.

    python -m benchmarks.head /data/cedar --blocks 7 --components 56 --views whole mirror --size 512

The discriminant of the pre-trained network's features is computed on all identities but those of a
fold and measured on those of the fold, skilled and random, with one reference; the comparisons of
all folds are pooled.
"""

import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from benchmarks import cedar
from benchmarks.arguments import parser
from components.shared.model.architecture import View
from components.train.params import TrainParams

if TYPE_CHECKING:
    import numpy as np

    from components.shared.verification.comparisons import Comparisons, Scores
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


def _measure(prepared: Path, params: TrainParams, folds: int) -> None:
    import numpy as np
    import pandas as pd

    from components.shared.data.image_store import open_store
    from components.shared.verification import comparisons
    from components.shared.verification.sampling import Draws, Labels
    from components.train.loop.head_fitting import MAX_COMPONENT_IMAGES, evenly_spaced
    from components.train.model import head, network

    store = open_store(prepared)
    codes, names = pd.factorize(store.index.identity)
    labels = Labels(codes, (store.index.kind == "forgery").to_numpy())
    model = network.build(params.architecture(store.normalisation.shape), weights=params.weights)
    if params.pooled_components:
        sample = evenly_spaced(np.arange(len(codes)), MAX_COMPONENT_IMAGES)
        head.fit_components(model, store.images, sample)
    start = time.perf_counter()
    features = {
        view: head.pooled_features(model, store.images, view=view).astype(np.float64)
        for view in params.views
    }
    seconds = (time.perf_counter() - start) / len(codes)
    fold_of_identity = np.random.default_rng(0).permutation(len(names)) % folds
    scores = []
    for fold in range(folds):
        test = fold_of_identity[codes] == fold
        embeddings = _embed(features, labels, ~test, params.embedding_size)[test]
        test_labels = Labels(codes[test], labels.forged[test])
        scores.append(comparisons.compare(embeddings, test_labels, Draws(references=1)))
    size = "×".join(map(str, store.normalisation.shape))
    print(f"{len(codes)} images of {len(names)} identities, {size}")
    pooled = "means"
    if params.pooled_components:
        pooled = f"second moments of {params.pooled_components} components"
    blocks = ", ".join(map(str, params.pooled_blocks))
    print(f"blocks {blocks}, {pooled}; {', '.join(params.views)}: {seconds * 1e3:.0f} ms an image")
    for kind in ("skilled", "random"):
        print(f"{kind:<10}{_rate(scores, kind)}")


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


def _rate(folds: "Sequence[Comparisons]", kind: str) -> str:
    """Returns the equal error rate of all folds' comparisons as text, with its 95 % interval over
    identities and the numbers of identities and comparisons.
    """
    from components.evaluate.scoring import confidence_intervals
    from components.evaluate.scoring.verification import Verification

    pooled = Verification(kind, 1, _pool(folds, "genuine"), _pool(folds, kind))
    estimate = confidence_intervals.eer(pooled)
    low, high = estimate.rate_interval() or (math.nan, math.nan)
    sizes = f"{len(pooled.scored.names)} identities, {pooled.scored.n_pairs:,} comparisons"
    return f"{estimate.value:.1%} ({low:.1%}–{high:.1%}), {sizes}"


def _pool(folds: "Sequence[Comparisons]", side: str) -> "Scores":
    """Returns the scores of one side of all folds, whose identities are numbered on."""
    from components.shared.verification.comparisons import Scores

    parts = []
    first = 0
    for fold in folds:
        scores: Scores = getattr(fold, side)
        probe = None if scores.probe is None else scores.probe + first
        parts.append(Scores(scores.distance, scores.identity + first, probe))
        first += fold.n_identities
    return Scores.join(parts)


if __name__ == "__main__":
    main()
