"""The schema of the API."""

from pathlib import Path

from starlette.testclient import TestClient

from serving.api.app import create_api
from serving.commands.openapi import text

PROJECT = Path(__file__).resolve().parents[3]


def test_the_committed_schema_is_the_codes() -> None:
    committed = (PROJECT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert committed == text(), "python -m serving openapi --out docs/openapi.json"


def test_the_schema_needs_no_key_and_no_page_comes_from_elsewhere(admin: TestClient) -> None:
    schema = admin.get("/openapi.json", headers={"Authorization": ""})
    assert schema.json() == create_api().openapi()
    assert admin.get("/docs").status_code == admin.get("/redoc").status_code == 404


def test_every_call_but_health_needs_a_key_by_the_schema() -> None:
    schema = create_api().openapi()
    open_calls = []
    for path, methods in schema["paths"].items():
        open_calls += [path for call in methods.values() if call.get("security") == []]
    assert schema["security"] == [{"key": []}]
    assert sorted(open_calls) == ["/livez", "/readyz", "/v2/health/live", "/v2/health/ready"]
