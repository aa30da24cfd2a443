"""KServe's InferenceService of the bare network of a published bundle, which scales to zero."""

import copy
from typing import Any, NamedTuple

from components.shared.model.bundle import TF_SERVING

KIND = "InferenceService"
MODEL = "signatures"


class Format(NamedTuple):
    """A form in which KServe serves the network.

    Attributes:
        version: of the format.
        runtime: KServe's name of the server; left to KServe, it may be another.
        protocol: of KServe, that the server speaks.
        folder: of the bundle, that the server reads.
        file: of the folder, that shows that it is there.
    """

    version: str
    runtime: str
    protocol: str
    folder: str
    file: str


FORMATS = {
    "onnx": Format(
        version="1",
        runtime="kserve-tritonserver",
        protocol="v2",
        folder="triton",
        file="signatures/config.pbtxt",
    ),
    "tensorflow": Format(
        version="2",
        runtime="kserve-tensorflow-serving",
        protocol="v1",
        folder=TF_SERVING,
        file="1/saved_model.pb",
    ),
}


def build(
    form: str, address: str, namespace: str, name: str = MODEL, account: str | None = None
) -> dict[str, Any]:
    """Returns the manifest of an InferenceService.

    Args:
        form: one of `FORMATS`.
        address: of the model's version, `s3://…`.
        namespace: of the service.
        name: of the service.
        account: service account that may read the address; None: the namespace's own.
    """
    wanted = FORMATS[form]
    model = {
        "modelFormat": {"name": form, "version": wanted.version},
        "runtime": wanted.runtime,
        "protocolVersion": wanted.protocol,
        "storageUri": f"{address}/{wanted.folder}",
    }
    predictor: dict[str, Any] = {"minReplicas": 0, "model": model}
    if account is not None:
        predictor["serviceAccountName"] = account
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": KIND,
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"predictor": predictor},
    }


def with_address(document: dict[str, Any], address: str) -> dict[str, Any]:
    """Returns an InferenceService with another version of the model."""
    changed = copy.deepcopy(document)
    changed["spec"]["predictor"]["model"]["storageUri"] = f"{address}/{format_of(document).folder}"
    return changed


def format_of(document: dict[str, Any]) -> Format:
    """Returns the format that an InferenceService names."""
    return FORMATS[document["spec"]["predictor"]["model"]["modelFormat"]["name"]]


def is_known(document: dict[str, Any]) -> bool:
    """Tells whether a manifest is an InferenceService of one of `FORMATS`."""
    name = value(document, "spec", "predictor", "model", "modelFormat", "name")
    return document["kind"] == KIND and name in list(FORMATS)


def value(document: object, *names: str) -> Any:
    """Returns what a manifest holds under names within names; None: nothing."""
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document
