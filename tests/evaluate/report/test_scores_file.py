"""scores.parquet: what others can compute from it alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from components.evaluate.decision.carried import apply_decision
from components.evaluate.decision.deciding import decide
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, compare_part, run_protocols
from components.evaluate.report.scores_file import scores_table, write_scores
from components.evaluate.scoring import verification
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import Verification
from components.shared.verification import error_rates
from tests.evaluate.embeddings import made_up
from tests.evaluate.scoring.synthetic import SMALL

PARAMS = EvaluateParams(draws=2, references=3, target=0.05)
GENUINE, FORGERIES = 6, 3
WORDS = {"identity": "identity", "probe": "identity", "questioned": "image", "reference": "image"}


class Written(NamedTuple):
    scores: pd.DataFrame
    metrics: dict[str, float]
    part: ComparedPart
    extent: str


def shuffled() -> tuple[EvaluationSet, NDArray[np.float32]]:
    """Images of seven writers in any order, as a catalog has them."""
    part = made_up(PARAMS, 7, GENUINE, FORGERIES)
    order = np.random.default_rng(5).permutation(len(part.embeddings))
    images = part.part
    names = [f"raw/{row}.png" for row in order]
    mixed = EvaluationSet(
        order, images.names, images.identity[order], images.forged[order], paths=names
    )
    return mixed, part.embeddings[order]


def evaluated(folder: Path) -> Written:
    images, embeddings = shuffled()
    part = compare_part(images, embeddings, PARAMS)
    decisions, _ = decide(part, PARAMS, parts=1)
    decided = apply_decision(part, decisions.chosen, PARAMS)
    metrics = run_protocols(part, PARAMS).metrics | decided.metrics
    extent = write_scores(
        folder, part.verifications, images, PARAMS, decisions.chosen, decided.verified
    )
    return Written(pd.read_parquet(folder / "scores.parquet"), metrics, part, extent)


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return evaluated(tmp_path_factory.mktemp("memory"))


@pytest.fixture(scope="module")
def out_of_core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "LIMITS", verification.Limits(0, SMALL))
        yield evaluated(tmp_path_factory.mktemp("blocks"))


@pytest.fixture(params=["in_memory", "out_of_core"])
def written(request: pytest.FixtureRequest) -> Written:
    evaluation: Written = request.getfixturevalue(request.param)
    large = request.param == "out_of_core"
    assert all((v.out_of_core is not None) == large for v in evaluation.part.verifications)
    return evaluation


def eer(scores: pd.DataFrame, kind: str, references: int, column: str, sign: int = 1) -> float:
    own = scores[scores["references"] == references]
    genuine, impostor = own[own["kind"] == "genuine"], own[own["kind"] == kind]
    return error_rates.eer(sign * genuine[column], sign * impostor[column]).rate


@pytest.mark.parametrize("kind", ["skilled", "random"])
@pytest.mark.parametrize("references", [1, 3])
def test_every_equal_error_rate_can_be_computed_again(
    written: Written, kind: str, references: int
) -> None:
    group = f"{kind}/refs_{references}/eer"
    again = eer(written.scores, kind, references, "distance")
    assert again == pytest.approx(written.metrics[f"verification/{group}"], abs=1e-9)
    again = eer(written.scores, kind, references, f"evidence_{kind}", -1)
    assert again == pytest.approx(written.metrics[f"decision/{group}"], abs=1e-9)
    assert 0 < again < 1


@pytest.mark.parametrize("kind", ["skilled", "random"])
def test_the_decisions_are_those_whose_rates_are_reported(written: Written, kind: str) -> None:
    own = written.scores[written.scores["references"] == 3]
    decision = own[f"decision_{kind}"]
    far = (decision[own["kind"] == kind] == "accept").mean()
    frr = (decision[own["kind"] == "genuine"] == "reject").mean()
    group = f"decision/{kind}/refs_3"
    assert far == pytest.approx(written.metrics[f"{group}/far_at_threshold"])
    assert frr == pytest.approx(written.metrics[f"{group}/frr_at_threshold"])
    assert decision[~own["kind"].isin(["genuine", kind])].isna().all()


def test_a_comparison_has_the_distance_of_the_images_that_it_names(written: Written) -> None:
    part = written.part.part
    row = {path: place for place, path in enumerate(part.paths)}
    vectors = written.part.embeddings.astype(np.float64)
    sample = written.scores.sample(500, random_state=0)
    for comparison in sample.to_dict("records"):
        names: list[Any] = [comparison[f"reference_{n}"] for n in (1, 2, 3)]
        used = [row[name] for name in names if isinstance(name, str)]
        questioned = row[comparison["questioned"]]
        assert len(used) == comparison["references"]
        apart = np.linalg.norm(vectors[used] - vectors[questioned], axis=1)
        assert apart.mean() == pytest.approx(comparison["distance"], abs=1e-5)
        assert {part.names[part.identity[place]] for place in used} == {comparison["identity"]}
        assert part.names[part.identity[questioned]] == comparison["probe"]
        assert part.forged[questioned] == (comparison["kind"] == "skilled")


def test_out_of_core_gives_the_same_rows(in_memory: Written, out_of_core: Written) -> None:
    assert in_memory.extent == out_of_core.extent == f"all {len(in_memory.scores):,} comparisons"
    pd.testing.assert_frame_equal(in_memory.scores, out_of_core.scores, atol=1e-6)


def test_names_are_written_once_and_missing_values_are_marked(in_memory: Written) -> None:
    scores = in_memory.scores
    names = scores.select_dtypes("category").columns
    assert {"identity", "probe", "kind", "questioned", "reference_3"} <= set(names)
    assert list(scores.columns[:5]) == ["identity", "probe", "kind", "references", "distance"]
    single = scores["references"] == 1
    assert scores.loc[single, "reference_2"].isna().all()
    assert scores.loc[~single, "reference_3"].notna().all()
    assert "collection" not in scores


def test_of_several_collections_each_comparison_has_its_own(tmp_path: Path) -> None:
    images, embeddings = shuffled()
    names = np.array(["even", "odd"])
    several = images._replace(collection=names[images.identity % 2])
    part = compare_part(several, embeddings, PARAMS)
    write_scores(tmp_path, part.verifications, several, PARAMS)
    scores = pd.read_parquet(tmp_path / "scores.parquet")
    number = scores["identity"].str[-1].astype(int)
    assert scores["collection"].tolist() == names[number % 2].tolist()


def test_the_copy_for_upload_has_numbers_in_place_of_people_and_files_and_all_else(
    tmp_path: Path,
) -> None:
    whole = evaluated(tmp_path)
    copy = pd.read_parquet(tmp_path / "upload" / "scores.parquet")
    names = {"identity": whole.part.part.names, "image": whole.part.part.paths}
    for column in copy.columns:
        numbered = copy[column].dropna()
        word = WORDS.get(column.rstrip("_123"))
        if word is not None:
            known = {f"{word}-{number}": name for number, name in enumerate(names[word])}
            numbered = numbered.map(known.__getitem__)
        assert numbered.tolist() == whole.scores[column].dropna().tolist()
    content = (tmp_path / "upload" / "scores.parquet").read_bytes()
    assert b"raw/" not in content
    assert b"raw/" in (tmp_path / "scores.parquet").read_bytes()


def test_too_many_comparisons_are_thinned_evenly_the_same_way_again_and_said_to_be(
    tmp_path: Path,
) -> None:
    part = made_up(PARAMS, 7, GENUINE, FORGERIES)
    whole = scores_table(part.verifications, part.part, PARAMS).rows.to_pandas()
    table = scores_table(part.verifications, part.part, PARAMS, limit=600)
    thin = table.rows.to_pandas()
    counts = thin.groupby(["kind", "references"]).size()
    assert counts["random", 1] == counts["skilled", 1] == counts["genuine", 1] == 100
    assert table.extent == f"{len(thin):,} of {len(whole):,} comparisons, drawn at random"
    random = [own[own["kind"] == "random"]["distance"].mean() for own in (whole, thin)]
    assert random[0] == pytest.approx(random[1], abs=0.05)
    again = scores_table(part.verifications, part.part, PARAMS, limit=600)
    assert again.rows.equals(table.rows)
    write_scores(tmp_path, part.verifications, part.part, PARAMS, limit=600)
    metadata = pq.read_schema(tmp_path / "scores.parquet").metadata
    assert metadata[b"extent"].decode() == table.extent


def rows_of(scores: pd.DataFrame) -> set[tuple[object, ...]]:
    text = scores.astype(str)
    return set(text.itertuples(index=False, name=None))


def test_where_only_some_are_kept_each_has_the_images_and_the_evidence_of_its_own(
    tmp_path: Path,
) -> None:
    whole = evaluated(tmp_path)
    part = whole.part
    decisions, _ = decide(part, PARAMS, parts=1)
    decided = apply_decision(part, decisions.chosen, PARAMS).verified
    some = (part.verifications, part.part, PARAMS, decisions.chosen, decided, 600)
    thin = scores_table(*some).rows.to_pandas()
    assert 400 < len(thin) <= 600 < len(whole.scores)
    assert rows_of(thin) <= rows_of(whole.scores)


def test_nothing_that_was_compared_is_a_file_without_rows(tmp_path: Path) -> None:
    images, _ = shuffled()
    none: list[Verification] = []
    assert write_scores(tmp_path, none, images, PARAMS) == "all 0 comparisons"
    scores = pd.read_parquet(tmp_path / "scores.parquet")
    assert list(scores.columns) == ["identity", "probe", "kind", "references", "distance"]
