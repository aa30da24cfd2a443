"""The claims that a decision is fitted to."""

import numpy as np

from components.evaluate.decision.claims import (
    GENUINE,
    NAMES,
    RANDOM,
    SKILLED,
    describe_claims,
    most_references,
)
from components.shared.verification.claim_features import describe
from components.shared.verification.evidence_model import Shift, columns
from components.shared.verification.sampling import Draws, Labels
from tests.evaluate.decision.populations import draw


def test_one_probe_at_least_is_left_to_half_of_the_identities() -> None:
    counts = (2, 4, 4, 9, 1)
    identity = np.repeat(np.arange(5), counts)
    assert most_references(Labels(identity, np.zeros(20, bool))) == 3
    assert most_references(Labels(np.arange(3), np.zeros(3, bool))) == 0
    assert most_references(Labels(np.zeros(60, int), np.zeros(60, bool))) == 16


def test_claims_are_those_of_every_identity_number_of_references_and_kind() -> None:
    vectors, labels = draw(3, genuine=4, forgeries=2)
    claims = describe_claims(vectors, labels, Draws(3, number=5), 1, Shift(1.0))
    for identity in range(3):
        own = claims.identity == identity
        for references, genuine in ((1, 6), (2, 5 * 2), (3, 5 * 1)):
            rows = own & (claims.references == references)
            draws = 4 if references == 1 else 5
            expected = {GENUINE: genuine, SKILLED: draws * 2, RANDOM: draws * 8}
            for kind, count in expected.items():
                assert np.count_nonzero(rows & (claims.kind == kind)) == count
    skilled = claims.kind == SKILLED
    np.testing.assert_array_equal(claims.probe[skilled], claims.identity[skilled])
    np.testing.assert_array_equal(labels.identity[claims.image], claims.probe)
    np.testing.assert_array_equal(labels.forged[claims.image], skilled)
    assert (claims.probe != claims.identity)[claims.kind == RANDOM].all()


def test_terms_are_those_of_the_claim_and_change_with_the_scanner() -> None:
    vectors, labels = draw(2, genuine=3, forgeries=1)
    claims = describe_claims(vectors, labels, Draws(1), 2, Shift(1.0, 0.5))
    rows = (claims.identity == 0) & (claims.kind == SKILLED)
    own, forgery = vectors[:3], vectors[3:4]
    one = columns(describe(own, forgery, np.eye(3, dtype=bool), 2), NAMES)[:, 0]
    np.testing.assert_allclose(claims.terms[rows], one, rtol=1e-5)
    change = dict(zip(NAMES, claims.change[rows][0].tolist(), strict=True))
    assert change["constant"] == change["spread"] == 0
    assert np.isclose(change["mean_of_one"], 1)
    assert np.isclose(change["variety"], 0.5)


def test_of_many_identities_and_images_some_are_taken() -> None:
    vectors, labels = draw(450, genuine=3, forgeries=0)
    claims = describe_claims(vectors, labels, Draws(1), 1, Shift())
    assert len(np.unique(claims.identity)) == 150
    first = claims.identity == 0
    assert len(np.unique(claims.image[first & (claims.kind == RANDOM)])) == 24
