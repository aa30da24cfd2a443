"""Bundles that are loaded, and those that are refused."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from components.shared.model import bundle
from components.shared.runtime.errors import InputError
from components.shared.verification import decision_file
from components.shared.verification.decision_file import Decisions
from serving.engine import model
from tests.serving.bundles import (
    DECISION,
    DIMENSION,
    DISTRIBUTIONS,
    RATES,
    SHAPE,
    write_network,
    write_served_bundle,
)


def rewrite(folder: Path, **changes: object) -> None:
    """Writes the manifest anew, with other content, as if freeze had written the files so."""
    content = json.loads((folder / "manifest.json").read_text())
    kept = {key: value for key, value in {**content, **changes}.items() if value is not None}
    del kept["files"]
    bundle.write(folder, kept)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_served_bundle(tmp_path / "bundle")


def test_a_bundle_is_loaded_whole(folder: Path) -> None:
    loaded = model.load(folder)
    manifest = (folder / "manifest.json").read_bytes()
    assert loaded.version == hashlib.sha256(manifest).hexdigest()
    assert loaded.space == json.loads(manifest)["space"]
    assert (loaded.dimension, loaded.normalisation) == (DIMENSION, SHAPE)
    assert loaded.decision == DECISION
    assert loaded.rates == RATES
    assert loaded.distributions == DISTRIBUTIONS
    assert loaded.policies == ["equal_error", "far_1pct", "review"]
    assert loaded.card.startswith("# Model card")
    assert loaded.calibration is None


def test_the_space_of_a_bundle_that_names_none_is_that_of_network_and_normalisation(
    folder: Path, tmp_path: Path
) -> None:
    named = model.load(folder).space
    rewrite(folder, space=None, note="frozen again")
    assert model.load(folder).space == named
    other = write_served_bundle(tmp_path / "other", seed=1)
    rewrite(other, space=None)
    assert model.load(other).space != named


def test_a_bundle_without_rates_evidence_and_card_has_none(folder: Path) -> None:
    for name in ("rates.json", "distributions.json", "model_card.md"):
        (folder / name).unlink()
    rewrite(folder)
    loaded = model.load(folder)
    assert (loaded.rates, loaded.distributions, loaded.card) == ([], (), "")


def test_without_a_network_it_says_what_to_freeze(folder: Path) -> None:
    (folder / "embedder.onnx").unlink()
    rewrite(folder)
    with pytest.raises(InputError, match=r"freeze\.formats: \[onnx\]"):
        model.load(folder)


def test_int8_is_served_where_the_bundle_has_it_and_in_the_same_space(folder: Path) -> None:
    write_network(folder / "embedder_int8.onnx", seed=1)
    rewrite(folder)
    exact, small = model.load(folder), model.load(folder, "int8")
    assert (exact.format, small.format) == ("onnx", "int8")
    assert exact.space == small.space
    page = np.zeros((1, *exact.normalisation.shape), np.uint8)
    assert not np.array_equal(exact.session.run(page), small.session.run(page))


def test_int8_that_freeze_was_not_asked_for_or_left_out_is_refused_with_the_reason(
    folder: Path,
) -> None:
    with pytest.raises(InputError, match=r"holds no embedder_int8\.onnx; .*formats: \[int8\]"):
        model.load(folder, "int8")
    content = json.loads((folder / "manifest.json").read_text())
    content["formats"] = {"int8": {"shipped": False, "reason": "it is slower than float32"}}
    (folder / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(
        InputError, match=r"freeze left embedder_int8\.onnx out, as it is slower than float32$"
    ):
        model.load(folder, "int8")


def test_without_a_decision_it_is_refused(folder: Path) -> None:
    decision_file.write(Decisions(), folder)
    rewrite(folder)
    with pytest.raises(InputError, match="no decision model"):
        model.load(folder)


@pytest.mark.parametrize("name", ["embedder.onnx", "normalise.json", "decision.json", "rates.json"])
def test_s22_a_changed_file_is_refused_before_it_is_loaded(name: str, folder: Path) -> None:
    with (folder / name).open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(InputError, match=rf"{name}: its sha256 is not that of manifest\.json"):
        model.load(folder)


def test_s22_a_pickle_in_the_place_of_the_network_is_never_opened(folder: Path) -> None:
    (folder / "embedder.onnx").write_bytes(b"cos\nabort\n(tR.")
    rewrite(folder)
    with pytest.raises(InputError, match=r"embedder\.onnx: damaged"):
        model.load(folder)
