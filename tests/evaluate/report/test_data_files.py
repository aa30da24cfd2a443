"""The data files."""

import numpy as np

from components.evaluate.report.data_files import scores
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores


def group(count: int) -> Scores:
    return Scores(np.arange(count, dtype=np.float32), (np.arange(count) % 2).astype(np.int32))


def test_scores_list_every_comparison_once() -> None:
    genuine = group(4)
    found = scores(
        [
            Verification("skilled", 1, genuine, group(6)),
            Verification("random", 1, genuine, group(9)),
        ],
        ["a", "b"],
    )
    assert found.groupby("kind").size().to_dict() == {"genuine": 4, "random": 9, "skilled": 6}
    assert list(found.columns) == ["identity", "kind", "references", "distance"]
    assert found["identity"].tolist()[:2] == ["a", "b"]


def test_too_many_scores_are_thinned_evenly_and_the_same_way_again() -> None:
    many = [Verification("random", 1, group(50), group(4_000))]
    found = scores(many, ["a", "b"], most=1_000)
    assert len(found) == 50 + 500
    kept = found.loc[found["kind"] == "random", "distance"]
    assert kept.is_monotonic_increasing
    assert abs(kept.mean() - 2_000) < 200
    assert found.equals(scores(many, ["a", "b"], most=1_000))
