"""The queue of what was left to a person."""

from pathlib import Path

import numpy as np
from starlette.testclient import TestClient

from serving.api.app import create_app
from serving.engine.model import ServedModel
from serving.store.decision_rows import NewDecision
from tests.serving.api.clients import Clients, assemble, authorization, enrol, probe


def kept(clients: Clients, needs_review: bool = True, person_id: str | None = None) -> str:
    """Keeps a decision that waits for a review."""
    space, version = clients.service.model.space, clients.service.model.version
    decision = NewDecision(
        "verify", "review", space, version, person_id=person_id, llr=0.1, needs_review=needs_review
    )
    return clients.service.store.decisions.add(decision)


def test_what_waits_is_listed_and_decided_once(admin: TestClient, clients: Clients) -> None:
    kept(clients, needs_review=False)
    waiting = kept(clients, person_id=enrol(admin, 1)["id"])
    queue = admin.get("/v1/decisions", params={"status": "review"}).json()["items"]
    assert [each["id"] for each in queue] == [waiting]
    path = f"/v1/decisions/{waiting}"
    decided = admin.post(path, json={"decision": "accept", "note": "compared with the card"})
    assert decided.json()["reviewed_as"] == "accept"
    assert decided.json()["status"] == "reviewed"
    assert admin.post(path, json={"decision": "reject"}).status_code == 409
    assert admin.get("/v1/decisions", params={"status": "review"}).json()["items"] == []
    assert len(admin.get("/v1/decisions").json()["items"]) == 2


def test_a_review_is_a_decision(admin: TestClient, clients: Clients) -> None:
    path = f"/v1/decisions/{kept(clients)}"
    assert admin.post(path, json={"decision": "review"}).status_code == 422
    unknown = "/v1/decisions/00000000-0000-0000-0000-000000000000"
    assert admin.post(unknown, json={"decision": "accept"}).status_code == 404
    assert clients.of("verifier").get("/v1/decisions").status_code == 403


def test_a_claim_that_is_left_to_a_person_waits_with_its_image_where_images_are_kept(
    model: ServedModel, tmp_path: Path
) -> None:
    for days in (0, 7):
        service = assemble(model, tmp_path / str(days), policy="review", keep_images=days)
        with TestClient(create_app(service), base_url="http://localhost") as client:
            client.headers.update(authorization(service, "admin"))
            person = enrol(client, 1)
            outcomes = []
            for number in range(0, 40, 3):
                mixed = _between(number)
                files = [("image", ("a.png", mixed, "image/png"))]
                data = {"person_id": person["id"]}
                outcomes.append(client.post("/v1/verify", data=data, files=files).json())
            reviews = [each for each in outcomes if each["decision"] == "review"]
            queue = client.get("/v1/decisions", params={"status": "review"}).json()["items"]
            assert reviews
            assert [each["id"] for each in queue] == [each["decision_id"] for each in reviews]
            assert all(each["has_image"] is (days > 0) for each in queue)
        service.close()


def _between(number: int) -> bytes:
    """Draws a signature of writer 1 that is the farther from it the greater `number` is."""
    from PIL import Image, ImageDraw

    from tests.pictures import encode

    points = np.random.default_rng(1).uniform([10, 10], [150, 70], (9, 2))
    waver = np.random.default_rng([7, number]).normal(scale=number / 2 + 0.1, size=points.shape)
    moved = np.clip(points + waver, [4, 4], [156, 76])
    page = Image.new("L", (160, 80), 235)
    line = [(float(x), float(y)) for x, y in moved]
    ImageDraw.Draw(page).line(line, fill=40, width=3, joint="curve")
    return encode(page)


def test_a_search_that_is_left_to_a_person_is_in_the_queue(admin: TestClient) -> None:
    enrol(admin, 1)
    answer = admin.post("/v1/identify", files=probe(1)).json()
    listed = admin.get("/v1/decisions").json()["items"]
    assert [each["id"] for each in listed] == [answer["decision_id"]]
    assert listed[0]["kind"] == "identify"
