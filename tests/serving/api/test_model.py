"""The description of the model."""

from starlette.testclient import TestClient

from serving.api.service import Service
from tests.serving.api.clients import Clients


def test_the_card_and_the_measured_rates_are_told(admin: TestClient, service: Service) -> None:
    answer = admin.get("/v1/model").json()
    assert answer["version"] == service.model.version
    assert answer["policies"] == service.model.policies
    assert answer["policy"] == service.policy
    assert "No proof of identity" in answer["card"]
    assert len(answer["rates"]) == len(service.model.rates) > 0
    assert answer["rates"][0]["identities"] == service.model.rates[0].n_identities


def test_who_reads_figures_reads_no_more(clients: Clients) -> None:
    assert clients.of("metrics").get("/v1/model").status_code == 403
    assert clients.of("verifier").get("/v1/model").status_code == 200
