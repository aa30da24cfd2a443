"""Two evaluations on the same pairs: which is better, and may it be chance?"""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from components.evaluate.__main__ import main
from components.evaluate.paired_comparison import Difference, compare, sentence
from components.evaluate.params import EvaluateParams
from components.evaluate.report.scores_file import write_scores
from components.evaluate.scoring import confidence_intervals
from components.evaluate.scoring.verification import Verification
from components.shared.runtime.errors import InputError
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=2)
IDENTITIES = 12


def evaluated(
    folder: Path,
    quality: float,
    params: EvaluateParams = PARAMS,
    digest: str = "same images",
    limit: int = 1_000_000,
) -> Path:
    """What evaluate leaves of an embedder of some quality."""
    part = made_up(params, IDENTITIES, 7, 4, quality)
    folder.mkdir()
    write_scores(folder, part.verifications, part.part._replace(digest=digest), params, limit=limit)
    return folder


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("reports")
    return evaluated(root / "good", 1.2), evaluated(root / "bad", 0.5)


def single(quality: float) -> Verification:
    return next(
        v for v in made_up(PARAMS, IDENTITIES, 7, 4, quality).verifications if v.kind == "random"
    )


def test_the_difference_and_its_interval_are_those_of_the_comparisons_themselves(
    reports: tuple[Path, Path],
) -> None:
    difference = {d.verification: d for d in compare(*reports)}["random, 1 reference"]
    good, bad = single(1.2), single(0.5)
    gap = confidence_intervals.eer(good) - confidence_intervals.eer(bad)
    assert (difference.left, difference.right) == (good.scored.eer().rate, bad.scored.eer().rate)
    assert difference.ends is not None
    assert difference.ends == pytest.approx(gap.interval())
    assert difference.ends[0] < difference.left - difference.right < difference.ends[1]
    assert (difference.n_identities, difference.n_pairs) == (
        IDENTITIES,
        len(good.genuine.distance) + len(good.impostor.distance),
    )


def test_the_better_one_is_named_whichever_comes_first(
    reports: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = reports
    for order in ((good, bad), (bad, good)):
        main(["compare", *map(str, order)])
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(":")[0] for line in lines] == [
            "skilled, 1 reference",
            "skilled, 5 references",
            "random, 1 reference",
            "random, 5 references",
        ]
        assert f"{good} is better by " in lines[2]
        assert "more than chance" in lines[2]
        assert "12 identities" in lines[2]
    assert [d.better for d in compare(good, bad)][2:] == ["left", "left"]
    assert [d.better for d in compare(bad, good)][2:] == ["right", "right"]


def test_a_model_does_not_differ_from_itself(reports: tuple[Path, Path]) -> None:
    good, _ = reports
    for difference in compare(good, good):
        assert (difference.left - difference.right, difference.ends, difference.better) == (
            0.0,
            (0.0, 0.0),
            None,
        )
        assert "no difference (0.0 to 0.0 points): may be chance" in sentence(difference, "a", "b")


@pytest.mark.parametrize(
    ("left", "right", "ends", "words"),
    [
        (0.10, 0.131, (-0.052, -0.01), "a is better by 3.1 points (1.0 to 5.2): more than chance"),
        (0.131, 0.10, (0.01, 0.052), "b is better by 3.1 points (1.0 to 5.2): more than chance"),
        (0.10, 0.131, (-0.07, 0.004), "a is better by 3.1 points (−0.4 to 7.0): may be chance"),
        (0.10, 0.131, None, "1 identities, 50 comparisons are too few to tell"),
    ],
)
def test_the_answer_is_in_words(
    left: float, right: float, ends: tuple[float, float] | None, words: str
) -> None:
    difference = Difference(
        "skilled, 1 reference", left, right, ends, 1 if ends is None else 9, 50, 50
    )
    assert words in sentence(difference, "a", "b")
    rates = "EER 10.0 % (a) and 13.1 % (b);" if ends is None else "EER 10.0 % against 13.1 %;"
    assert rates in sentence(difference, "a", "b")
    assert difference.better == (
        None if "more than chance" not in words else {"a": "left", "b": "right"}[words[0]]
    )


def test_comparisons_of_which_only_some_were_kept_are_the_same_ones_and_said_to_be_some(
    tmp_path: Path,
) -> None:
    good = evaluated(tmp_path / "good", 1.2, limit=1_200)
    bad = evaluated(tmp_path / "bad", 0.5, limit=1_200)
    counts = pd.read_parquet(good / "scores.parquet").groupby(["kind", "references"]).size()
    assert counts["random", 1] == 1_200 // 6
    difference = {d.verification: d for d in compare(good, bad)}["random, 1 reference"]
    assert difference.n_pairs == counts["genuine", 1] + counts["random", 1] < difference.n_all
    assert difference.n_all == len(single(1.2).genuine.distance) + len(
        single(1.2).impostor.distance
    )
    assert f"{difference.n_pairs:,} of {difference.n_all:,} comparisons" in sentence(
        difference, "a", "b"
    )


def test_other_images_or_other_draws_are_refused_in_one_line(
    reports: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    others = evaluated(tmp_path / "images", 1.2, digest="other images")
    other_draws = evaluated(tmp_path / "draws", 1.2, EvaluateParams(draws=2, seed=1))
    for folder, where in ((others, "skilled, 1 reference"), (other_draws, "skilled, 5 references")):
        with pytest.raises(SystemExit) as stopped:
            main(["compare", str(reports[0]), str(folder)])
        assert stopped.value.code == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert f"not made on the same pairs ({where})" in line


def test_what_only_one_of_them_has_is_left_out(reports: tuple[Path, Path], tmp_path: Path) -> None:
    fewer = evaluated(tmp_path / "fewer", 1.2, EvaluateParams(draws=2, references=3))
    assert [d.verification for d in compare(reports[0], fewer)] == [
        "skilled, 1 reference",
        "random, 1 reference",
    ]


def test_a_file_of_an_earlier_version_is_refused_by_the_column_that_it_lacks(
    reports: tuple[Path, Path], tmp_path: Path
) -> None:
    old = pq.read_table(reports[0] / "scores.parquet").drop_columns(["probe"])
    pq.write_table(old, tmp_path / "scores.parquet")
    with pytest.raises(InputError) as error:
        compare(reports[0], tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/scores.parquet: has no column 'probe', as files of earlier versions; "
        "run evaluate again"
    )


@pytest.mark.parametrize("damage", ["missing", "no digest", "not parquet"])
def test_a_folder_that_is_no_evaluation_is_refused(
    reports: tuple[Path, Path], tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "scores.parquet"
    if damage == "no digest":
        pd.read_parquet(reports[0] / "scores.parquet").to_parquet(path)
    elif damage == "not parquet":
        path.write_text("identity,kind\n")
    with pytest.raises(InputError, match=r"scores\.parquet: "):
        compare(reports[0], tmp_path)
