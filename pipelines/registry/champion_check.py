"""The registry asked before a training whether the model to come can be compared and registered."""

import os

from components.shared.model.registered_bundle import describe_tracking_store, is_store_embedded
from components.shared.runtime.errors import InputError
from pipelines.registry.mlflow_registry import Registry

IN_A_POD = "KUBERNETES_SERVICE_HOST"
"""Variable that Kubernetes sets in every pod."""


def check(model: str) -> str:
    """Returns in a sentence which champion a new model will be compared with.

    Args:
        model: name of the registered model.

    Raises:
        LostBundleError: the champion has no bundle to be measured.
        InputError: the tracking store cannot be used, or ends with this pod.
    """
    if IN_A_POD in os.environ and is_store_embedded():
        raise InputError(
            "MLFLOW_TRACKING_URI is not set, and a store in the pod ends with it: "
            "give it by -S cluster.environment.MLFLOW_TRACKING_URI=…"
        )
    champion = Registry(model).measurable_champion()
    place = describe_tracking_store()
    if champion is None:
        return f"{place} has no champion of '{model}': the new model becomes it"
    return f"the champion of '{model}' in {place} is version {champion.version}"
