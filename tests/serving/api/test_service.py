"""The service's parts as one."""

import threading
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from components.shared.runtime.errors import InputError
from serving.api.app import create_app
from serving.api.problems import Problem
from serving.api.service import Service
from serving.engine.model import ServedModel, load
from serving.settings import Settings
from serving.store.store import open_store
from tests.serving.api.clients import assemble, authorization, enrol, files
from tests.serving.bundles import blank, signature, write_served_bundle


def test_a_policy_that_the_model_has_not_is_refused_at_the_start(
    model: ServedModel, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="equal_error"):
        assemble(model, tmp_path, policy="strict")


def test_doubt_is_left_to_a_person_unless_the_settings_say_otherwise(
    model: ServedModel, tmp_path: Path
) -> None:
    names = {}
    for given in (None, "far_1pct"):
        service = assemble(model, tmp_path / str(given), policy=given)
        names[given] = service.policy
        service.close()
    assert names == {None: "review", "far_1pct": "far_1pct"}


def test_s24_when_the_queue_is_full_the_next_is_refused_at_once(
    model: ServedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S24: with Retry-After, and those that wait get their answers."""
    service = assemble(model, tmp_path, queue=2)
    may_go, statuses = threading.Event(), []
    run = type(model.session).run

    def slow(session: object, pixels: object) -> object:
        may_go.wait(20)
        return run(session, pixels)  # type: ignore[arg-type]

    monkeypatch.setattr(type(model.session), "run", slow)
    with TestClient(create_app(service), base_url="http://localhost") as client:
        client.headers.update(authorization(service, "admin"))

        def ask(number: int) -> None:
            image = files("image", [signature(1, number)])
            statuses.append(client.post("/v1/identify", files=image).status_code)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        while service.embedder.unfinished < 2:
            pass
        refused = client.post("/v1/identify", files=files("image", [signature(1, 9)]))
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) >= 1
        assert client.get("/v1/people").status_code == 200
        may_go.set()
        for thread in threads:
            thread.join()
    service.close()
    assert statuses == [200, 200]


def test_s25_one_bad_image_fails_alone(service: Service) -> None:
    """S25: in one batch with good ones, of others."""
    results: dict[int, object] = {}

    def ask(number: int) -> None:
        image = blank() if number == 3 else signature(1, number)
        try:
            results[number] = service.embed_one(image, "image")
        except Problem as problem:
            results[number] = problem.status_code

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [number for number, result in results.items() if isinstance(result, int)]
    assert (refused, results[3]) == ([3], 422)


def test_a_closed_service_is_not_ready(model: ServedModel, tmp_path: Path) -> None:
    service = assemble(model, tmp_path)
    assert service.is_ready
    service.close()
    assert not service.is_ready


def test_people_outlive_the_service(model: ServedModel, tmp_path: Path) -> None:
    first = assemble(model, tmp_path)
    with TestClient(create_app(first), base_url="http://localhost") as client:
        client.headers.update(authorization(first, "admin"))
        person = enrol(client, 1)
    first.close()
    second = assemble(model, tmp_path)
    assert person["id"] in second.gallery.current()
    second.close()


def test_people_of_another_model_are_not_made_stale_unasked(
    model: ServedModel, tmp_path: Path
) -> None:
    other = load(write_served_bundle(tmp_path / "other", seed=1))
    empty = assemble(model, tmp_path)
    empty.close()
    first = assemble(other, tmp_path)
    with TestClient(create_app(first), base_url="http://localhost") as client:
        client.headers.update(authorization(first, "admin"))
        person = enrol(client, 1)
    first.close()
    with pytest.raises(InputError, match=r"python -m serving reembed --model .*bundle"):
        assemble(model, tmp_path)
    store = open_store(f"sqlite:///{tmp_path}/signatures.db")
    assert store.spaces.current() == other.space
    second = Service.assemble(Settings(), model, store, accept_new_space=True)
    assert second.store.people.get(person["id"]).state == "stale"
    second.close()
