"""Images of noise and a sampler of their identities."""

from typing import TYPE_CHECKING

from components.train.params import TrainParams

if TYPE_CHECKING:
    import numpy as np

    from components.train.data.sampler import Sampler


def noise_sampler(params: TrainParams, genuine: int, forgeries: int) -> "Sampler":
    """Returns a sampler of four times as many identities as a batch has.

    Args:
        params: section `train`.
        genuine: images of each identity.
        forgeries: of each identity.
    """
    import numpy as np
    import pandas as pd

    from components.train.data.sampler import Sampler

    images = genuine + forgeries
    identity, number = np.divmod(np.arange(4 * params.identities_per_batch * images), images)
    kind = np.where(number < genuine, "genuine", "forgery")
    rows = pd.DataFrame({"row": np.arange(len(identity)), "identity": identity, "kind": kind})
    return Sampler(
        rows,
        identities=params.identities_per_batch,
        images=params.images_per_identity,
        forgeries=params.forgeries_per_identity,
        seed=params.seed,
    )


def noise_images(
    params: TrainParams, images_per_identity: int, shape: tuple[int, int, int]
) -> "np.ndarray":
    """Returns images of noise for the identities of `noise_sampler`, uint8 [N, H, W, C]."""
    import numpy as np

    count = 4 * params.identities_per_batch * images_per_identity
    return np.random.default_rng(0).integers(0, 256, (count, *shape), np.uint8)
