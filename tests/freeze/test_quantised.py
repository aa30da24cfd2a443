"""Which quantised networks are shipped, and what is said of them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.freeze import proof_images, quantised, speed_ratio
from components.freeze.eer_change import EerChange
from components.freeze.quantised import Proof
from components.freeze.speed_ratio import SpeedRatio
from components.shared.data.normalisation import Normalisation
from tests.freeze.conftest import SPEC

SAME = EerChange("skilled", 0.1, 0.11, (-0.01, 0.03), 2, 400)
WORSE = SAME._replace(after=0.15, interval=(0.02, 0.08))
BETTER = SAME._replace(after=0.05, interval=(-0.08, -0.02))
FASTER, SLOWER = SpeedRatio(2.0, 1.5, 2.5), SpeedRatio(0.8, 0.7, 0.9)
PROOF = Proof(0.02, SAME, SAME, FASTER, 1000)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"alone": BETTER}, None),
        ({"speed": SpeedRatio(0.95, 0.85, 1.05)}, None),
        ({"alone": WORSE}, "its equal error rate is higher beyond chance (2.00 to 8.00 points)"),
        (
            {"mixed": WORSE},
            "against float32 references its equal error rate is higher beyond chance "
            "(2.00 to 8.00 points)",
        ),
        ({"speed": SLOWER}, "it is slower than float32 (0.80 times as fast)"),
        ({"alone": None}, "too few test identities to prove it on"),
        ({"alone": SAME._replace(interval=None)}, "too few test identities to prove it on"),
    ],
)
def test_a_format_is_shipped_unless_it_errs_more_beyond_chance_or_is_slower_or_is_unproven(
    changes: dict[str, Any], reason: str | None
) -> None:
    proof = PROOF._replace(**changes)
    assert proof.shipped == (reason is None)
    entry = proof.entry()
    assert entry["shipped"] is (reason is None)
    assert entry["reason"] == (
        reason or "no higher equal error rate beyond chance, and not slower than float32"
    )


def test_figures_have_plain_names_and_leave_out_what_was_not_measured() -> None:
    assert quantised.metrics({"int8": PROOF}) == pytest.approx(
        {
            "int8/max_abs_difference": 0.02,
            "int8/eer_float32": 0.1,
            "int8/eer": 0.11,
            "int8/eer_change": 0.01,
            "int8/eer_change_ci_low": -0.01,
            "int8/eer_change_ci_high": 0.03,
            "int8/flipped": 0.005,
            "int8/eer_change_float32_references": 0.01,
            "int8/eer_change_float32_references_ci_low": -0.01,
            "int8/eer_change_float32_references_ci_high": 0.03,
            "int8/flipped_float32_references": 0.005,
            "int8/speed_ratio": 2.0,
            "int8/speed_ratio_ci_low": 1.5,
            "int8/speed_ratio_ci_high": 2.5,
            "int8/bytes": 1000,
            "int8/shipped": 1,
        }
    )
    bare = PROOF._replace(alone=None, mixed=None).figures()
    assert not [name for name in bare if name.startswith(("eer", "flipped"))]


@pytest.mark.slow
def test_a_network_is_proven_on_test_identities_and_removed_where_it_is_not_to_be_shipped(
    frozen: tuple[Path, dict[str, float]],
    writers: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "embedder.onnx").write_bytes((frozen[0] / "embedder.onnx").read_bytes())
    known = proof_images.read(**writers, normalisation=Normalisation(**SPEC))
    module = object()  # int8 is made of the file alone
    proofs = quantised.add(module, tmp_path, ["onnx", "int8"], known, limit=0.5)
    proof = proofs["int8"]
    assert proof.alone is not None
    assert proof.alone.comparisons == 6 * (3 + 3)
    assert 0 < proof.max_abs_difference < 0.1
    assert (tmp_path / "embedder_int8.onnx").is_file() == proof.shipped

    monkeypatch.setattr(speed_ratio, "measure", lambda *_: SLOWER)
    proofs = quantised.add(module, tmp_path, ["int8"], known, limit=None)
    assert not proofs["int8"].shipped
    assert not (tmp_path / "embedder_int8.onnx").exists()


@pytest.mark.slow
def test_without_test_identities_nothing_is_shipped(
    frozen: tuple[Path, dict[str, float]], writers: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "embedder.onnx").write_bytes((frozen[0] / "embedder.onnx").read_bytes())
    known = proof_images.read(**writers, normalisation=Normalisation(**SPEC))
    labels = known.labels._replace(identity=np.arange(0), forged=np.zeros(0, bool))
    nobody = known._replace(pixels=known.pixels[:0], labels=labels)
    proofs = quantised.add(object(), tmp_path, ["int8"], nobody, limit=None)
    assert proofs["int8"].reasons == ["too few test identities to prove it on"]
    assert [path.name for path in tmp_path.iterdir()] == ["embedder.onnx"]
