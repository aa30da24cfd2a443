import imagehash
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from components.preprocess import perceptual_hash
from components.preprocess.perceptual_hash import BITS, hash_prepared, join


def waves(seed: int, channels: int = 1) -> NDArray[np.uint8]:
    """A smooth picture, uint8 [32, 64, C]."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 12), np.uint8)
    smooth = Image.fromarray(coarse).resize((64, 32), Image.Resampling.BICUBIC)
    return np.repeat(np.asarray(smooth)[..., None], channels, axis=2)


def differing(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    return int(np.bitwise_count(one ^ other).sum())


@pytest.mark.parametrize("channels", [1, 3])
def test_each_image_has_the_hash_that_the_library_gives_it(channels: int) -> None:
    images = np.stack([waves(seed, channels) for seed in range(5)])
    hashes = hash_prepared(images)
    assert hashes.shape == (5, BITS // 8)
    for pixels, own in zip(images, hashes, strict=True):
        image = Image.fromarray(pixels.squeeze())
        assert (np.unpackbits(own).reshape(16, 16) == imagehash.phash(image, 16).hash).all()


def test_the_hashes_do_not_depend_on_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.stack([waves(seed) for seed in range(7)])
    whole = hash_prepared(images)
    monkeypatch.setattr(perceptual_hash, "CHUNK", 2)
    np.testing.assert_array_equal(hash_prepared(images), whole)


def test_a_slightly_changed_image_is_near_and_another_one_far() -> None:
    image, other = waves(0), waves(1)
    changed = np.clip(image * 0.9 + 10, 0, 255).astype(np.uint8)
    one, near, far = hash_prepared(np.stack([image, changed, other]))
    assert differing(one, near) <= 12
    assert differing(one, far) > 60


def test_no_images_have_no_hashes() -> None:
    assert hash_prepared(np.zeros((0, 32, 64, 1), np.uint8)).shape == (0, BITS // 8)
    assert join([]).shape == (0, BITS // 8)
