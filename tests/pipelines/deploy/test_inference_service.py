"""The manifest of KServe: its fields, and the folder of the bundle that it names."""

from typing import Any

import pytest

from pipelines.deploy import inference_service, manifests
from pipelines.deploy.inference_service import FORMATS

ADDRESS = "s3://models/signatures/0123456789ab"
MODEL: dict[str, Any] = {
    "modelFormat": {"name": str, "version": str},
    "runtime": str,
    "protocolVersion": str,
    "storageUri": str,
}
FIELDS: dict[str, Any] = {
    "apiVersion": str,
    "kind": str,
    "metadata": {"name": str, "namespace": str},
    "spec": {"predictor": {"minReplicas": int, "serviceAccountName": str, "model": MODEL}},
}
"""The fields that are used of KServe's InferenceService in v1beta1, with their types."""


def assert_known(content: dict[str, Any], fields: dict[str, Any]) -> None:
    for name, value in content.items():
        if isinstance(fields[name], dict):
            assert_known(value, fields[name])
        else:
            assert type(value) is fields[name]


@pytest.mark.parametrize("form", FORMATS)
def test_every_field_is_one_of_kserves_and_it_scales_to_zero(form: str) -> None:
    document = inference_service.build(form, ADDRESS, "bank", account="reader")
    assert_known(document, FIELDS)
    assert (document["apiVersion"], document["kind"]) == (
        "serving.kserve.io/v1beta1",
        "InferenceService",
    )
    predictor = document["spec"]["predictor"]
    assert predictor["minReplicas"] == 0
    assert predictor["serviceAccountName"] == "reader"
    assert document["metadata"] == {"name": "signatures", "namespace": "bank"}


@pytest.mark.parametrize(
    ("form", "runtime", "protocol", "folder"),
    [
        ("onnx", "kserve-tritonserver", "v2", "triton"),
        ("tensorflow", "kserve-tensorflow-serving", "v1", "tfserving"),
    ],
)
def test_the_server_is_named_that_reads_the_folder_and_speaks_the_protocol(
    form: str, runtime: str, protocol: str, folder: str
) -> None:
    model = inference_service.build(form, ADDRESS, "bank")["spec"]["predictor"]["model"]
    assert (model["runtime"], model["protocolVersion"]) == (runtime, protocol)
    assert model["storageUri"] == f"{ADDRESS}/{folder}"


def test_another_version_of_the_model_keeps_the_folder() -> None:
    document = inference_service.build("tensorflow", ADDRESS, "bank")
    line = manifests.to_line([document])
    (changed,) = manifests.with_model(manifests.parse(line, "an argument"), "s3://models/b")
    assert changed["spec"]["predictor"]["model"]["storageUri"] == "s3://models/b/tfserving"
    assert document["spec"]["predictor"]["model"]["storageUri"].startswith(ADDRESS)
    assert inference_service.is_known(changed)
    assert not inference_service.is_known({"kind": "InferenceService"})
