"""The evidence of searches, against the decision's own answer for each probe and person."""

from itertools import product

import numpy as np
import pytest

from components.evaluate.decision import search_scores as module
from components.evaluate.decision.search_scores import SearchScores, search_scores
from components.shared.verification.claim_features import describe
from components.shared.verification.decision import Decision
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from components.shared.verification.sampling import Draws, Labels
from tests.evaluate.decision.populations import draw

WEIGHTS = {"constant": 1.0, "references": 0.5, "centre_of_one": -4.0, "centre": -3.0}
DECISION = Decision(
    models={
        "skilled": EvidenceModel({**WEIGHTS, "nearest": -2.0}, Bounds(-9, 9)),
        "random": EvidenceModel({**WEIGHTS, "spread": 1.0}, Bounds(-9, 9)),
    },
    most_references=9,
    parts=2,
    policies=[],
)
PEOPLE, GENUINE = 6, 5
VECTORS, LABELS = draw(PEOPLE, genuine=GENUINE, forgeries=2)


def evidence(rows: list[int], image: int) -> dict[str, float]:
    """The decision's evidence that an image is of whom the references at `rows` are."""
    claim = describe(VECTORS[rows], VECTORS[[image]], np.ones((1, len(rows)), bool), 2)
    return {kind: float(DECISION.score(kind, claim)[0, 0]) for kind in DECISION.models}


def references(block: SearchScores, person: int) -> list[int]:
    """The references of a person: the genuine images that are no probes of the draw."""
    genuine = np.flatnonzero((LABELS.identity == person) & ~LABELS.forged)
    return sorted(set(genuine.tolist()) - set(block.image.tolist()))


@pytest.mark.parametrize("count", [1, 3])
def test_each_probe_is_weighed_against_everybody(count: int) -> None:
    blocks = search_scores(DECISION, VECTORS, LABELS, Draws(count, 10))
    assert len(blocks) == module.MAX_DRAWS
    for block in blocks:
        assert block.search.shape == (PEOPLE * (GENUINE - count), PEOPLE - 1)
        for row, image in enumerate(block.image.tolist()):
            person = int(block.identity[row])
            assert person == LABELS.identity[image]
            own = evidence(references(block, person), image)
            assert block.own[row] == pytest.approx(own["random"], rel=1e-5)
            assert block.own_claim[row] == pytest.approx(own["skilled"], rel=1e-5)
            assert sorted([person, *block.other[row].tolist()]) == list(range(PEOPLE))
            assert (np.diff(block.search[row]) <= 0).all()
            for place, other in enumerate(block.other[row].tolist()):
                theirs = evidence(references(block, other), image)
                assert block.search[row, place] == pytest.approx(theirs["random"], rel=1e-5)
                assert block.claim[row, place] == pytest.approx(theirs["skilled"], rel=1e-5)


def test_draws_differ_and_are_the_same_again() -> None:
    first, second = (search_scores(DECISION, VECTORS, LABELS, Draws(2, 10)) for _ in range(2))
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left.search, right.search)
    assert not np.array_equal(first[0].image, first[1].image)


def test_who_has_too_few_images_is_not_enrolled() -> None:
    kept = np.ones(len(LABELS.identity), bool)
    kept[np.flatnonzero((LABELS.identity == 2) & ~LABELS.forged)[3:]] = False
    labels = Labels(LABELS.identity[kept], LABELS.forged[kept])
    (block, *_) = search_scores(DECISION, VECTORS[kept], labels, Draws(3))
    assert 2 not in block.identity
    assert 2 not in block.other
    alone = Labels(np.zeros(GENUINE), np.zeros(GENUINE, bool))
    assert search_scores(DECISION, VECTORS[:GENUINE], alone, Draws(3)) == []


def test_people_of_two_collections_are_not_searched_for_among_each_other() -> None:
    collection = np.where(np.isin(LABELS.identity, (0, 1)), "few", "many")
    labels = LABELS._replace(collection=collection)
    blocks = search_scores(DECISION, VECTORS, labels, Draws(2))
    assert [block.search.shape[1] for block in blocks] == [1, 3]
    for block, probe in product(blocks, range(6)):
        assert {block.identity[probe] < 2} == set((block.other[probe] < 2).tolist())


def test_of_many_some_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_IDENTITIES", 3)
    monkeypatch.setattr(module, "MAX_PROBES", 7)
    blocks = search_scores(DECISION, VECTORS, LABELS, Draws(1, 10))
    for block in blocks:
        assert set(block.identity.tolist()) <= {0, 2, 4}
        assert block.search.shape[1] == 2
        assert len(block.identity) <= 6
