"""Claims cut into blocks, against all comparisons at once."""

import numpy as np
import pytest

from components.evaluate.scoring.claim_blocks import ClaimBlocks
from components.shared.verification import comparisons
from components.shared.verification.sampling import Draws
from tests.evaluate.scoring.synthetic import KINDS, SMALL, data

SOME = data([20, 1, 45, 2, 4, 9, 12, 12], [3, 5, 0, 50, 1, 7, 0, 1])


def rows(scores: comparisons.Scores) -> list[tuple[float, int, int]]:
    probe = scores.identity if scores.probe is None else scores.probe
    columns = scores.distance.tolist(), scores.identity.tolist(), probe.tolist()
    return sorted(zip(*columns, strict=True))


@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_the_blocks_hold_every_comparison_once(references: int, kind: str) -> None:
    draws = Draws(references, number=4)
    scores = comparisons.compare(*SOME, draws)
    claims = ClaimBlocks(*SOME, kind, draws, size=SMALL)
    sides = scores.genuine, getattr(scores, kind)
    assert claims.totals == tuple(len(side.distance) for side in sides)
    for computed, expected in zip(claims.scores(), sides, strict=True):
        assert rows(computed) == rows(expected)


@pytest.mark.parametrize("references", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_all_comparisons_are_in_the_order_of_compare_and_each_knows_its_place_there(
    references: int, kind: str
) -> None:
    draws = Draws(references, number=4)
    scores = comparisons.compare(*SOME, draws)
    claims = ClaimBlocks(*SOME, kind, draws, size=SMALL)
    for side, expected in enumerate((scores.genuine, getattr(scores, kind))):
        np.testing.assert_allclose(claims.scores()[side].distance, expected.distance, atol=1e-6)
        for block in claims.blocks:
            if block.has_genuine == (side == 0):
                own = expected.distance[expected.identity == block.identity]
                computed = claims.score_block(block)[side].value
                np.testing.assert_allclose(computed, own[claims.places(block)], atol=1e-6)


def test_no_block_is_larger_than_the_size_says() -> None:
    claims = ClaimBlocks(*SOME, "random", Draws(1), size=SMALL)
    for block in claims.blocks:
        assert all(len(side.value) <= SMALL.cells for side in claims.score_block(block))
    identities = [block.identity for block in claims.blocks]
    assert len(identities) > len(set(identities)) == len(claims) == 7


@pytest.mark.parametrize("fuse", [comparisons.nearest, comparisons.centre])
def test_the_farthest_distance_bounds_all(fuse: comparisons.Fusion) -> None:
    claims = ClaimBlocks(*SOME, "random", Draws(3, number=4), fuse)
    assert max(side.distance.max() for side in claims.scores()) <= claims.farthest


def test_a_subsample_has_some_probes_of_all_identities() -> None:
    claims = ClaimBlocks(*SOME, "random", Draws(1))
    some = claims.subsample(2)
    assert len(some) == len(claims)
    whole = np.concatenate([claims.score_block(block)[1].value for block in claims.blocks])
    part = np.concatenate([some.score_block(block)[1].value for block in some.blocks])
    assert len(part) == pytest.approx(len(whole) / 4, rel=0.1)
    assert set(part.tolist()) <= set(whole.tolist())


def test_impostors_are_of_the_claimed_identity_s_collection() -> None:
    vectors, labels = SOME
    of_identity = np.array([0, 0, 1, 1, 1, 2, 1, 3])  # identity 7 is alone in its own
    several = labels._replace(collection=of_identity[labels.identity])
    expected = comparisons.compare(vectors, several, Draws(1)).random
    claims = ClaimBlocks(vectors, several, "random", Draws(1), size=SMALL)
    assert claims.totals[1] == len(expected.distance)
    assert rows(claims.scores()[1]) == rows(expected)
    assert expected.probe is not None
    assert not {5, 7} & {*expected.identity.tolist(), *expected.probe.tolist()}
    assert claims.identities.tolist() == list(range(8))


def test_an_identity_that_is_never_compared_is_not_among_the_names() -> None:
    vectors, labels = SOME
    of_identity = np.array([0, 1, 0, 0, 0, 0, 0, 0])  # identity 1 has a single image
    several = labels._replace(collection=of_identity[labels.identity])
    claims = ClaimBlocks(vectors, several, "random", Draws(1), size=SMALL)
    assert claims.identities.tolist() == [0, 2, 3, 4, 5, 6, 7]
