"""Browsers without scripts: they keep cookies, and send forms as a page of the service would."""

from html.parser import HTMLParser

from starlette.testclient import TestClient

from serving.api.service import Service
from serving.store.roles import Role
from tests.serving.api.clients import files
from tests.serving.bundles import signature

ORIGIN = {"Origin": "http://localhost"}


class Browsers:
    """Browsers of people with a key of each role."""

    def __init__(self, client: TestClient, service: Service) -> None:
        self._app = client.app
        self.service = service

    def nobody(self) -> TestClient:
        """Returns the browser of somebody who has not signed in."""
        return TestClient(self._app, base_url="http://localhost", headers=ORIGIN)

    def of(self, role: Role) -> TestClient:
        """Returns the browser of somebody who has signed in with a new key."""
        browser = self.nobody()
        plain = self.service.store.keys.create(role, role).plain
        answer = browser.post("/pages/sign-in", data={"key": plain})
        assert answer.status_code == 200, answer.text
        return browser


class Elements(HTMLParser):
    """The elements of a page, each its name and attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes an element."""
        self.all.append((tag, dict(attrs)))

    def named(self, *names: str) -> list[dict[str, str | None]]:
        """Returns the attributes of all elements of these names."""
        return [attributes for name, attributes in self.all if name in names]


def enrol(browser: TestClient, writer: int, name: str | None = None, count: int = 3) -> str:
    """Enrols a writer by the page, and returns the person's id."""
    images = [signature(writer, number) for number in range(count)]
    answer = browser.post(
        "/pages/enrol", data={"name": name or f"Writer {writer}"}, files=files("images", images)
    )
    assert answer.status_code == 201, answer.text
    links = [link["href"] or "" for link in Elements(answer.text).named("a")]
    found = [link for link in links if link.startswith("/pages/people/")]
    return found[0].rpartition("/")[2]
