"""Identification against brute force: the order, the gap, the limits, and nobody."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from components.shared.verification.decision_limits import Limits
from serving.engine import model as served
from serving.engine.embedder import Embedder
from serving.engine.gallery import Gallery
from serving.engine.identification import CONSIDERED, identify
from serving.engine.model import ServedModel
from serving.engine.verification import verify
from tests.serving.bundles import (
    DIMENSION,
    LIMITS,
    SEARCH_LIMITS,
    SEARCH_RATES,
    SEARCHING,
    signature,
    write_served_bundle,
)
from tests.serving.engine.brute_force import weighed

Floats = npt.NDArray[np.floating]
UNIT = np.eye(DIMENSION)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    return served.load(write_served_bundle(tmp_path_factory.mktemp("bundle") / "frozen"))


@pytest.fixture(scope="module")
def searching(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    """Of a bundle with limits of searches, and with their rates."""
    folder = tmp_path_factory.mktemp("searching") / "frozen"
    return served.load(write_served_bundle(folder, 0, SEARCHING, SEARCH_RATES))


def enrol(people: dict[str, Floats]) -> Gallery:
    gallery = Gallery(DIMENSION)
    for person, references in people.items():
        gallery.add(person, references)
    return gallery


def unit(vectors: Floats) -> Floats:
    """Vectors of unit length that float32 holds exactly enough."""
    scaled = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    rounded: Floats = scaled.astype(np.float32).astype(np.float64)
    return rounded


def expected_reason(
    people: dict[str, Floats],
    order: list[str],
    probe: Floats,
    policy: str,
    largest: float | None,
    smallest: float | None,
) -> str:
    """The reason by the rules as docs say them, step by step."""
    far = {
        person: float(np.linalg.norm(own.mean(axis=0) - probe)) for person, own in people.items()
    }
    first = order[0]
    if largest is not None and far[first] > largest:
        return "too_far"
    others = [far[person] for person in people if person != first]
    if smallest is not None and others and min(others) - far[first] < smallest:
        return "too_close_to_second"
    low, high = LIMITS[policy]
    more = math.log(len(people))
    search = weighed("random", people[first], probe)
    claim = weighed("skilled", people[first], probe)
    if search < low + more or claim < low:
        return "too_little_evidence"
    return "accepted" if search >= high + more and claim >= high else "review"


def test_every_answer_is_that_of_brute_force(model: ServedModel) -> None:
    rng, seen = np.random.default_rng(0), Counter[str]()
    for turn in range(200):
        count = int(rng.integers(1, 9))
        centres = rng.normal(size=(count, DIMENSION))
        people = {}
        for number, centre in enumerate(centres):
            size = (int(rng.integers(1, 6)), DIMENSION)
            people[f"person-{number}"] = unit(centre + 0.3 * rng.normal(size=size))
        probe = unit(centres[0] + rng.uniform(0.1, 1.0) * rng.normal(size=DIMENSION))
        policy = list(LIMITS)[turn % 3]
        largest = [None, 0.5, 1.0][turn % 7 % 3]
        smallest = [None, 0.6][turn % 5 % 2]
        found = identify(model, enrol(people), probe, policy, largest, smallest, limit=4)
        order = sorted(people, key=lambda one: -weighed("random", people[one], probe))
        reason = expected_reason(people, order, probe, policy, largest, smallest)
        seen[reason] += 1
        assert found.reason == reason
        assert found.person_id == (order[0] if reason == "accepted" else None)
        assert [one.person_id for one in found.candidates] == order[:4]
        assert (found.enrolled, found.policy, found.measured) == (count, policy, False)
        assert found.rates is None
        assert (found.gap is None) == (count == 1)
        for one in found.candidates:
            own = people[one.person_id]
            assert one.references == len(own)
            distance = np.linalg.norm(own.mean(axis=0) - probe)
            assert one.distance == pytest.approx(distance, abs=1e-6)
            score = weighed("skilled", own, probe)
            assert one.llr["skilled"] == pytest.approx(np.clip(score, -5, 6), abs=1e-4)
    assert len(seen) == 5
    assert min(seen.values()) > 3


def test_nobody_is_found_where_nobody_is_enrolled(model: ServedModel) -> None:
    found = identify(model, Gallery(DIMENSION), UNIT[0], "review", 1.0, 0.1)
    assert (found.person_id, found.reason, found.candidates) == (None, "nobody_enrolled", [])
    assert (found.gap, found.enrolled, found.limits) == (None, 0, None)


def test_of_one_person_enrolled_no_gap_is_asked(model: ServedModel) -> None:
    near = unit(UNIT[0] + 0.05 * UNIT[1])
    found = identify(model, enrol({"only": near[None]}), UNIT[0], "review", smallest_gap=2.0)
    assert (found.person_id, found.reason, found.gap) == ("only", "accepted", None)


def test_a_tie_is_lost_without_a_smallest_gap_too(model: ServedModel) -> None:
    near = unit(UNIT[0] + 0.05 * UNIT[1])[None]
    found = identify(model, enrol({"one": near, "twin": near}), UNIT[0], "equal_error")
    assert (found.person_id, found.reason, found.gap) == (None, "too_close_to_second", 0.0)
    alone = identify(model, enrol({"one": near, "b": UNIT[2:3]}), UNIT[0], "equal_error")
    assert alone.person_id == "one"


def test_the_evidence_is_asked_for_rises_with_the_gallery_by_its_logarithm(
    model: ServedModel,
) -> None:
    rng = np.random.default_rng(0)
    people = {f"other-{number}": unit(rng.normal(size=(1, DIMENSION))) for number in range(999)}
    people["own"] = unit(UNIT[0] + 0.3 * UNIT[1])[None]
    score = weighed("random", people["own"], UNIT[0])
    few = dict(list(people.items())[-3:])
    one, many = (identify(model, enrol(all_), UNIT[0], "equal_error") for all_ in (few, people))
    assert one.limits == pytest.approx([math.log(3)] * 2)
    assert many.limits == pytest.approx([math.log(1000)] * 2)
    assert math.log(3) < score < math.log(1000)
    assert (one.reason, many.reason) == ("accepted", "too_little_evidence")
    assert many.candidates[0].person_id == "own"


def gallery_of(count: int) -> Gallery:
    """One who wrote the probe `UNIT[0]`, and others."""
    rng = np.random.default_rng(0)
    others = {f"other-{number}": unit(rng.normal(size=(2, DIMENSION))) for number in range(count)}
    own = unit(UNIT[:2] * 0.1 + UNIT[0])
    return enrol({"own": own, **dict(list(others.items())[1:])})


def test_the_limits_of_the_gallery_s_size_decide_and_their_rates_are_told(
    searching: ServedModel,
) -> None:
    for count, size in ((1, 1), (2, 4), (4, 4)):
        found = identify(searching, gallery_of(count), UNIT[0], "equal_error")
        assert found.limits == SEARCH_LIMITS[size]
        assert found.measured
        assert found.rates is not None
        assert (found.rates.gallery_size, found.rates.policy) == (size, "equal_error")
        assert found.rates.fnir.value == 0.02 * size


def test_the_limits_decide_what_a_search_accepts(searching: ServedModel) -> None:
    gallery = enrol({"own": unit(UNIT[:1] + 0.3 * UNIT[1])})
    score = identify(searching, gallery, UNIT[0], "equal_error").candidates[0].llr["random"]
    limits = {
        "accepted": Limits(score - 0.2, score - 0.1),
        "review": Limits(score - 0.1, score + 0.1),
        "too_little_evidence": Limits(score + 0.1, score + 0.2),
    }
    for reason, own in limits.items():
        rows = [row._replace(limits=own) for row in SEARCHING.searches]
        model = replace(searching, decision=replace(SEARCHING, searches=rows))
        assert identify(model, gallery, UNIT[0], "equal_error").reason == reason


def test_beyond_the_largest_gallery_nothing_was_measured(searching: ServedModel) -> None:
    found = identify(searching, gallery_of(40), UNIT[0], "equal_error")
    last = SEARCH_LIMITS[4]
    assert found.limits == pytest.approx([one + math.log(10) for one in last])
    assert (found.measured, found.rates) == (False, None)


def test_limits_without_rates_are_not_measured(searching: ServedModel) -> None:
    unmeasured = replace(searching, search_rates=[])
    found = identify(unmeasured, gallery_of(3), UNIT[0], "equal_error")
    assert found.limits == SEARCH_LIMITS[4]
    assert (found.measured, found.rates) == (False, None)


def test_a_search_never_accepts_whom_verification_would_not(model: ServedModel) -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        references = unit(UNIT[:1] + rng.uniform(0, 0.5) * rng.normal(size=(2, DIMENSION)))
        probe = unit(UNIT[0] + rng.uniform(0, 0.5) * rng.normal(size=DIMENSION))
        found = identify(model, enrol({"a": references}), probe, "review")
        claim = verify(model, references, probe, "review")
        assert found.person_id is None or claim.outcome == "accept"


def test_the_nearest_hundred_are_considered_and_ten_are_told(model: ServedModel) -> None:
    rng = np.random.default_rng(2)
    people = {str(number): unit(rng.normal(size=(2, DIMENSION))) for number in range(300)}
    gallery = enrol(people)
    assert len(identify(model, gallery, UNIT[0], "review").candidates) == 10
    found = identify(model, gallery, UNIT[0], "review", limit=1000)
    nearest = {one.person_id for one in gallery.nearest(UNIT[0], CONSIDERED)}
    assert {one.person_id for one in found.candidates} == nearest


def test_drawn_signatures_find_their_writers_and_a_stranger_finds_nobody(
    model: ServedModel,
) -> None:
    with Embedder(model) as embedder:
        images = [signature(writer, number) for writer in range(13) for number in range(4)]
        vectors = [one for one in embedder.embed(images) if isinstance(one, np.ndarray)]
    by_writer = np.stack(vectors).reshape(13, 4, DIMENSION)
    gallery = enrol({str(writer): by_writer[writer, :3] for writer in range(12)})
    found = [identify(model, gallery, by_writer[writer, 3], "equal_error") for writer in range(13)]
    own = [found[writer].candidates[0].person_id == str(writer) for writer in range(12)]
    assert sum(own) == 12
    assert sum(found[writer].person_id == str(writer) for writer in range(12)) >= 9
    assert found[12].person_id is None


@pytest.mark.parametrize("number", [-0.1, math.nan])
def test_s13_what_is_no_distance_is_refused(number: float, model: ServedModel) -> None:
    gallery = enrol({"a": UNIT[:1]})
    with pytest.raises(ValueError, match=r"largest_distance is .*, but must be 0 or more"):
        identify(model, gallery, UNIT[0], "review", largest_distance=number)
    with pytest.raises(ValueError, match="smallest_gap is"):
        identify(model, gallery, UNIT[0], "review", smallest_gap=number)
    with pytest.raises(KeyError, match="best"):
        identify(model, gallery, UNIT[0], "best")
