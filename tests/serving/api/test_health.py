"""Health and figures."""

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from components.shared.runtime.errors import InputError
from serving.api.service import Service
from serving.store import history, rotation
from tests.serving.api.clients import Clients, enrol, probe


def test_health_needs_no_key_and_no_name_of_the_host(clients: Clients) -> None:
    for path in ("/livez", "/readyz"):
        answer = clients.nobody.get(path, headers={"Host": "10.1.2.3:8000"})
        assert answer.json() == {"status": "ok"}


def test_the_service_is_not_ready_while_it_ends_or_its_database_is_away(
    clients: Clients, service: Service
) -> None:
    service.is_ready = False
    answer = clients.nobody.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert clients.nobody.get("/livez").status_code == 200
    service.is_ready = True
    with service.store.database.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE gallery RENAME TO away")
    answer = clients.nobody.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "the service failed; its log says where"
    with service.store.database.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO gallery")
    assert clients.nobody.get("/readyz").status_code == 200


def test_who_asks_whether_it_is_ready_reads_why_not(clients: Clients, service: Service) -> None:
    database = service.store.database

    def kind() -> str:
        answer = clients.nobody.get("/readyz")
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        assert str(database.path) not in answer.text
        return str(answer.json()["type"])

    history.downgrade(database, "operation")
    with database.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE gallery RENAME TO away")
    assert kind() == "urn:problem:tables"
    with database.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO gallery")
    history.upgrade(database)
    with pytest.raises(InputError), database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1"))
        session.execute(text("CREATE TABLE large AS SELECT zeroblob(100000) AS content"))
    assert kind() == "urn:problem:database-full"
    database.close()
    rotation.rotate(database, service.store.vault, bytes(32))
    assert kind() == "urn:problem:key-changed"


def test_the_figures_count_requests_decisions_and_people(
    admin: TestClient, clients: Clients
) -> None:
    person = enrol(admin, 1)
    admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
    admin.post("/v1/identify", files=probe(1))
    admin.get(f"/v1/people/{person['id']}")
    text = clients.of("metrics").get("/metrics").text
    route = 'serving_requests_total{method="GET",route="/v1/people/{person_id}",status="200"} 1.0'
    assert route in text
    assert 'serving_decisions_total{kind="verify",outcome="accept"} 1.0' in text
    assert 'serving_decisions_total{kind="identify",outcome="accepted"} 1.0' in text
    assert 'serving_evidence_count{kind="verify",outcome="accept"} 1.0' in text
    assert "serving_people 1.0" in text
    assert "serving_queue 0.0" in text
    assert f'version="{clients.service.model.version}"' in text
    assert person["id"] not in text


def test_figures_are_not_for_everybody(clients: Clients) -> None:
    assert clients.nobody.get("/metrics").status_code == 401
    assert clients.of("operator").get("/metrics").status_code == 403
