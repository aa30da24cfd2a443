"""Times of recurring runs, as KFP's client takes them."""

import pytest

from components.shared.runtime.errors import InputError
from pipelines.kubeflow.schedules import trigger


@pytest.mark.parametrize("cron", ["0 0 3 * * *", "@daily", "@every 1h30m"])
def test_six_fields_or_a_word_are_passed_on(cron: str) -> None:
    assert trigger(cron, 0) == {"cron_expression": cron}


def test_a_period_is_in_seconds() -> None:
    assert trigger(None, 3600) == {"interval_second": 3600}


@pytest.mark.parametrize("cron", ["", "0 3 * * *", "0 0 3 * * * *"])
def test_another_number_of_fields_is_refused_for_kubeflow_would_misread_it(cron: str) -> None:
    with pytest.raises(InputError, match="write six fields: second, minute, hour"):
        trigger(cron, 0)


@pytest.mark.parametrize("seconds", [0, -60])
def test_a_period_that_never_ends_is_refused(seconds: int) -> None:
    with pytest.raises(InputError, match=f"--every {seconds}: at least 1 second is needed"):
        trigger(None, seconds)
