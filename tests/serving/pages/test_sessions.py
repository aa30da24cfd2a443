from starlette.responses import Response

from serving.api.service import Service
from serving.pages.sessions import Sessions


def sessions(service: Service) -> Sessions:
    return Sessions(service.store.keys, service.store.vault)


def cookie(service: Service, is_secure: bool = False) -> str:
    answer = Response()
    key = service.store.keys.create("desk", "operator").key
    sessions(service).start(answer, key, is_secure)
    return answer.headers["set-cookie"].partition(";")[0]


def test_a_session_names_its_key_in_every_process(service: Service) -> None:
    found = sessions(service).key(cookie(service))
    assert found is not None
    assert found.name == "desk"
    assert sessions(service).key(cookie(service, is_secure=True)) is not None


def test_a_changed_cookie_is_none(service: Service) -> None:
    sent = cookie(service)
    other = service.store.keys.create("other", "admin").key.id
    name, _, value = sent.partition("=")
    _, _, signature = value.partition(".")
    for wrong in (f"{name}={other}.{signature}", sent[:-1], f"{name}=", f"{name}={other}", ""):
        assert sessions(service).key(wrong) is None


def test_an_old_cookie_is_none(service: Service, monkeypatch: object) -> None:
    sent = cookie(service)
    name, _, value = sent.partition("=")
    signer = sessions(service)._signer
    old = signer.sign(b"x").decode()
    assert old != value
    signer.get_timestamp = lambda: 1_000_000  # type: ignore[method-assign]
    key_id = value.partition(".")[0]
    assert sessions(service).key(f"{name}={signer.sign(key_id).decode()}") is None
