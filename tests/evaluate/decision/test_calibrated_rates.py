"""Rates of a calibrated decision on the images at hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from components.evaluate.decision import fitting
from components.evaluate.decision.calibrated_rates import has_enough_forgeries, measure_rates
from components.evaluate.decision.collection_change import measure_change
from components.evaluate.params import EvaluateParams
from components.shared.runtime.errors import InputError
from components.shared.verification.decision import Decision, Policy
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import Change, EvidenceModel
from components.shared.verification.sampling import Labels
from tests.evaluate.decision.populations import draw

LIMIT = 0.7
"""A distance between two images; the evidence of one reference is its logarithm's negative."""


def decision(references: tuple[int, ...] = (1,), policy: str = "equal_error") -> Decision:
    model = EvidenceModel({"mean_of_one": -1.0, "mean": -1.0}, Bounds(-9.0, 9.0))
    limits = Limits.single(-float(np.log(LIMIT / 2**0.5)))
    rows = [Policy("skilled", count, policy, limits, 9, 99, 0.1) for count in references]
    return Decision({"skilled": model}, max(references), 1, rows)


def images(forgeries: int) -> tuple[NDArray[np.float32], Labels]:
    """Unit vectors of 6 people: 3 genuine images each, and forgeries between two people."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(6, 4))
    identity = np.repeat(np.arange(6), 3 + forgeries)
    forged = np.tile(np.arange(3 + forgeries) >= 3, 6)
    mixed = centres[identity] + 0.7 * forged[:, None] * centres[(identity + 1) % 6]
    vectors = mixed + 0.4 * rng.normal(size=mixed.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), Labels(identity, forged)


def test_with_one_reference_they_are_counted_pair_by_pair() -> None:
    vectors, labels = images(forgeries=3)
    rates = measure_rates(decision(), vectors, labels, EvaluateParams())
    wrong: dict[str, list[bool]] = {"frr": [], "random": [], "skilled": []}
    for i in np.flatnonzero(~labels.forged):
        for j in range(len(vectors)):
            far = np.linalg.norm(vectors[i] - vectors[j]) > LIMIT
            if labels.identity[i] == labels.identity[j]:
                if labels.forged[j]:
                    wrong["skilled"].append(not far)
                elif i != j:
                    wrong["frr"].append(bool(far))
            elif not labels.forged[j]:
                wrong["random"].append(not far)
    assert 0 < np.mean(wrong["frr"]) < 1
    assert 0 < np.mean(wrong["skilled"]) < 1
    assert rates["refs_1/frr"] == pytest.approx(np.mean(wrong["frr"]))
    assert rates["refs_1/random/far"] == pytest.approx(np.mean(wrong["random"]))
    assert rates["refs_1/skilled/far"] == pytest.approx(np.mean(wrong["skilled"]))
    assert rates["refs_1/frr_ci_low"] <= rates["refs_1/frr"] <= rates["refs_1/frr_ci_high"]


def test_a_change_of_evidence_makes_the_decision_stricter_or_milder() -> None:
    vectors, labels = images(forgeries=3)
    plain = measure_rates(decision(), vectors, labels, EvaluateParams())
    less = decision().changed({"skilled": Change(offset=-0.3)})
    strict = measure_rates(less, vectors, labels, EvaluateParams())
    assert strict["refs_1/frr"] > plain["refs_1/frr"]
    assert strict["refs_1/skilled/far"] < plain["refs_1/skilled/far"]


def test_claims_have_as_many_references_as_people_can_show() -> None:
    vectors, labels = images(forgeries=0)
    rates = measure_rates(decision((1, 2, 3, 4, 5)), vectors, labels, EvaluateParams())
    assert {name.split("/")[0] for name in rates} == {"refs_1", "refs_2"}


def test_without_enough_forgeries_nothing_is_said_of_them() -> None:
    vectors, labels = images(forgeries=2)
    rates = measure_rates(decision(), vectors, labels, EvaluateParams())
    assert not [name for name in rates if "skilled" in name]
    assert not has_enough_forgeries(labels)
    assert has_enough_forgeries(images(forgeries=3)[1])


def test_forgeries_of_people_without_genuine_pairs_do_not_count() -> None:
    identity = np.repeat(np.arange(5), 5)
    forged = np.tile([False, False, True, True, True], 5)
    assert has_enough_forgeries(Labels(identity, forged))
    assert not has_enough_forgeries(Labels(identity[1:], forged[1:]))


def test_a_policy_without_limits_is_refused() -> None:
    vectors, labels = images(forgeries=0)
    with pytest.raises(InputError, match="no limits for equal_error"):
        measure_rates(decision(policy="far_1pct"), vectors, labels, EvaluateParams())


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.7, 1.4])
def test_changed_as_genuine_images_show_a_decision_errs_less(scale: float) -> None:
    params = EvaluateParams(draws=4, references=3)
    val, there = draw(16, genuine=6, forgeries=6), draw(60, 6, 6, scale, seed=1)
    fitted = fitting.fit(val.embeddings, val.labels, params, 2, params.decision.scanner_shift)
    assert fitted is not None
    known = np.isin(there.labels.identity, np.arange(20))
    genuine = known & ~there.labels.forged
    own = Labels(there.labels.identity[genuine], there.labels.forged[genuine])
    draws = params.draws_of(fitted.decision.most_references)
    found = measure_change(fitted.decision, there.embeddings[genuine], own, draws)
    rest = Labels(there.labels.identity[~known], there.labels.forged[~known])
    vectors = there.embeddings[~known].astype(np.float32)
    carried = measure_rates(fitted.decision, vectors, rest, params)
    changed = measure_rates(fitted.decision.changed(found.by_kind), vectors, rest, params)
    for group in ("refs_1", "refs_3"):
        before = carried[f"{group}/frr"] + carried[f"{group}/skilled/far"]
        after = changed[f"{group}/frr"] + changed[f"{group}/skilled/far"]
        assert after < before - 0.01
