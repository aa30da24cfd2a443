"""Baselines that any embedder must beat: the network with random weights, and HOG."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring import confidence_intervals
from components.evaluate.scoring.verification import Verification, verifications
from components.shared.runtime.progress import track
from components.shared.verification.metric_names import floor
from components.shared.verification.sampling import Draws, Labels

if TYPE_CHECKING:
    import keras

HOG_HEIGHT = 64
HOG_CELL = 8
HOG_WIDEST = 256


def build_untrained(model: "keras.Model", seed: int) -> "keras.Model":
    """Builds the same architecture with fresh random weights, each layer as Keras draws it.

    A training from `weights: none` starts with residual branches of zero, which tells images apart
    worse: this is the harder baseline.

    Raises:
        RuntimeError: a layer came out with the weights it had.
    """
    import keras

    # Training may have begun from the bare seed: its first weights must not come out again.
    keras.utils.set_random_seed(int(np.random.SeedSequence([seed, 1]).generate_state(1)[0]))
    fresh = keras.models.clone_model(model)
    fresh.jit_compile = model.jit_compile
    for ours, theirs in zip(fresh.trainable_weights, model.trainable_weights, strict=True):
        if ours.path.endswith("kernel") and np.array_equal(ours.numpy(), theirs.numpy()):
            raise RuntimeError(f"the untrained network has the trained weights of {ours.path}")
    return fresh


def hog_descriptors(images: NDArray[np.uint8], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Computes HOG descriptors (Dalal & Triggs 2005) of prepared images.

    Cells have 8 pixels at a height of 64 pixels.

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


def compare_with_baseline(
    name: str,
    descriptors: NDArray[np.floating],
    labels: Labels,
    ours: list[Verification],
) -> dict[str, float]:
    """Computes a baseline's EER on our single-reference comparisons, and ours minus it.

    Args:
        name: of the baseline.
        descriptors: float [n, D], the baseline's embeddings.
        labels: of the n images.
        ours: the verifications of the embedder.

    Returns:
        EER and difference with their intervals, and the sample sizes, by kind of impostor.
    """
    single = {v.kind: v for v in ours if v.references == 1}
    metrics: dict[str, float] = {}
    for theirs in verifications(descriptors, labels, [Draws(references=1)]):
        if theirs.kind in single:
            metrics |= compare_with_floor(name, theirs, single[theirs.kind])
    return metrics


def compare_with_floor(name: str, theirs: Verification, ours: Verification) -> dict[str, float]:
    """Computes a floor's EER and ours minus it, of the same single-reference comparisons."""
    group = floor(name, theirs.kind)
    eer, difference = f"{group}/eer", f"{group}/eer_difference"
    estimate = confidence_intervals.eer(theirs)
    gap = confidence_intervals.eer(ours) - estimate
    metrics: dict[str, float] = {
        eer: estimate.value,
        difference: gap.value,
        f"{group}/n_identities": len(theirs.scored.user_eers()),
        f"{group}/n_pairs": theirs.scored.n_pairs,
    }
    return metrics | estimate.ends(eer) | gap.ends_of_difference(difference)
