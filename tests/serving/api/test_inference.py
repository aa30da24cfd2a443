"""The Open Inference Protocol over HTTP."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from serving.api.service import Service
from serving.api.tensors import HEADER
from tests.serving.api.clients import Clients
from tests.serving.api.test_tensors import message
from tests.serving.bundles import blank, signature

INFER = "/v2/models/signatures/infer"


@pytest.fixture
def reader(clients: Clients) -> TestClient:
    return clients.of("admin", may_embed=True)


def test_embeddings_are_those_of_the_model(reader: TestClient, service: Service) -> None:
    images = [signature(1, 0), signature(2, 0)]
    body, length = message(images)
    answer = reader.post(INFER, content=body, headers={HEADER: length})
    assert answer.status_code == 200, answer.text
    content = answer.json()
    assert content["model_version"] == service.model.version
    output = content["outputs"][0]
    found = np.array(output["data"], np.float32).reshape(output["shape"])
    np.testing.assert_array_equal(found, np.stack(service.embed_all(images, ["", ""])))


def test_the_model_is_described_as_it_is_asked(admin: TestClient, service: Service) -> None:
    shown = admin.get("/v2/models/signatures").json()
    assert shown["inputs"] == [{"name": "images", "datatype": "BYTES", "shape": [-1]}]
    assert shown["outputs"][0]["shape"] == [-1, service.model.dimension]
    assert admin.get("/v2").json()["extensions"] == ["binary_tensor_data"]
    assert admin.get("/v2/models/signatures/ready").json() == {"ready": True}
    assert admin.get("/v2/models/faces").status_code == 404


def test_faults_stand_where_clients_of_the_protocol_look(
    reader: TestClient, clients: Clients
) -> None:
    body, length = message([signature(1, 0), blank()])
    refused = reader.post(INFER, content=body, headers={HEADER: length})
    assert refused.status_code == 422
    assert "images[1]: blank image" in refused.json()["error"]
    assert reader.post(INFER, content=body).json()["error"].startswith("send the images as binary")
    assert "lacks 'embed'" in clients.of("admin").post(INFER, content=body).json()["error"]
    assert "valid key" in clients.nobody.get("/v2").json()["error"]


def test_probes_need_no_key_and_tell_the_end(clients: Clients, service: Service) -> None:
    assert clients.nobody.get("/v2/health/live").json() == {"live": True}
    assert clients.nobody.get("/v2/health/ready").json() == {"ready": True}
    service.is_ready = False
    assert clients.nobody.get("/v2/health/ready").status_code == 503
    assert clients.nobody.get("/v2/health/live").status_code == 200
