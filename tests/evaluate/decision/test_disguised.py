"""Outcomes of disguised signatures, against a loop over claims."""

import numpy as np
import pytest

from components.evaluate.decision.deciding import decide
from components.evaluate.decision.disguised import DisguisedImages, measure_disguised
from components.evaluate.params import EvaluateParams
from components.shared.verification.decision_file import Decisions
from components.shared.verification.sampling import Draws
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=3, references=3)
VAL = made_up(PARAMS, 8, 7, 4, seed=1)
TEST = made_up(PARAMS, 5, 6, 2, seed=2)
DECISIONS = decide(VAL, PARAMS, parts=1)[0]


def disguised(counts: dict[str, int]) -> DisguisedImages:
    """So many images of each name, between the author and anybody."""
    rng = np.random.default_rng(3)
    names = np.repeat(list(counts), list(counts.values()))
    vectors = rng.normal(size=(len(names), 8))
    for row, name in enumerate(names):
        own = [code for code, each in enumerate(TEST.part.names) if each == name]
        if own:
            vectors[row] += 4 * TEST.embeddings[TEST.part.identity == own[0]].mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return DisguisedImages(names, vectors.astype(np.float32))


IMAGES = disguised({"writer-00": 3, "writer-02": 1, "writer-03": 4, "writer-09": 5})


@pytest.mark.parametrize("policy", ["equal_error", "far_1pct", "review"])
def test_the_shares_are_those_of_the_answers_to_each_claim(policy: str) -> None:
    from components.shared.verification.comparisons import draw_references

    metrics = measure_disguised(IMAGES, TEST, DECISIONS, PARAMS)
    decision = DECISIONS.chosen
    assert decision is not None
    for references in (1, 3):
        outcomes = []
        for name, probe in zip(IMAGES.identity, IMAGES.embeddings, strict=True):
            if name not in TEST.part.names:
                continue
            code = TEST.part.names.index(name)
            own = np.flatnonzero((TEST.part.identity == code) & ~TEST.part.forged)
            drawn = draw_references(len(own), code, Draws(references, 3, PARAMS.seed))
            for row in drawn.references:
                answer = decision.answer(TEST.embeddings[own[row]], probe, policy)
                outcomes.append(answer.outcome)
        group = f"disguised/refs_{references}"
        assert metrics[f"{group}/n_pairs"] == len(outcomes)
        assert (metrics[f"{group}/n_identities"], metrics[f"{group}/n_images"]) == (3, 8)
        for outcome, word in (
            ("accepted", "accept"),
            ("rejected", "reject"),
            ("reviewed", "review"),
        ):
            name = f"{group}/policy/{policy}/{outcome}"
            if policy == "equal_error":
                name = f"{group}/{outcome}_at_threshold"
            share = outcomes.count(word) / len(outcomes)
            assert metrics.get(name, 0) == pytest.approx(share)
            if name in metrics:
                assert metrics[f"{name}_ci_low"] <= share <= metrics[f"{name}_ci_high"]


def test_without_a_decision_model_the_thresholds_of_the_mean_distance_decide() -> None:
    thresholds = Decisions(thresholds=DECISIONS.thresholds)
    metrics = measure_disguised(IMAGES, TEST, thresholds, PARAMS)
    limit = next(
        t.threshold
        for t in DECISIONS.thresholds
        if (t.kind, t.references, t.policy) == ("skilled", 1, "equal_error")
    )
    accepted = []
    for name, probe in zip(IMAGES.identity, IMAGES.embeddings, strict=True):
        if name in TEST.part.names:
            own = (TEST.part.identity == TEST.part.names.index(name)) & ~TEST.part.forged
            apart = np.linalg.norm(TEST.embeddings[own] - probe, axis=1)
            accepted += (apart <= limit).tolist()
    share = metrics["disguised/refs_1/accepted_at_threshold"]
    assert share == pytest.approx(np.mean(accepted))
    assert metrics["disguised/refs_1/rejected_at_threshold"] == pytest.approx(1 - share)
    assert not any("reviewed" in name for name in metrics)


def test_of_nobody_who_is_tested_nothing_is_measured() -> None:
    strangers = disguised({"writer-09": 2})
    assert measure_disguised(strangers, TEST, DECISIONS, PARAMS) == {}
    assert measure_disguised(IMAGES, TEST, Decisions(), PARAMS) == {}
