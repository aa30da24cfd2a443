"""Error rates of searches, against every gallery there is, one by one."""

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from components.evaluate.decision.search_rates import (
    SearchCurve,
    SearchCurves,
    estimate,
    first_of_drawn,
    none_of_drawn,
)
from components.evaluate.decision.search_scores import SearchScores
from components.shared.verification.decision_limits import Limits

Floats = npt.NDArray[np.float32]
THRESHOLDS = np.arange(-3.0, 4.0)


def block(search: Floats, claim: Floats) -> SearchScores:
    """Scores of one probe of each of N people against all N, [N, N]."""
    people = len(search)
    own = np.eye(people, dtype=bool)
    others = ~own
    shape = (people, people - 1)
    names = np.broadcast_to(np.arange(people), search.shape)[others].reshape(shape)
    order = np.argsort(-search[others].reshape(shape), axis=1, kind="stable")
    return SearchScores(
        identity=np.arange(people),
        image=np.arange(people),
        own=search[own],
        own_claim=claim[own],
        other=np.take_along_axis(names, order, axis=1),
        search=np.take_along_axis(search[others].reshape(shape), order, axis=1),
        claim=np.take_along_axis(claim[others].reshape(shape), order, axis=1),
        above=(search[others].reshape(shape) >= search[own][:, None]).sum(axis=1),
    )


def curve(blocks: list[SearchScores], size: int, claim_limit: float) -> SearchCurve:
    return SearchCurves(blocks, THRESHOLDS).at(size, claim_limit)


def drawn(people: int, seed: int) -> tuple[Floats, Floats]:
    """Evidence [N, N] without ties, of probes of people against people."""
    random = np.random.default_rng(seed)
    search = random.normal(size=(people, people)).astype(np.float32)
    search += 1.5 * np.eye(people, dtype=np.float32)
    return search, search + random.normal(size=search.shape).astype(np.float32)


def enumerated(
    search: Floats, claim: Floats, size: int, limits: Limits, claims: Limits
) -> dict[str, float]:
    """The rates, by the rule as docs say it, in every gallery of so many people."""
    people = range(len(search))
    strangers: list[str] = []
    enrolled: list[str] = []
    for gallery in combinations(people, size):
        for probe in people:
            first = max(gallery, key=lambda one: search[probe, one])
            scores = search[probe, first], claim[probe, first]
            outcome = "nobody"
            if scores[0] >= limits.low and scores[1] >= claims.low:
                outcome = "review"
            if scores[0] >= limits.high and scores[1] >= claims.high:
                outcome = "accepted"
            if probe in gallery:
                enrolled.append(outcome if first == probe else "another")
            else:
                strangers.append(outcome)
    seen = enrolled.count("accepted") + enrolled.count("review")
    return {
        "fpir": strangers.count("accepted") / len(strangers),
        "fnir": 1 - seen / len(enrolled),
        "strangers_reviewed": strangers.count("review") / len(strangers),
        "enrolled_reviewed": enrolled.count("review") / len(enrolled),
    }


@pytest.mark.parametrize("size", range(1, 6))
def test_the_rates_are_those_of_all_galleries_enumerated(size: int) -> None:
    limits, claims = Limits(0.5, 1.0), Limits(-0.5, 0.5)
    for seed in range(5):
        search, claim = drawn(6, seed)
        rates = estimate([block(search, claim)], size, limits, claims)
        found = {name: share.value for name, share in rates._asdict().items()}
        assert found == pytest.approx(enumerated(search, claim, size, limits, claims))


@pytest.mark.parametrize("size", [1, 3, 5])
def test_the_curve_gives_the_rates_of_each_limit(size: int) -> None:
    search, claim = drawn(6, 7)
    found = curve([block(search, claim)], size, 0.0)
    for row, threshold in enumerate(THRESHOLDS):
        limits = Limits.single(float(threshold))
        rates = enumerated(search, claim, size, limits, Limits.single(0.0))
        assert found.fpir[row] == pytest.approx(rates["fpir"])
        assert found.fnir[row] == pytest.approx(rates["fnir"])


def test_both_rates_rise_with_the_gallery_and_part_as_the_limit_rises() -> None:
    blocks = [block(*drawn(20, seed)) for seed in range(3)]
    never = -np.inf
    before = curve(blocks, 1, never)
    for size in range(2, 20):
        found = curve(blocks, size, never)
        assert (found.fpir >= before.fpir - 1e-12).all()
        assert (found.fnir >= before.fnir - 1e-12).all()
        assert (np.diff(found.fpir) <= 0).all()
        assert (np.diff(found.fnir) >= 0).all()
        before = found


@pytest.mark.parametrize(("others", "size"), [(1, 1), (7, 1), (7, 3), (7, 7), (3000, 1000)])
def test_somebody_is_the_first_of_those_who_are_drawn(others: int, size: int) -> None:
    chance = first_of_drawn(others, size)
    assert len(chance) == others
    assert chance.sum() == pytest.approx(1)
    assert chance[others - size + 1 :].max(initial=0) == 0
    assert none_of_drawn(others, size)[1:] == pytest.approx(1 - chance.cumsum(), abs=1e-12)


def test_a_tie_is_lost() -> None:
    """Two people with the same evidence for everything: nobody is told from the other."""
    search = np.zeros((4, 4), np.float32)
    assert (curve([block(search, search)], 2, 0.0).fnir == 1).all()


def test_a_person_who_is_taken_for_everybody_widens_the_interval() -> None:
    search, _ = drawn(30, 3)
    even, one = np.full_like(search, -9), np.full_like(search, -9)
    even[np.arange(30), np.arange(30) - 1] = 9
    one[:, 0] = 9
    limits = Limits.single(0.0)
    widths = []
    for evidence in (even, one):
        share = estimate([block(evidence, evidence)], 1, limits, limits).fpir
        assert share.value == pytest.approx(1 / 30, abs=0.01)
        assert share.influence.sum() == pytest.approx(0, abs=1e-9)
        interval = share.rate_interval()
        assert interval is not None
        widths.append(interval[1] - interval[0])
    assert widths[1] > 3 * widths[0]


def test_nobody_can_be_searched_among_more_than_there_are() -> None:
    with pytest.raises(ValueError, match="nobody has 6 others"):
        curve([block(*drawn(6, 0))], 6, 0.0)
