"""The data files."""

import numpy as np

from components.evaluate.report.data_files import scores_table
from components.evaluate.report.likelihood_plots import Answers
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores


def comparisons(count: int) -> Scores:
    return Scores(np.arange(count, dtype=np.float32), (np.arange(count) % 2).astype(np.int32))


def test_scores_list_every_comparison_once() -> None:
    genuine = comparisons(4)
    table = scores_table(
        [
            Verification("skilled", 1, genuine, comparisons(6)),
            Verification("random", 1, genuine, comparisons(9)),
        ],
        ["a", "b"],
    )
    assert table.groupby("kind").size().to_dict() == {"genuine": 4, "random": 9, "skilled": 6}
    assert list(table.columns) == ["identity", "probe", "kind", "references", "distance"]
    assert table["identity"].tolist()[:2] == ["a", "b"]


def test_too_many_scores_are_thinned_evenly_and_the_same_way_again() -> None:
    many = [Verification("random", 1, comparisons(50), comparisons(4_000))]
    table = scores_table(many, ["a", "b"], limit=1_000)
    assert len(table) == 50 + 500
    distances = table.loc[table["kind"] == "random", "distance"]
    assert distances.is_monotonic_increasing
    assert abs(distances.mean() - 2_000) < 200
    assert table.equals(scores_table(many, ["a", "b"], limit=1_000))


def test_evidence_stands_beside_the_comparison_that_it_is_of() -> None:
    verifications = [
        Verification("skilled", 1, comparisons(4), comparisons(600)),
        Verification("random", 1, comparisons(4), comparisons(900)),
    ]
    answers = [
        Answers("skilled", 1, np.arange(4) / 2, np.arange(600) / 2),
        Answers("random", 1, -np.arange(4.0), -np.arange(900.0)),
    ]
    table = scores_table(verifications, ["a", "b"], answers, limit=300)
    assert list(table.columns)[-2:] == ["llr_random", "llr_skilled"]
    genuine = table["kind"] == "genuine"
    np.testing.assert_array_equal(
        table["llr_skilled"], np.where(table["kind"] == "random", np.nan, table["distance"] / 2)
    )
    np.testing.assert_array_equal(
        table["llr_random"], np.where(table["kind"] == "skilled", np.nan, -table["distance"])
    )
    assert genuine.sum() == 4
