"""The failure of a deployment."""

import pytest

from components.shared.runtime.errors import InputError
from pipelines.deploy.errors import DeploymentError, told


def test_a_failed_deployment_is_no_bad_input() -> None:
    assert not issubclass(DeploymentError, InputError)


def test_its_reason_is_one_line_and_the_exit_code_is_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended, told():
        raise DeploymentError("the new pods are not ready")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "error: the new pods are not ready\n"
