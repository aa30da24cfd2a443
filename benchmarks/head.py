"""Error rates before any training: what blocks of ResNet50, size of the images and the mirror image are worth.

    python -m benchmarks.head /data/cedar --blocks 7 10 --mirrored

The discriminant of the pre-trained network's features is computed on all identities but those of a fold and measured
on those of the fold, skilled and random, with one reference; the comparisons of all folds are pooled.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import cedar
from benchmarks.arguments import parser

if TYPE_CHECKING:
    import numpy as np

    from components.shared.pairs import Comparisons, Scores

SIZE = 128


def main() -> None:
    """Prints the equal error rates with their intervals, and what the features cost."""
    arguments = parser("head", __doc__)
    cedar.add(arguments)
    arguments.add_argument("--weights", default="imagenet", help="as train.weights")
    arguments.add_argument("--blocks", nargs="+", type=int, default=[7, 10], metavar="N", help="as train.pooled_blocks")
    arguments.add_argument("--mirrored", action="store_true", help="as train.mirrored")
    arguments.add_argument("--folds", type=int, default=5, metavar="N", help="of identities")
    options = arguments.parse_args()
    with cedar.prepared(arguments, options) as (prepared, _):
        _measure(prepared, options.weights, options.blocks, options.mirrored, options.folds)


def _measure(prepared: Path, weights: str, blocks: Sequence[int], mirrored: bool, folds: int) -> None:
    import numpy as np
    import pandas as pd

    from components.shared import pairs
    from components.shared.images import open_store
    from components.train import network

    store = open_store(prepared)
    codes, names = pd.factorize(store.index.identity)
    forged = (store.index.kind == "forgery").to_numpy()
    model = network.build(store.normalisation.shape, SIZE, 0.0, weights, 0, "float32", blocks)
    begun = time.perf_counter()
    images = [store.images, store.images[:, :, ::-1]] if mirrored else [store.images]
    views = [network.pooled_features(model, each).astype(np.float64) for each in images]
    seconds = (time.perf_counter() - begun) / len(codes)
    fold = np.random.default_rng(0).permutation(len(names)) % folds
    found = []
    for number in range(folds):
        test = fold[codes] == number
        embeddings = _embed(views, codes, forged, ~test)[test]
        found.append(pairs.compare(embeddings, codes[test], forged[test], references=1, draws=1, seed=0))
    print(f"{len(codes)} images of {len(names)} identities, {'×'.join(map(str, store.normalisation.shape))}")
    print(f"blocks {', '.join(map(str, blocks))}{', mirrored' * mirrored}: {seconds * 1e3:.0f} ms an image")
    for kind in ("skilled", "random"):
        print(f"{kind:<10}{_rate(found, kind)}")


def _embed(
    views: "Sequence[np.ndarray]", codes: "np.ndarray", forged: "np.ndarray", known: "np.ndarray"
) -> "np.ndarray":
    """Embeddings of all images, float64 [N, SIZE], by the discriminant of the known ones."""
    import numpy as np

    from components.train import discriminant

    mean, deviation = views[0][known].mean(axis=0), views[0][known].std(axis=0) + 1e-6
    standard = [(features - mean) / deviation for features in views]
    width = SIZE // len(views)
    directions = discriminant.projection(standard[0][known], codes[known], forged[known], width)
    halves = [features @ directions for features in standard]
    return np.concatenate([half / np.linalg.norm(half, axis=1, keepdims=True) for half in halves], axis=1)


def _rate(found: "Sequence[Comparisons]", kind: str) -> str:
    """The equal error rate of all folds' comparisons, its 95 % interval over identities, and what it stands on."""
    from components.evaluate.bootstrap import Resampling
    from components.shared import metrics
    from components.shared.resampling import draw_weights, interval

    genuine, impostor = (_pooled(found, side) for side in ("genuine", kind))
    resampling = Resampling(genuine, impostor)
    low, high = interval(resampling.eer(draw_weights(len(resampling.names), 1000, 0))) or (float("nan"),) * 2
    rate = metrics.eer(genuine.distance, impostor.distance).rate
    count = len(genuine.distance) + len(impostor.distance)
    return f"{rate:.1%} ({low:.1%}–{high:.1%}), {len(resampling.names)} identities, {count:,} comparisons"


def _pooled(found: "Sequence[Comparisons]", side: str) -> "Scores":
    import numpy as np

    from components.shared.pairs import Scores

    firsts = np.cumsum([0, *(comparisons.n_identities for comparisons in found)])
    parts: list[Scores] = [getattr(comparisons, side) for comparisons in found]
    identity = np.concatenate([part.identity + first for part, first in zip(parts, firsts, strict=False)])
    return Scores(np.concatenate([part.distance for part in parts]), identity.astype(np.int32))


if __name__ == "__main__":
    main()
