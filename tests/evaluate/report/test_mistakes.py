"""The most confident mistakes are found as a loop over all pairs finds them."""

from itertools import product

import numpy as np
import pytest

from components.evaluate.report.mistakes import Mistake, mistakes
from components.evaluate.scoring.evaluation_set import Part
from components.shared.verification.threshold import Threshold

PEOPLE, GENUINE, FORGERIES = 7, 4, 3
EACH = GENUINE + FORGERIES
VECTORS = np.random.default_rng(0).normal(size=(PEOPLE * EACH, 3)).astype(np.float32)
WHOSE = Part(
    rows=100 + 2 * np.arange(PEOPLE * EACH),
    names=[f"writer-{i}" for i in range(PEOPLE)],
    identity=np.repeat(np.arange(PEOPLE), EACH),
    forged=np.tile(np.arange(EACH) >= GENUINE, PEOPLE),
)


def by_loop(kind: str, threshold: float) -> tuple[dict[str, float], dict[str, float]]:
    """The smallest accepted impostor distance and the largest rejected genuine one of each
    identity.
    """
    accepted: dict[str, float] = {}
    rejected: dict[str, float] = {}
    for a, b in product(range(len(VECTORS)), repeat=2):
        if WHOSE.forged[a] or a == b:
            continue
        name, same = WHOSE.names[WHOSE.identity[a]], WHOSE.identity[a] == WHOSE.identity[b]
        distance = float(np.linalg.norm(VECTORS[a] - VECTORS[b]))
        impostor = (
            same and WHOSE.forged[b] if kind == "skilled" else not same and not WHOSE.forged[b]
        )
        if impostor and distance <= threshold:
            accepted[name] = min(distance, accepted.get(name, np.inf))
        if same and not WHOSE.forged[b] and distance > threshold:
            rejected[name] = max(distance, rejected.get(name, 0))
    return accepted, rejected


def told(found: list[Mistake], sort: str) -> list[tuple[str, object]]:
    return [
        (mistake.identity, pytest.approx(mistake.distance))
        for mistake in found
        if mistake.sort == sort
    ]


@pytest.mark.parametrize("kind", ["skilled", "random"])
def test_the_widest_margins_come_first_one_an_identity(kind: str) -> None:
    found = mistakes(VECTORS, WHOSE, Threshold(kind, 1, "equal_error", 1.0), most=4)
    accepted, rejected = by_loop(kind, 1.0)
    assert told(found, "false acceptance") == sorted(accepted.items(), key=lambda one: one[1])[:4]
    assert told(found, "false rejection") == sorted(rejected.items(), key=lambda one: -one[1])[:4]
    assert len(found) == 8


def test_the_rows_are_those_of_the_pair() -> None:
    for mistake in mistakes(VECTORS, WHOSE, Threshold("skilled", 1, "equal_error", 1.5)):
        reference, probe = ((row - 100) // 2 for row in (mistake.reference, mistake.probe))
        assert np.linalg.norm(VECTORS[reference] - VECTORS[probe]) == pytest.approx(
            mistake.distance, abs=1e-6
        )
        assert not WHOSE.forged[reference]
        assert WHOSE.forged[probe] == (mistake.sort == "false acceptance")
        assert (mistake.distance <= 1.5) == (mistake.sort == "false acceptance")


def test_a_threshold_that_errs_on_neither_side_leaves_nothing_to_show() -> None:
    apart = VECTORS / 100 + 10 * WHOSE.forged[:, None]
    assert (
        mistakes(apart.astype(np.float32), WHOSE, Threshold("skilled", 1, "equal_error", 2.0)) == []
    )
