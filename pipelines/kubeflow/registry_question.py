"""The registry asked at submit, as far as it can be asked from here."""

import sys
from pathlib import Path

from components.shared.runtime import environment
from components.shared.runtime.errors import InputError
from pipelines.kubeflow.cluster import Cluster

URI, SQLITE = "MLFLOW_TRACKING_URI", "sqlite:///"


def ask(model: str, cluster: Cluster) -> None:
    """Asks the registry that the cluster's tasks will use about the champion.

    The run's first task asks again. A store that does not answer here may answer there, and one
    that is named nowhere here may be named by the cluster: both are said on stderr.

    Args:
        model: name of the registered model.
        cluster: how the tasks run; its environment names the store.

    Raises:
        LostBundleError: the champion has no bundle to be measured.
    """
    from pipelines.registry import champion_check
    from pipelines.registry.mlflow_registry import LostBundleError

    uri = cluster.environment.get(URI)
    if uri is None:
        if URI not in cluster.secret_keys:
            _note(f"{URI} is neither in cluster.environment nor in cluster.secret_keys")
        return
    if uri.startswith(SQLITE) and not Path(uri.removeprefix(SQLITE)).exists():
        return  # a file of the pods': MLflow would make another here
    try:
        with environment.variable(URI, uri):
            champion_check.check(model)
    except LostBundleError:
        raise
    except InputError as error:
        _note(str(error))


def _note(text: str) -> None:
    sys.stderr.write(f"note: {text}; the run's first task asks the registry\n")
