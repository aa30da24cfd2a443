"""The service, held to its own schema by generated requests."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from serving.api.service import Service
from serving.commands.openapi import text
from tests.serving.api.clients import authorization

EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_s27_every_answer_is_one_that_the_schema_names_and_none_is_500(
    admin: TestClient, service: Service
) -> None:
    """S27: statuses, content types and bodies."""
    import json

    schema = schemathesis.openapi.from_dict(json.loads(text()))
    schema.app = admin.app
    headers = {**authorization(service, "admin", may_embed=True), "Host": "localhost"}
    statuses: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @EXAMPLES
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:  # type: ignore[type-arg]
            answer = case.call(headers=headers)
            statuses.setdefault(case.operation.label, set()).add(answer.status_code)
            assert answer.status_code != 500, answer.text
            case.validate_response(
                answer,
                checks=[
                    status_code_conformance,
                    content_type_conformance,
                    response_schema_conformance,
                ],
            )

        check()
    assert len(statuses) == 24, statuses
