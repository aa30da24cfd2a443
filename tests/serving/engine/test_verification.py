"""Verification against brute force, on embeddings and on drawn signatures."""

from pathlib import Path

import numpy as np
import pytest

from components.shared.verification import verbal_scale
from serving.engine import model as served
from serving.engine.embedder import Embedder
from serving.engine.model import ServedModel
from serving.engine.more_references import advise
from serving.engine.verification import verify
from tests.serving.bundles import DECISION, DIMENSION, LIMITS, RATES, signature, write_served_bundle
from tests.serving.engine.brute_force import weighed


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    return served.load(write_served_bundle(tmp_path_factory.mktemp("bundle") / "frozen"))


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_part_of_the_answer_is_that_of_brute_force(count: int, model: ServedModel) -> None:
    rng, outcomes = np.random.default_rng(count), set()
    for _ in range(40):
        centre = rng.normal(size=DIMENSION)
        vectors = centre + rng.uniform(0.1, 1.2) * rng.normal(size=(count + 1, DIMENSION))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        references, probe = vectors[:-1], vectors[-1]
        score = weighed("skilled", references, probe)
        for policy, limits in LIMITS.items():
            answer = verify(model, references, probe, policy)
            expected = "accept" if score >= limits.high else "reject"
            expected = "review" if limits.low <= score < limits.high else expected
            assert answer.outcome == expected
            outcomes.add(expected)
            assert answer.evidence == pytest.approx(score)
            assert answer.llr["skilled"] == pytest.approx(np.clip(score, -5, 6))
            assert answer.grade == verbal_scale.in_words(answer.llr["skilled"], "skilled")
            assert (answer.kind, answer.policy, answer.limits) == ("skilled", policy, limits)
            apart = [float(np.linalg.norm(one - probe)) for one in references]
            assert answer.distances == pytest.approx(apart)
            assert answer.nearest == apart.index(min(apart))
            measured = [row for row in RATES if (row.kind, row.policy) == ("skilled", policy)]
            assert answer.rates in measured
            assert answer.rates.references == (3 if count >= 3 else 1)
            assert answer.more_references == advise(DECISION, count, policy)
            assert count < 3 or answer.more_references is None
    assert outcomes == {"accept", "review", "reject"}


def test_more_references_make_the_answer_surer(model: ServedModel) -> None:
    with Embedder(model) as embedder:
        images = [signature(writer, number) for writer in range(12) for number in range(4)]
        embeddings = np.stack(
            [one for one in embedder.embed(images) if isinstance(one, np.ndarray)]
        )
    by_writer = embeddings.reshape(12, 4, DIMENSION)
    means = []
    for count in (1, 3):
        own = [verify(model, one[:count], one[3], "review").evidence for one in by_writer]
        other = [
            verify(model, by_writer[a, :count], by_writer[b, 3], "review").evidence
            for a in range(12)
            for b in range(12)
            if a != b
        ]
        means.append(np.mean(own) - np.mean(other))
    assert means[1] > means[0] > 2


def test_the_spread_is_the_mean_distance_among_the_references(model: ServedModel) -> None:
    references = np.eye(DIMENSION)[:3]
    answer = verify(model, references, np.eye(DIMENSION)[3], "review")
    assert answer.spread == pytest.approx(np.sqrt(2))
    assert verify(model, references[:1], np.eye(DIMENSION)[3], "review").spread is None


def test_a_policy_that_val_did_not_choose_and_another_space_are_refused(model: ServedModel) -> None:
    vectors = np.eye(DIMENSION)
    with pytest.raises(KeyError, match=r"far_0\.1pct"):
        verify(model, vectors[:2], vectors[2], "far_0.1pct")
    with pytest.raises(ValueError, match="of shape"):
        verify(model, vectors[:2, :-1], vectors[2, :-1], "review")


def test_a_bundle_without_rates_answers_without_them(tmp_path: Path) -> None:
    from tests.serving.engine.test_model import rewrite

    folder = write_served_bundle(tmp_path / "bundle")
    (folder / "rates.json").unlink()
    rewrite(folder)
    vectors = np.eye(DIMENSION)
    assert verify(served.load(folder), vectors[:2], vectors[2], "review").rates is None
