"""All pages: who sees which, in both languages, without anything that a policy would refuse."""

from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from serving.api.caller import PERMISSIONS
from serving.pages.addresses import MENU
from serving.store.roles import Role
from tests.serving.api.clients import files
from tests.serving.bundles import blank, signature
from tests.serving.pages.browsers import Browsers, Elements, enrol

HOSTILE = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{7*7}}'"
GREETINGS = {"en": "Sign out", "de": "Abmelden"}


def all_pages(browser: TestClient) -> dict[str, str]:
    """Returns the content of every page and answer, of a service with two hostile names."""
    person = enrol(browser, 1, HOSTILE)
    enrol(browser, 2, f"second {HOSTILE}")
    claim = {"person_id": person, "policy": "review"}
    pages = {entry.address: browser.get(entry.address).text for entry in MENU}
    pages["person"] = browser.get(f"/pages/people/{person}").text
    pages["found"] = browser.get("/pages/verify", params={"query": "script"}).text
    pages["claim"] = browser.get("/pages/verify", params={"person": person}).text
    for writer in (1, 2):
        image = files("image", [signature(writer, 9)])
        pages[f"verified {writer}"] = browser.post("/pages/verify", data=claim, files=image).text
    image = files("image", [signature(1, 9)])
    limits = {"largest_distance": "0.5", "smallest_gap": "0.1"}
    pages["identified"] = browser.post("/pages/identify", data=limits, files=image).text
    refused = files("images", [blank()])
    pages["refused"] = browser.post("/pages/enrol", data={"name": HOSTILE}, files=refused).text
    pages["unknown"] = browser.get("/pages/nothing").text
    pages["checked"] = browser.post("/pages/audit/check").text
    return pages


@pytest.mark.parametrize("language", ["en", "de"])
def test_s9_every_page_is_whole_accessible_and_free_of_what_is_inline(
    admin: TestClient, language: str
) -> None:
    admin.post("/pages/language", data={"language": language, "back": "/pages/people"})
    for name, page in all_pages(admin).items():
        elements = Elements(page)
        assert elements.named("html")[0]["lang"] == language, name
        assert GREETINGS[language] in page, name
        assert len(elements.named("h1")) == 1, name
        assert len(elements.named("main")) == 1, name
        assert "<script>alert" not in page, name
        assert not elements.named("style"), name
        for tag, attributes in elements.all:
            inline = [key for key in attributes if key.startswith("on") or key == "style"]
            assert not inline, (name, tag, inline)
        for script in elements.named("script"):
            assert script["src"] == "/pages/static/page.js", name
        check_labels(name, elements)
        check_headings(name, elements)


def check_labels(page: str, elements: Elements) -> None:
    """Checks that ids are unique, and that every field has a label and every image a text."""
    ids = [attributes["id"] for _, attributes in elements.all if "id" in attributes]
    assert len(ids) == len(set(ids)), (page, ids)
    labelled = {label.get("for") for label in elements.named("label")}
    for field in elements.named("input", "select", "textarea"):
        assert field.get("type") == "hidden" or field.get("id") in labelled, (page, field)
    for image in elements.named("img"):
        assert image.get("alt") is not None, page
    for _, attributes in elements.all:
        for reference in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(reference, ids[0]) in ids, (page, attributes)


def check_headings(page: str, elements: Elements) -> None:
    """Checks that no heading leaves a level out."""
    levels = [int(tag[1]) for tag, _ in elements.all if tag in ("h1", "h2", "h3", "h4")]
    for before, level in pairwise(levels):
        assert level <= before + 1, (page, levels)


@pytest.mark.parametrize("role", ["admin", "operator", "verifier"])
def test_a_key_sees_the_pages_of_its_role_alone(browsers: Browsers, role: Role) -> None:
    browser = browsers.of(role)
    shown = [link["href"] for link in Elements(browser.get("/").text).named("a")]
    for entry in MENU:
        is_allowed = entry.permission in PERMISSIONS[role]
        answer = browser.get(entry.address)
        assert answer.status_code == (200 if is_allowed else 403), entry
        assert (entry.address in shown) == is_allowed, entry
        assert 'lang="en"' in answer.text


def test_the_pages_say_that_they_are_no_proof_of_identity(browsers: Browsers) -> None:
    for browser in (browsers.nobody(), browsers.of("verifier")):
        assert "No proof of identity by itself." in browser.get("/").text


def test_the_answers_of_the_api_are_as_without_pages(browsers: Browsers) -> None:
    answer = browsers.nobody().get("/v1/people")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; frame")


def test_a_session_is_no_key_of_the_api(admin: TestClient) -> None:
    assert admin.get("/v1/people").status_code == 401


def test_a_page_that_fails_says_so_and_no_more(
    browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = browsers.of("admin")
    monkeypatch.setattr(browsers.service.store.people, "search", lambda *_: 1 / 0)
    admin = TestClient(
        admin.app, base_url="http://localhost", cookies=admin.cookies, raise_server_exceptions=False
    )
    answer = admin.get("/pages/people")
    assert answer.status_code == 500
    assert "The service failed" in answer.text or "the service failed" in answer.text
    assert "ZeroDivisionError" not in answer.text
