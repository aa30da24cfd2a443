from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from serving.engine.model import ServedModel
from serving.pages.app import create_app
from serving.settings import Rates
from tests.serving.api.clients import assemble
from tests.serving.pages.browsers import ORIGIN, Browsers


def test_who_has_not_signed_in_is_asked_to_and_comes_back(browsers: Browsers) -> None:
    browser = browsers.nobody()
    asked = browser.get("/pages/model")
    assert asked.url.path == "/pages/sign-in"
    assert 'value="/pages/model"' in asked.text
    plain = browsers.service.store.keys.create("desk", "operator").plain
    back = browser.post("/pages/sign-in", data={"key": plain, "back": "/pages/model"})
    assert back.url.path == "/pages/model"


def test_s7_the_cookie_is_kept_from_scripts_and_from_other_sites(browsers: Browsers) -> None:
    plain = browsers.service.store.keys.create("desk", "operator").plain
    answer = browsers.nobody().post("/pages/sign-in", data={"key": plain}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert plain not in cookie
    assert "Secure" not in cookie


def test_s7_over_https_the_cookie_goes_over_nothing_else(browsers: Browsers) -> None:
    plain = browsers.service.store.keys.create("desk", "operator").plain
    headers = {"Origin": "https://localhost"}
    browser = TestClient(browsers.nobody().app, base_url="https://localhost", headers=headers)
    answer = browser.post("/pages/sign-in", data={"key": plain}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert browser.get("/pages/people").url.path == "/pages/people"


def test_a_revoked_key_is_out_at_once(browsers: Browsers) -> None:
    browser = browsers.of("operator")
    assert browser.get("/pages/people").url.path == "/pages/people"
    for key in browsers.service.store.keys.list():
        browsers.service.store.keys.revoke(key.id)
    assert browser.get("/pages/people").url.path == "/pages/sign-in"


def test_an_expired_key_is_out(browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = browsers.service.store.keys
    browser = browsers.nobody()
    soon = datetime.now(UTC) + timedelta(seconds=60)
    plain = keys.create("desk", "operator", soon).plain
    browser.post("/pages/sign-in", data={"key": plain})
    assert browser.get("/pages/people").url.path == "/pages/people"
    later = datetime.now(UTC) + timedelta(seconds=120)

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return later

    monkeypatch.setattr("serving.store.keys.datetime", Later)
    assert browser.get("/pages/people").url.path == "/pages/sign-in"


def test_who_signs_out_is_out(admin: TestClient) -> None:
    assert admin.post("/pages/sign-out").url.path == "/pages/sign-in"
    assert admin.get("/pages/people").url.path == "/pages/sign-in"


def test_a_wrong_key_is_refused_and_not_repeated(browsers: Browsers) -> None:
    answer = browsers.nobody().post("/pages/sign-in", data={"key": "wrong-key-123"})
    assert answer.status_code == 401
    assert "not known" in answer.text
    assert "wrong-key-123" not in answer.text


def test_a_key_for_metrics_alone_opens_no_page(browsers: Browsers) -> None:
    plain = browsers.service.store.keys.create("prometheus", "metrics").plain
    answer = browsers.nobody().post("/pages/sign-in", data={"key": plain})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_wrong_keys_are_counted_with_those_of_the_api(
    model: ServedModel, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("store")
    service = assemble(model, folder, rates=Rates(wrong_key="3/minute"))
    with TestClient(create_app(service), base_url="http://localhost", headers=ORIGIN) as browser:
        statuses = []
        for _ in range(3):
            statuses.append(browser.post("/pages/sign-in", data={"key": "x"}).status_code)
        last = browser.post("/pages/sign-in", data={"key": "x"})
        of_the_api = browser.get("/v1/people", headers={"Authorization": "Bearer x"})
        right = service.store.keys.create("desk", "operator").plain
        assert statuses == [401, 401, 401]
        assert last.status_code == of_the_api.status_code == 429
        assert last.headers["retry-after"]
        assert browser.post("/pages/sign-in", data={"key": right}).status_code == 200
    service.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {},
    ],
)
@pytest.mark.parametrize("address", ["/pages/sign-in", "/pages/enrol", "/pages/language"])
def test_s7_a_form_of_another_origin_is_refused(
    browsers: Browsers, headers: dict[str, str], address: str
) -> None:
    admin = browsers.of("admin")
    foreign = TestClient(
        admin.app, base_url="http://localhost", cookies=admin.cookies, headers=headers
    )
    answer = foreign.post(address, data={"name": "x", "key": "x"})
    assert answer.status_code == 403
    assert "did not come from a page of this service" in answer.text


def test_nobody_is_led_elsewhere(browsers: Browsers) -> None:
    for back in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"):
        plain = browsers.service.store.keys.create("desk", "operator").plain
        answer = browsers.nobody().post(
            "/pages/sign-in", data={"key": plain, "back": back}, follow_redirects=False
        )
        assert answer.headers["location"] == "/pages/"


def test_a_long_body_of_somebody_unknown_is_refused(browsers: Browsers) -> None:
    answer = browsers.nobody().post("/pages/sign-in", data={"key": "x" * 100_000})
    assert answer.status_code == 413
    assert "<html" in answer.text


def test_signing_in_stands_in_the_audit(browsers: Browsers) -> None:
    browsers.of("admin")
    lines = browsers.service.store.audit.list().items
    assert [line.action for line in lines] == ["sign in"]


def test_the_chosen_language_stays(browsers: Browsers) -> None:
    browser = browsers.nobody()
    german = browser.post("/pages/language", data={"language": "de", "back": "/pages/sign-in"})
    assert "Anmelden" in german.text
    assert "Anmelden" in browser.get("/pages/sign-in").text
    browser.post("/pages/language", data={"language": "../../etc", "back": "/pages/sign-in"})
    assert "Anmelden" in browser.get("/pages/sign-in").text
