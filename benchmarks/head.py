"""Error rates before any training: what blocks of ResNet50, size of the images and views of them
are worth.

    python -m benchmarks.head /data/cedar --blocks 7 --components 56 --views whole mirror left right --size 1024

The discriminant of the pre-trained network's features is computed on all identities but those of a
fold and measured on those of the fold, skilled and random, with one reference; the comparisons of
all folds are pooled.
"""

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
    from components.shared.verification import comparisons as pairs
    from components.shared.verification.sampling import Draws, Labels
    from components.train.loop.head_fitting import SURVEYED, spread
    from components.train.model import head, network

    store = open_store(prepared)
    codes, names = pd.factorize(store.index.identity)
    forged = (store.index.kind == "forgery").to_numpy()
    model = network.build(params.architecture(store.normalisation.shape), weights=params.weights)
    if params.pooled_components:
        head.fit_components(model, store.images, spread(np.arange(len(codes)), SURVEYED))
    begun = time.perf_counter()
    features = {
        view: head.pooled_features(model, store.images, view=view).astype(np.float64)
        for view in params.views
    }
    seconds = (time.perf_counter() - begun) / len(codes)
    fold = np.random.default_rng(0).permutation(len(names)) % folds
    found = []
    for number in range(folds):
        test = fold[codes] == number
        embeddings = _embed(features, codes, forged, ~test, params.embedding_size)[test]
        labels = Labels(codes[test], forged[test])
        found.append(pairs.compare(embeddings, labels, Draws(references=1)))
    shape = "×".join(map(str, store.normalisation.shape))
    print(f"{len(codes)} images of {len(names)} identities, {shape}")
    pooled = (
        f"second moments of {params.pooled_components} components"
        if params.pooled_components
        else "means"
    )
    blocks, views = (", ".join(map(str, names)) for names in (params.pooled_blocks, params.views))
    print(f"blocks {blocks}, {pooled}; {views}: {seconds * 1e3:.0f} ms an image")
    for kind in ("skilled", "random"):
        print(f"{kind:<10}{_rate(found, kind)}")


def _embed(
    features: "Mapping[View, np.ndarray]",
    codes: "np.ndarray",
    forged: "np.ndarray",
    known: "np.ndarray",
    size: int,
) -> "np.ndarray":
    """Embeddings of all images, float64 [N, size], by the discriminant of the known ones."""
    import numpy as np

    from components.train.model import fisher_projection
    from components.train.model.views import PARTS

    whole = features["whole"][known]
    mean, deviation = whole.mean(axis=0), whole.std(axis=0) + 1e-6
    standard = {view: (found - mean) / deviation for view, found in features.items()}
    parts = [found[known] for view, found in standard.items() if view == "whole" or view in PARTS]
    learnt = fisher_projection.parts_as_identities(parts, codes[known], forged[known])
    directions = fisher_projection.projection(*learnt, size // len(features))
    shares = [found @ directions for found in standard.values()]
    return np.concatenate(
        [share / np.linalg.norm(share, axis=1, keepdims=True) for share in shares], axis=1
    )


def _rate(found: "Sequence[Comparisons]", kind: str) -> str:
    """The equal error rate of all folds' comparisons, its 95 % interval over identities, and what
    it stands on.
    """
    from components.evaluate.scoring.resampled_rates import ResampledRates
    from components.shared.verification import error_rates
    from components.shared.verification.resampling import draw_weights, interval

    genuine, impostor = (_pooled(found, side) for side in ("genuine", kind))
    resampling = ResampledRates(genuine, impostor)
    low, high = (
        interval(resampling.eer(draw_weights(len(resampling.names), 1000, 0)))
        or (float("nan"),) * 2
    )
    rate = error_rates.eer(genuine.distance, impostor.distance).rate
    count = len(genuine.distance) + len(impostor.distance)
    basis = f"{len(resampling.names)} identities, {count:,} comparisons"
    return f"{rate:.1%} ({low:.1%}–{high:.1%}), {basis}"


def _pooled(found: "Sequence[Comparisons]", side: str) -> "Scores":
    import numpy as np

    from components.shared.verification.comparisons import Scores

    firsts = np.cumsum([0, *(comparisons.n_identities for comparisons in found)])
    parts: list[Scores] = [getattr(comparisons, side) for comparisons in found]
    identity = np.concatenate(
        [part.identity + first for part, first in zip(parts, firsts, strict=False)]
    )
    return Scores(np.concatenate([part.distance for part in parts]), identity.astype(np.int32))


if __name__ == "__main__":
    main()
