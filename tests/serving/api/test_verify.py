"""Verification over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from components.shared.verification.distributions import count
from serving.api.service import Service
from serving.engine.verification import verify
from serving.store.evidence import ClaimKind
from tests.serving.api.clients import Clients, enrol, files, probe
from tests.serving.bundles import blank, signature


def test_a_genuine_signature_is_accepted_and_anothers_is_not(admin: TestClient) -> None:
    person = enrol(admin, 1)
    genuine = admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
    other = admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(2))
    assert genuine.status_code == 200, genuine.text
    assert (genuine.json()["decision"], other.json()["decision"]) == ("accept", "reject")


def test_the_answer_is_the_decision_models_in_full(admin: TestClient, service: Service) -> None:
    person = enrol(admin, 1)
    answer = admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1)).json()
    vectors = service.store.people.vectors(person["id"], service.model.space)
    questioned = service.embed_one(signature(1, 9), "image")
    policy = service.policy
    expected = verify(service.model, np.stack([each[1] for each in vectors]), questioned, policy)
    evidence = answer["evidence"]
    assert answer["decision"] == expected.outcome
    assert evidence["llr"] == pytest.approx(expected.llr)
    assert evidence["grade"] == expected.grade
    assert [each["distance"] for each in evidence["distances"]] == pytest.approx(expected.distances)
    assert [each["reference"] for each in evidence["distances"]] == [each[0] for each in vectors]
    assert evidence["nearest"] == expected.nearest
    assert expected.rates is not None
    assert evidence["rates"]["identities"] == expected.rates.n_identities
    assert evidence["rates"]["far"]["value"] == expected.rates.far.value
    model = service.model
    assert answer["model"] == {"version": model.version, "space": model.space, "format": "onnx"}


@pytest.mark.parametrize(
    ("count", "measured", "of_fewer"), [(1, 1, False), (2, 1, True), (3, 3, False), (4, 3, True)]
)
def test_rates_are_of_the_policy_and_tell_how_many_references_they_were_measured_with(
    admin: TestClient, count: int, measured: int, of_fewer: bool
) -> None:
    references = files("reference_images", [signature(1, number) for number in range(count)])
    for policy in ("equal_error", "review"):
        answer = admin.post("/v1/verify", data={"policy": policy}, files=[*references, *probe(1)])
        evidence = answer.json()["evidence"]
        assert evidence["rates"]["policy"] == policy
        assert evidence["rates"]["references"] == measured
        assert evidence["rates_of_fewer"] == of_fewer


def test_reference_images_take_the_place_of_a_person(admin: TestClient) -> None:
    references = files("reference_images", [signature(1, number) for number in range(3)])
    own = admin.post("/v1/verify", files=[*references, *probe(1)])
    other = admin.post("/v1/verify", files=[*references, *probe(2)])
    assert (own.json()["decision"], other.json()["decision"]) == ("accept", "reject")
    assert own.json()["evidence"]["distances"][0]["reference"] is None


def test_either_a_person_or_images_are_given(admin: TestClient) -> None:
    person = enrol(admin, 1)
    assert admin.post("/v1/verify", files=probe(1)).status_code == 422
    both = [*files("reference_images", [signature(1, 0)]), *probe(1)]
    answer = admin.post("/v1/verify", data={"person_id": person["id"]}, files=both)
    assert answer.status_code == 422


def test_an_image_that_cannot_carry_a_decision_is_refused_with_the_reason(
    admin: TestClient,
) -> None:
    person = enrol(admin, 1)
    answer = admin.post(
        "/v1/verify", data={"person_id": person["id"]}, files=files("image", [blank()])
    )
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:problem:image-refused"
    assert "blank" in answer.json()["errors"][0]["reason"]


def test_an_unknown_policy_is_refused_with_those_that_there_are(admin: TestClient) -> None:
    person = enrol(admin, 1)
    fields = {"person_id": person["id"], "policy": "none"}
    answer = admin.post("/v1/verify", data=fields, files=probe(1))
    assert answer.status_code == 422
    assert "equal_error" in answer.json()["detail"]


def test_s21_references_of_another_model_are_never_compared(
    admin: TestClient, service: Service
) -> None:
    """S21."""
    person = enrol(admin, 1)
    object.__setattr__(service.model, "space", "f" * 64)
    try:
        answer = admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
    finally:
        object.__setattr__(service.model, "space", person["space"])
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:problem:stale"


def test_s28_a_verifier_cannot_tell_an_unknown_person_from_a_wrong_one(clients: Clients) -> None:
    """S28: the same work is done and the bodies are alike; others are told."""
    admin, verifier = clients.of("admin"), clients.of("verifier")
    person = enrol(admin, 1)
    unknown = "00000000-0000-0000-0000-000000000000"
    wrong = verifier.post("/v1/verify", data={"person_id": person["id"]}, files=probe(2))
    nobody = verifier.post("/v1/verify", data={"person_id": unknown}, files=probe(2))
    nonsense = verifier.post("/v1/verify", data={"person_id": "x"}, files=probe(2))
    bodies = []
    for answer in (wrong, nobody, nonsense):
        assert answer.status_code == 200
        body = answer.json()
        assert len(body.pop("decision_id")) == 36
        bodies.append(body)
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["decision"] == "reject"
    assert len(clients.service.store.decisions.list().items) == 3
    told = admin.post("/v1/verify", data={"person_id": unknown}, files=probe(2))
    assert told.status_code == 404


def test_the_evidence_of_each_claim_on_a_known_person_is_counted(clients: Clients) -> None:
    admin, verifier = clients.of("admin"), clients.of("verifier")
    service = clients.service
    person = enrol(admin, 1)
    values = []
    for writer in (1, 2, 2):
        answer = admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(writer))
        values.append(answer.json()["evidence"]["evidence"])
    unknown = "00000000-0000-0000-0000-000000000000"
    verifier.post("/v1/verify", data={"person_id": unknown}, files=probe(2))
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    served = service.store.evidence.served(service.model.version, yesterday)
    assert set(served) == {ClaimKind("skilled", 3)}
    assert tuple(served[ClaimKind("skilled", 3)]) == count(values)


def test_a_decision_and_its_line_of_the_audit_are_one_transaction(
    admin: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = enrol(admin, 1)
    begun = []

    def note(kind: str) -> None:
        begin = getattr(service.store.database, kind)

        def noted() -> Any:
            begun.append(kind)
            return begin()

        monkeypatch.setattr(service.store.database, kind, noted)

    for kind in ("connection", "writing"):
        note(kind)
    answer = admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
    assert begun == ["connection"]
    assert service.store.decisions.get(answer.json()["decision_id"]).outcome == "accept"
    assert service.store.audit.list().items[0].outcome == "accept"
