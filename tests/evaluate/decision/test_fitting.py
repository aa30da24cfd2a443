"""The decision that val's claims give, on simulated hands."""

from dataclasses import replace

import numpy as np
import pytest

from components.evaluate.decision import fitting
from components.evaluate.decision.fitting import Fitted
from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.verification import verifications
from components.shared.verification.comparisons import mean
from components.shared.verification.decision import as_score
from components.shared.verification.evidence_model import PLAIN
from components.shared.verification.likelihood_ratio import cllr
from components.shared.verification.sampling import Draws, Labels
from tests.evaluate.decision.populations import Population, draw

PARAMS = EvaluateParams(draws=4)
TEST = draw(20, seed=1)


def fitted(population: Population, scanner_shift: float = 0.15) -> Fitted:
    found = fitting.fit(*population, PARAMS, 1, scanner_shift)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def few() -> Fitted:
    """Of as many identities as CEDAR's val has."""
    return fitted(draw(8))


def rates(found: Fitted, references: int, population: Population) -> dict[str, float]:
    decision = found.decision
    draws = [Draws(references, 4)]
    (v,) = verifications(*population, draws, fuse=decision.fusion("skilled"), kinds=["skilled"])
    genuine, impostor = as_score(v.genuine.distance), as_score(v.impostor.distance)
    limits = decision.limits("skilled", references, "equal_error")
    assert limits is not None
    return {
        "eer": v.scored.eer().rate,
        "far": float(limits.accepted(impostor).mean()),
        "frr": float(limits.rejected(genuine).mean()),
        "cllr": cllr(decision.llr("skilled", genuine), decision.llr("skilled", impostor)),
    }


def test_evidence_tells_better_than_the_mean_distance_and_improves_with_references(
    few: Fitted,
) -> None:
    for references in (2, 5, 9):
        (plain,) = verifications(*TEST, [Draws(references, 4)], fuse=mean, kinds=["skilled"])
        assert rates(few, references, TEST)["eer"] < plain.scored.eer().rate - 0.01
    costs = [rates(few, references, TEST)["cllr"] for references in (1, 2, 4, 9)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < 0.7 * costs[0]


def test_the_gain_on_val_is_measured_on_identities_that_the_weights_have_not_seen() -> None:
    gain = fitted(draw(15)).gains["skilled"]
    assert gain.value > 0.1
    interval = gain.interval()
    assert interval is not None
    assert interval[0] > 0


def test_evidence_is_carried_to_a_scanner_that_shrinks_all_distances() -> None:
    """Of hands that differ little, bare distances say most, until the scanner is another."""
    val, other = draw(12, hands=0.05), draw(20, hands=0.05, scale=0.85, seed=1)
    careful = rates(fitted(val), 5, other)
    trusting = rates(fitted(val, scanner_shift=0), 5, other)
    assert careful["far"] < 0.95 * trusting["far"]
    assert careful["cllr"] < trusting["cllr"]


def test_where_spread_says_nothing_the_mean_distance_decides() -> None:
    """All hands alike, and references that scatter in a direction in which no probe does."""
    random = np.random.default_rng(0)
    labels = draw(12).labels
    vectors = np.zeros((len(labels.forged), 2))
    vectors[:, 0] = np.where(labels.forged, random.choice([-2.0, 2.0], len(vectors)), 0)
    vectors[:, 0] += 100.0 * labels.identity.astype(float) + random.normal(size=len(vectors))
    found = fitted(Population(vectors, labels))
    for kind, gain in found.gains.items():
        plain = set(found.decision.models[kind].weights) <= set(PLAIN)
        assert plain == (gain.value <= 0)


def test_policies_are_chosen_for_every_number_of_references_that_val_can_show(few: Fitted) -> None:
    decision = few.decision
    assert decision.most_references == 9
    names = {"equal_error", "far_1pct", "cost", "review"}
    for references in range(1, 10):
        rows = [p for p in decision.policies if (p.kind, p.references) == ("skilled", references)]
        assert {row.policy for row in rows} == names
        assert {row.n_identities for row in rows} == {8}
        assert {row.n_impostors for row in rows} == {80}
    assert decision.limits("skilled", 5, "cost") == pytest.approx([-2.2925] * 2, abs=1e-3)


def test_the_usual_evidence_of_genuine_claims_grows_with_their_references(few: Fitted) -> None:
    for kind in few.decision.models:
        rows = [row for row in few.decision.usual if row.kind == kind]
        assert [row.references for row in rows] == list(range(1, 10))
        assert rows[0].mean < rows[4].mean
        assert all(0 < row.error < row.deviation for row in rows)


def test_no_answer_is_stronger_than_so_few_images_support(few: Fitted) -> None:
    for model in few.decision.models.values():
        assert -np.log(81) < model.bounds.low < 0 < model.bounds.high < np.log(81)


def test_without_forgeries_only_strangers_are_told_apart() -> None:
    population = draw(8, forgeries=0)
    found = fitted(population)
    assert found.decision.kind == "random"
    assert set(found.gains) == {"random"}


def test_two_identities_are_too_few() -> None:
    assert fitting.fit(*draw(2), PARAMS, 1, 0.15) is None
    single = Labels(np.arange(9), np.zeros(9, bool))
    assert fitting.fit(np.eye(9), single, PARAMS, 1, 0.15) is None


def test_the_same_data_give_the_same_decision(few: Fitted) -> None:
    again = fitted(draw(8)).decision
    assert replace(again) == few.decision
