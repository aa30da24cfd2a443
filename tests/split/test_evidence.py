import numpy as np
import pandas as pd
import pytest

from components.shared.data.part_sizes import PartSizes
from components.shared.verification.comparisons import compare
from components.shared.verification.sampling import Draws, Labels
from components.split.evidence import count_impostors, target_notices


@pytest.mark.parametrize("seed", range(4))
def test_impostors_are_counted_as_they_are_compared(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = Labels(rng.integers(0, 9, 30), rng.random(30) < 0.4)
    kind = np.where(labels.forged, "forgery", "genuine")
    sizes = PartSizes.of(pd.DataFrame({"identity": labels.identity, "kind": kind}))
    scores = compare(rng.normal(size=(30, 4)), labels, Draws(1))
    for name, (identities, comparisons) in count_impostors(sizes).items():
        compared = getattr(scores, name)
        assert comparisons == len(compared.distance)
        assert identities == len(np.unique(compared.identity))


def test_a_target_below_what_val_can_show_is_told_with_its_impostors() -> None:
    val = PartSizes(np.array([2, 2, 2]), np.array([2, 2, 2]))
    assert target_notices(val, 0.0001) == [
        "evaluate.target is a FAR of 0.01 %, but val can show none below 25 %: it has 3 identities "
        "and 12 comparisons with skilled forgeries; raise split.val or evaluate.target"
    ]
    assert target_notices(val, 0.25) == []
    assert target_notices(val, "equal_error") == []


def test_without_forgeries_the_target_is_of_random_ones_whose_people_count_once() -> None:
    (notice,) = target_notices(PartSizes(np.array([90, 90, 90]), np.zeros(3, np.int64)), 0.01)
    assert "none below 50 %: it has 3 identities and 48,600 comparisons with random" in notice
