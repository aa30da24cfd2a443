"""Usual evidence of genuine claims."""

import numpy as np
import pytest

from components.evaluate.decision.claims import GENUINE, SKILLED, Claims
from components.evaluate.decision.usual import measure


def claims(references: list[int], identity: list[int], kind: list[int]) -> Claims:
    rows = np.zeros(len(kind), np.int32)
    terms = np.zeros((len(kind), 1), np.float32)
    counts, names = np.array(references, np.int32), np.array(identity, np.int32)
    return Claims(terms, terms, counts, names, rows, rows, np.array(kind, np.int8))


def test_every_identity_counts_alike_and_impostors_do_not() -> None:
    kind = [GENUINE] * 4 + [SKILLED]
    found = measure(
        claims([1] * 5, [0, 0, 0, 1, 1], kind), np.array([1.0, 2.0, 3.0, 6.0, 99.0]), "skilled"
    )
    (row,) = found  # the means are 2 and 6
    assert (row.kind, row.references, row.mean) == ("skilled", 1, 4.0)
    assert row.deviation == pytest.approx((((9 + 4 + 1) / 3 + 4) / 2) ** 0.5)
    assert row.error == pytest.approx(8**0.5 / 2**0.5)


def test_each_number_of_references_has_a_row_of_its_own_where_two_identities_have_it() -> None:
    own = claims([2, 1, 2, 1, 3], [0, 0, 1, 1, 1], [GENUINE] * 5)
    found = measure(own, np.array([5.0, 1.0, 7.0, 3.0, 9.0]), "random")
    assert [(row.references, row.mean) for row in found] == [(1, 2.0), (2, 6.0)]
