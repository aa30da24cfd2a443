"""The pages in a real browser: every flow, wide and narrow, and once without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from serving.api.service import Service
from serving.engine.model import ServedModel
from serving.pages.app import create_app
from tests.serving.api.clients import assemble, listening
from tests.serving.bundles import blank, signature
from tests.serving.pages.chromium import Visit, chromium
from tests.serving.pages.test_app import HOSTILE
from tests.serving.pages.test_review import open_decision

pytestmark = pytest.mark.slow
WAYS = [(1280, True), (390, True), (1280, False)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def service(model: ServedModel, tmp_path: Path) -> Iterator[Service]:
    service = assemble(model, tmp_path, keep_images=30, port=0)
    yield service
    service.close()


@pytest.fixture
def site(service: Service) -> Iterator[str]:
    with listening(service, create_app(service)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def images(tmp_path: Path) -> dict[str, str]:
    """Paths of files: of two writers, and one that is blank."""
    contents = {f"{writer}-{number}": signature(writer, number)
                for writer in (1, 2) for number in range(4)}  # fmt: skip
    paths = {}
    for name, content in (contents | {"blank": blank()}).items():
        path = tmp_path / f"{name}.png"
        path.write_bytes(content)
        paths[name] = str(path)
    return paths


def sign_in(visit: Visit, service: Service) -> None:
    visit.open("/")
    visit.page.fill("#key", service.store.keys.create("desk", "admin").plain)
    visit.submit("/pages/sign-in")


def enrol(visit: Visit, name: str, files: list[str]) -> str:
    """Enrols somebody, and returns the path of the person's page."""
    visit.open("/pages/enrol")
    visit.page.fill("#name", name)
    visit.page.set_input_files("#images", files)
    visit.submit("/pages/enrol")
    return visit.page.get_attribute("main a.button >> nth=0", "href") or ""


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_a_clerk_does_all_that_a_clerk_does(
    browser: Browser,
    service: Service,
    site: str,
    images: dict[str, str],
    width: int,
    scripts: bool,
) -> None:
    visit = Visit(browser, site, width, scripts)
    page = visit.page
    sign_in(visit, service)
    assert "Nobody is enrolled yet." in visit.text()

    person = enrol(visit, HOSTILE, [images["1-0"], images["1-1"], images["blank"]])
    assert "with 2 references" in visit.text()
    assert "Signatures 3: blank image" in visit.text()
    enrol(visit, "Grace Hopper", [images["2-0"], images["2-1"]])

    visit.open("/pages/people")
    page.fill("#query", "onerror")
    visit.submit("/pages/people", "get")
    page.click("main table a")
    visit.check()
    assert page.inner_text("h1") == HOSTILE

    page.set_input_files("#images", images["1-2"])
    visit.submit(f"{person}/references")
    assert "References (3)" in visit.text()
    with page.expect_navigation():
        page.click("form[action$='/remove'] button >> nth=0")
    visit.check()
    assert "References (2)" in visit.text()
    page.fill("#external_id", "4711")
    visit.submit(f"{person}/change")
    assert "4711" in visit.text()

    page.click(f"a[href='/pages/verify?person={person.rpartition('/')[2]}']")
    visit.check()
    page.select_option("#policy", "equal_error")
    page.set_input_files("#image", images["1-3"])
    visit.submit("/pages/verify")
    assert page.inner_text("h1") == "Accepted"
    assert page.locator(".pair img").count() == 2
    assert page.locator(".plot path").count() == 2

    visit.open("/pages/verify")
    page.set_input_files("#own-image", images["2-3"])
    page.set_input_files("#reference_images", [images["1-0"], images["1-1"]])
    visit.submit("/pages/verify")
    assert page.inner_text("h1") != "Accepted"

    visit.open("/pages/identify")
    page.set_input_files("#image", images["2-3"])
    page.fill("#largest_distance", "1.9")
    visit.submit("/pages/identify")
    assert page.locator("tbody tr").count() == 2
    assert "Grace Hopper" in page.inner_text("tbody tr >> nth=0")
    page.go_back()
    page.set_input_files("#image", images["2-3"])
    page.fill("#largest_distance", "0.0001")
    visit.submit("/pages/identify")
    assert page.inner_text("h1") == "Nobody"

    decision = open_decision(service, person.rpartition("/")[2], signature(1, 8))
    visit.open("/pages/review")
    page.click(f"a[href='/pages/review/{decision}']")
    visit.check()
    page.fill("#note", "the paper agrees")
    with page.expect_navigation():
        page.click("button[value=accept]")
    visit.check()
    assert "Your decision was kept." in visit.text()
    assert service.store.decisions.get(decision).reviewed_as == "accept"

    for path in ("/pages/model", "/pages/audit", "/pages/nothing"):
        visit.open(path)
    visit.open("/pages/people")
    with page.expect_navigation():
        page.click("footer button[value=de]")
    visit.check()
    assert page.inner_text("h1") == "Personen"

    visit.open(person)
    page.fill("#typed", HOSTILE)
    visit.submit(f"{person}/delete")
    assert HOSTILE not in visit.text()
    with page.expect_navigation():
        page.click("form[action='/pages/sign-out'] button")
    visit.check()
    visit.open("/pages/people")
    assert page.locator("#key").count() == 1
    visit.close()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, service: Service, site: str
) -> None:
    visit = Visit(browser, site, 1280)
    sign_in(visit, service)
    visit.open("/pages/enrol")
    reached = []
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        focused = visit.page.evaluate(
            """() => {
              const own = document.activeElement;
              if (own === document.body) return null;
              const style = getComputedStyle(own);
              const shown = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
              return [own.id || own.textContent.trim(), shown];
            }"""
        )
        if focused is None:
            break
        assert focused[1], f"{focused[0]}: nobody sees that it has the focus"
        reached.append(focused[0])
    assert reached[0] == "Skip to the content"
    assert reached[-1] == "Sign out"
    assert {"name", "external_id", "consent", "images", "Enrol"} <= set(reached)
    visit.open("/pages/enrol")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.id") == "name"
    visit.close()


def test_scripts_show_chosen_images_and_take_pictures(
    browser: Browser, service: Service, site: str, images: dict[str, str]
) -> None:
    visit = Visit(browser, site, 390)
    sign_in(visit, service)
    visit.open("/pages/enrol")
    page = visit.page
    page.set_input_files("#images", [images["1-0"], images["1-1"]])
    page.wait_for_selector("[data-previews-of=images] li:nth-child(2) img")
    page.click("[data-camera-of=images] [data-start]")
    page.wait_for_selector("[data-camera-of=images] [data-shoot]:focus")
    page.click("[data-camera-of=images] [data-shoot]")
    page.wait_for_selector("[data-previews-of=images] li:nth-child(3) img")
    assert page.evaluate("document.getElementById('images').files.length") == 3
    visit.check()
    visit.close()


def test_an_answer_is_printed_without_what_is_for_the_screen(
    browser: Browser, service: Service, site: str, images: dict[str, str]
) -> None:
    visit = Visit(browser, site, 1280)
    sign_in(visit, service)
    visit.open("/pages/verify")
    visit.page.set_input_files("#own-image", images["1-3"])
    visit.page.set_input_files("#reference_images", [images["1-0"], images["1-1"]])
    visit.submit("/pages/verify")
    visit.page.emulate_media(media="print")
    for hidden in ("nav", "footer", ".actions"):
        assert not visit.page.locator(hidden).first.is_visible(), hidden
    for shown in (".warning", "h1", ".pair img", ".plot", "table"):
        assert visit.page.locator(shown).first.is_visible(), shown
    visit.close()
