"""The labels of a batch: no identity's code can be taken for a forgery or an empty place."""

import numpy as np
import pandas as pd

from components.train.data.sampler import Sampler
from components.train.labels import EMPTY, FORGERY


def test_neither_special_label_is_the_code_of_an_identity() -> None:
    assert FORGERY != EMPTY
    assert max(FORGERY, EMPTY) < 0
    kinds = ["genuine", "genuine", "forgery"] * 3
    rows = pd.DataFrame({"identity": list("aaabbbccc"), "kind": kinds, "row": np.arange(9)})
    _, labels = Sampler(rows, identities=3, images=2, forgeries=1, seed=0).draw(0)
    assert sorted(set(labels.tolist())) == [FORGERY, 0, 1, 2]
