"""The most confident mistakes are mistakes as a loop over all pairs finds them."""

from itertools import product

import numpy as np
import pytest

from components.evaluate.report.mistakes import Mistake, most_confident_mistakes
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.shared.verification.threshold import Threshold

IDENTITIES, GENUINE, FORGERIES = 7, 4, 3
EACH = GENUINE + FORGERIES
EMBEDDINGS = np.random.default_rng(0).normal(size=(IDENTITIES * EACH, 3)).astype(np.float32)
PART = EvaluationSet(
    rows=100 + 2 * np.arange(IDENTITIES * EACH),
    names=[f"writer-{i}" for i in range(IDENTITIES)],
    identity=np.repeat(np.arange(IDENTITIES), EACH),
    forged=np.tile(np.arange(EACH) >= GENUINE, IDENTITIES),
)


def by_loop(kind: str, threshold: float) -> tuple[dict[str, float], dict[str, float]]:
    """The smallest accepted impostor distance and the largest rejected genuine one of each
    identity.
    """
    accepted: dict[str, float] = {}
    rejected: dict[str, float] = {}
    for a, b in product(range(len(EMBEDDINGS)), repeat=2):
        if PART.forged[a] or a == b:
            continue
        name, same = PART.names[PART.identity[a]], PART.identity[a] == PART.identity[b]
        distance = float(np.linalg.norm(EMBEDDINGS[a] - EMBEDDINGS[b]))
        impostor = same and PART.forged[b] if kind == "skilled" else not same and not PART.forged[b]
        if impostor and distance <= threshold:
            accepted[name] = min(distance, accepted.get(name, np.inf))
        if same and not PART.forged[b] and distance > threshold:
            rejected[name] = max(distance, rejected.get(name, 0))
    return accepted, rejected


def of_error(mistakes: list[Mistake], error: str) -> list[tuple[str, object]]:
    return [
        (mistake.identity, pytest.approx(mistake.distance))
        for mistake in mistakes
        if mistake.error == error
    ]


@pytest.mark.parametrize("kind", ["skilled", "random"])
def test_the_widest_margins_come_first_one_an_identity(kind: str) -> None:
    mistakes = most_confident_mistakes(
        EMBEDDINGS, PART, Threshold(kind, 1, "equal_error", 1.0), limit=4
    )
    accepted, rejected = by_loop(kind, 1.0)
    assert (
        of_error(mistakes, "false acceptance")
        == sorted(accepted.items(), key=lambda one: one[1])[:4]
    )
    assert (
        of_error(mistakes, "false rejection")
        == sorted(rejected.items(), key=lambda one: -one[1])[:4]
    )
    assert len(mistakes) == 8


def test_the_rows_are_those_of_the_pair() -> None:
    for mistake in most_confident_mistakes(
        EMBEDDINGS, PART, Threshold("skilled", 1, "equal_error", 1.5)
    ):
        reference, probe = (mistake.reference - 100) // 2, (mistake.probe - 100) // 2
        assert np.linalg.norm(EMBEDDINGS[reference] - EMBEDDINGS[probe]) == pytest.approx(
            mistake.distance, abs=1e-6
        )
        assert not PART.forged[reference]
        assert PART.forged[probe] == (mistake.error == "false acceptance")
        assert (mistake.distance <= 1.5) == (mistake.error == "false acceptance")


def test_a_threshold_that_errs_on_neither_side_leaves_nothing_to_show() -> None:
    apart = EMBEDDINGS / 100 + 10 * PART.forged[:, None]
    assert (
        most_confident_mistakes(
            apart.astype(np.float32), PART, Threshold("skilled", 1, "equal_error", 2.0)
        )
        == []
    )
