"""Decisions carried to other folds, and their pooled rates."""

import numpy as np
import pytest

from benchmarks import carried_folds
from benchmarks.carried_folds import CarriedFolds
from components.evaluate.decision.carried import apply_decision
from components.evaluate.protocols.run_protocols import compare_part
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.shared.verification.decision import Decision
from components.shared.verification.sampling import Labels

RANDOM = np.random.default_rng(0)
WRITERS = np.repeat(np.arange(24), 8)
LABELS = Labels(WRITERS, np.tile([False] * 5 + [True] * 3, 24))
PLACES = RANDOM.normal(size=(24, 8))[WRITERS] + 0.6 * LABELS.forged[:, None]
EMBEDDINGS = PLACES + 0.5 * RANDOM.normal(size=(192, 8))
UNIT = (EMBEDDINGS / np.linalg.norm(EMBEDDINGS, axis=1, keepdims=True)).astype(np.float32)
VAL = np.isin(WRITERS, range(12))


@pytest.fixture(scope="module")
def decision() -> Decision:
    return carried_folds.decide(UNIT[VAL], carried_folds.select(LABELS, VAL), 1)


def test_every_collection_is_divided_by_itself_and_no_writer_is_in_two_folds() -> None:
    collection = np.where(np.isin(WRITERS, range(6)), "a", "b")
    fold = carried_folds.number_folds(LABELS, collection, 3)
    for name, writers in (("a", 6), ("b", 18)):
        own = fold[collection == name]
        assert np.bincount(own).tolist() == [writers // 3 * 8] * 3
    assert all(len(set(fold[writer == WRITERS])) == 1 for writer in range(24))


def test_the_rates_of_one_fold_are_those_that_evaluate_reports(decision: Decision) -> None:
    labels = carried_folds.select(LABELS, ~VAL)
    images = EvaluationSet(np.arange(96), [], WRITERS[~VAL] - 12, labels.forged)
    part = compare_part(images, UNIT[~VAL], carried_folds.PARAMS)
    reported = apply_decision(part, decision, carried_folds.PARAMS).metrics
    folds = CarriedFolds()
    folds.add(decision, UNIT[~VAL], labels, [1])
    for kind in ("skilled", "random"):
        far, frr = folds.carried((1, kind))
        group = f"decision/{kind}/refs_1"
        assert folds.eer((1, kind)).value == pytest.approx(reported[f"{group}/eer"], abs=1e-3)
        assert folds.cllr((1, kind)).value == pytest.approx(reported[f"{group}/cllr"], abs=1e-4)
        assert far.value == pytest.approx(reported[f"{group}/far_at_threshold"], abs=1e-3)
        assert frr.value == pytest.approx(reported[f"{group}/frr_at_threshold"], abs=1e-3)


def test_two_folds_count_all_their_writers(decision: Decision) -> None:
    folds = CarriedFolds()
    for first in (12, 18):
        rows = np.isin(WRITERS, range(first, first + 6))
        folds.add(decision, UNIT[rows], carried_folds.select(LABELS, rows), [1, 3])
    title, *lines = folds.lines("a → b")
    assert title == "a → b, 12 identities"
    assert len(lines) == 4
    assert len(folds.eer((3, "skilled")).influence) == 12
    zero = list(folds.differences(folds, "none"))[1]
    assert "+0.0 (+0.0 to +0.0)" in zero
