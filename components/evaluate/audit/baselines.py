"""What any embedder must beat: the same network untrained, and histograms of oriented gradients
(HOG).
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.confidence_intervals import paired
from components.evaluate.scoring.verification import Verification, verifications
from components.shared.runtime.progress import track
from components.shared.verification.metric_names import floor
from components.shared.verification.sampling import Bootstrap, Draws, Labels

if TYPE_CHECKING:
    import keras

HOG_HEIGHT = 64
HOG_CELL = 8
HOG_WIDEST = 256


def untrained(model: "keras.Model", seed: int) -> "keras.Model":
    """The same architecture with fresh random weights, each layer as Keras draws it.

    A training from `weights: none` starts with residual branches of zero, which tells images apart
    worse: this is the harder floor.

    Raises:
        RuntimeError: a layer came out with the weights it had.
    """
    import keras

    # Training may have begun from the bare seed: its first weights are not to come out again.
    keras.utils.set_random_seed(int(np.random.SeedSequence([seed, 1]).generate_state(1)[0]))
    fresh = keras.models.clone_model(model)
    fresh.jit_compile = model.jit_compile
    for ours, theirs in zip(fresh.trainable_weights, model.trainable_weights, strict=True):
        if ours.path.endswith("kernel") and np.array_equal(ours.numpy(), theirs.numpy()):
            raise RuntimeError(f"the untrained network has the trained weights of {ours.path}")
    return fresh


def hog(images: NDArray[np.uint8], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """HOG descriptors (Dalal & Triggs 2005) of prepared images: 8-pixel cells at a height of 64
    pixels.

    Args:
        images: uint8 [N, H, W, 1 or 3].
        rows: which images, n of them.

    Returns:
        float32 [n, D], each block normalised by OpenCV's L2-Hys.
    """
    import cv2

    width = round(images.shape[2] * HOG_HEIGHT / images.shape[1] / HOG_CELL) * HOG_CELL
    size = (min(max(width, 2 * HOG_CELL), HOG_WIDEST), HOG_HEIGHT)
    cell = (HOG_CELL, HOG_CELL)
    descriptor = cv2.HOGDescriptor(size, (2 * HOG_CELL, 2 * HOG_CELL), cell, cell, 9)
    result = np.empty((len(rows), descriptor.getDescriptorSize()), np.float32)
    for i, row in enumerate(track(rows, "hog", "image", len(rows))):
        image = np.asarray(images[row])
        grey = image[..., 0] if image.shape[-1] == 1 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        scaled = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        result[i] = np.asarray(descriptor.compute(scaled), np.float32).ravel()
    return result


def against(
    name: str,
    described: NDArray[np.floating],
    labels: Labels,
    ours: list[Verification],
    bootstrap: Bootstrap,
) -> dict[str, float]:
    """What a floor makes of our single-reference comparisons: its EER, and ours − its, with paired
    intervals, and n.

    Args:
        name: of the floor.
        described: float [n, D], what the floor has instead of embeddings.
        labels: of the n images.
        ours: the verifications of the embedder.
        bootstrap: of the identities, for the intervals.
    """
    single = {v.kind: v for v in ours if v.references == 1}
    result: dict[str, float] = {}
    for theirs in verifications(described, labels, [Draws(references=1)]):
        if theirs.kind not in single:
            continue
        mine, basis = single[theirs.kind], floor(name, theirs.kind)
        key = f"{basis}/eer"
        left, right = (v.scored.eer().rate for v in (mine, theirs))
        result |= {key: right, f"{key}_difference": left - right}
        result |= {
            f"{basis}/n_identities": len(theirs.scored.user_eers()),
            f"{basis}/n_pairs": theirs.scored.n_pairs,
        }
        resampled = paired(mine, theirs, bootstrap)
        if resampled is not None:
            result |= bootstrap.interval_of(key, resampled[1])
            result |= bootstrap.interval_of(f"{key}_difference", resampled[0] - resampled[1])
    return result
