"""The images that quantised networks are made with and proven on."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from components.freeze import proof_images
from components.shared.data import image_store
from components.shared.data.normalisation import Normalisation
from components.shared.runtime.errors import InputError
from tests.freeze.conftest import SPEC, blank

NORMALISATION = Normalisation(**SPEC)


def test_scales_come_of_training_identities_and_proofs_of_test_identities_bytes(
    writers: dict[str, Path],
) -> None:
    known = proof_images.read(**writers, normalisation=NORMALISATION)
    store = image_store.open_store(writers["prepared"])
    np.testing.assert_array_equal(known.calibration, store.images[:16])
    np.testing.assert_array_equal(known.pixels, store.images[16:])
    assert np.array_equal(known.labels.identity, np.repeat(np.arange(6), 4))
    assert np.array_equal(known.labels.forged, np.arange(24) % 4 == 3)
    assert known.labels.collection is None


def test_both_are_bounded_by_whole_identities_and_the_same_at_every_reading(
    writers: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof_images, "CALIBRATION", 5)
    monkeypatch.setattr(proof_images, "PROOF", 5)
    first = proof_images.read(**writers, normalisation=NORMALISATION)
    again = proof_images.read(**writers, normalisation=NORMALISATION)
    assert len(first.calibration) == 5
    assert np.bincount(first.labels.identity).tolist() == [4, 4]
    np.testing.assert_array_equal(first.calibration, again.calibration)
    np.testing.assert_array_equal(first.pixels, again.pixels)


def test_images_prepared_otherwise_are_refused(writers: dict[str, Path]) -> None:
    other = Normalisation(**{**SPEC, "height": 32})
    with pytest.raises(InputError, match="prepared otherwise than the embedder's"):
        proof_images.read(**writers, normalisation=other)


def test_a_source_that_has_changed_since_is_named(writers: dict[str, Path], tmp_path: Path) -> None:
    raw = shutil.copytree(writers["raw"], tmp_path / "raw")
    (raw / "20.png").write_bytes(blank())
    folders = {**writers, "raw": raw}
    with pytest.raises(InputError, match=r"20.png: was prepared, but is refused now \(.+\)"):
        proof_images.read(**folders, normalisation=NORMALISATION)
