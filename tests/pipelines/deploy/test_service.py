"""The service, asked over HTTP as a pod is."""

import http.client

import numpy as np
import pytest

from pipelines.deploy import service
from pipelines.deploy.errors import DeploymentError
from tests.pipelines.deploy.conftest import Memory
from tests.serving.bundles import DIMENSION, blank, signature
from tests.serving.running import Running

POD = {"metadata": {"name": "signatures-1", "namespace": "bank"}}


def test_it_says_its_model_and_embeds_and_the_key_is_gone_afterwards(
    cluster: Memory, served: Running
) -> None:
    images = [signature(1, 0), signature(2, 0), signature(1, 0)]
    with service.temporary_key(cluster, POD) as key, cluster.connected(POD, 0) as connection:
        answers = service.ask(connection, key, images)
    assert (answers.version, answers.format) == (served.service.model.version, "onnx")
    assert answers.embeddings.shape == (3, DIMENSION)
    np.testing.assert_array_equal(answers.embeddings[0], answers.embeddings[2])
    assert not np.array_equal(answers.embeddings[0], answers.embeddings[1])
    assert served.service.store.keys.check(key) is None


def test_a_refusal_and_a_silence_are_told(cluster: Memory) -> None:
    with service.temporary_key(cluster, POD) as key, cluster.connected(POD, 0) as connection:
        with pytest.raises(DeploymentError, match="infer with 422"):
            service.ask(connection, key, [blank()])
        with pytest.raises(DeploymentError, match="answers /v1/model with 401"):
            service.ask(connection, "no-key", [])
    with pytest.raises(DeploymentError, match="does not answer"):
        service.ask(http.client.HTTPConnection("127.0.0.1", 1), key, [])
