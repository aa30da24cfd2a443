"""The records that protocols share."""

import numpy as np

from components.shared.verification.sampling import Draws, Labels


def test_one_draw_with_seed_zero_is_the_default() -> None:
    assert Draws(5) == Draws(references=5, number=1, seed=0)


def test_labels_are_an_identity_whether_it_is_forged_and_a_collection() -> None:
    labels = Labels(np.array(["a", "b"]), np.array([False, True]))
    assert (labels.identity.tolist(), labels.forged.tolist()) == (["a", "b"], [False, True])
    assert labels.collections().tolist() == [0, 0]
    assert labels._replace(collection=np.array(["y", "x"])).collections().tolist() == [1, 0]
