"""The answers of a service beside its bundle."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from components.shared.runtime.errors import InputError
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.proof import Proof, prepare
from pipelines.deploy.service import Answers
from serving.engine.embedder import Embedder
from serving.engine.model import load
from tests.bundles import write_bundle


@pytest.fixture(scope="module")
def answers(bundle: Path, proof: Proof) -> Answers:
    """The answers of the service's own code."""
    model = load(bundle)
    embedder = Embedder(model)
    rows = embedder.embed(list(proof.images))
    embedder.close()
    embeddings = np.array(rows, np.float32)
    return Answers(model.version, model.space, model.format, embeddings)


def test_the_bundles_own_answers_pass(proof: Proof, answers: Answers) -> None:
    assert len(proof.images) == 4
    assert proof.compare(answers) <= 1e-5


def test_a_component_that_is_off_by_more_than_the_tolerance_fails(
    proof: Proof, answers: Answers
) -> None:
    embeddings = answers.embeddings.copy()
    embeddings[2, 3] += 0.5
    with pytest.raises(DeploymentError, match=r"by up to 0\.5, more than .* 0\.0001"):
        proof.compare(answers._replace(embeddings=embeddings))
    with pytest.raises(DeploymentError, match="differ"):
        proof.compare(answers._replace(embeddings=np.full_like(embeddings, np.nan)))
    with pytest.raises(DeploymentError, match="shape"):
        proof.compare(answers._replace(embeddings=embeddings[:, :3]))


def test_the_exports_own_difference_counts_too(proof: Proof, answers: Answers) -> None:
    parity = {"parity/onnx/max_abs_difference": 0.25}
    manifest = {**proof.bundle.manifest, "parity": parity}
    exported = replace(proof, bundle=replace(proof.bundle, manifest=manifest))
    with pytest.raises(DeploymentError, match=r"by up to 0\.25"):
        exported.compare(answers)
    assert replace(exported, tolerance=0.3).compare(answers) == pytest.approx(0.25, abs=1e-5)


def test_another_version_fails_whatever_it_answers(proof: Proof, answers: Answers) -> None:
    with pytest.raises(DeploymentError, match=f"0123, not {answers.version}"):
        proof.compare(answers._replace(version="0123"))


def test_a_bundle_without_a_network_for_the_service_is_bad_input(raw: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no embedder\.onnx"):
        prepare(write_bundle(tmp_path / "bundle"), raw, 4, 1e-4)
