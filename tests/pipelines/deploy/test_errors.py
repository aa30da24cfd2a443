"""The failure of a deployment."""

from components.shared.runtime.errors import InputError
from pipelines.deploy.errors import DeploymentError


def test_a_failed_deployment_is_no_bad_input() -> None:
    assert not issubclass(DeploymentError, InputError)
