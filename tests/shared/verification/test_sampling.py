"""The records that protocols share."""

import numpy as np

from components.shared.verification.sampling import Draws, Labels


def test_one_draw_with_seed_zero_is_the_default() -> None:
    assert Draws(5) == Draws(references=5, number=1, seed=0)


def test_labels_are_an_identity_and_whether_it_is_forged() -> None:
    identity, forged = Labels(np.array(["a", "b"]), np.array([False, True]))
    assert (identity.tolist(), forged.tolist()) == (["a", "b"], [False, True])
