from pathlib import Path

from starlette.testclient import TestClient

from components.shared.model import bundle
from components.shared.verification import decision_file
from components.shared.verification.decision_file import Decisions
from components.shared.verification.threshold import Threshold
from serving.engine.model import load
from serving.pages.app import create_app
from tests.serving.api.clients import assemble, files
from tests.serving.bundles import (
    DECISION,
    SEARCH_RATES,
    SEARCHING,
    SHAPE,
    blank,
    signature,
    write_served_bundle,
)
from tests.serving.pages.browsers import Browsers, Elements, enrol


def ask(browser: TestClient, writer: int, **limits: str) -> str:
    form = {"policy": "equal_error"} | limits
    answer = browser.post(
        "/pages/identify", data=form, files=files("image", [signature(writer, 9)])
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_writer_is_named_first_with_words_and_bars(admin: TestClient) -> None:
    for writer in (1, 2, 3):
        enrol(admin, writer)
    page = ask(admin, 2)
    assert "The evidence is enough to name this person." in page
    assert '<span class="tag green">named</span>' in page
    assert page.count('class="bar"') == 3
    assert page.index("Writer 2") < page.index("Writer 1")


def test_measured_rates_of_searches_are_told_in_words(tmp_path: Path) -> None:
    folder = write_served_bundle(tmp_path / "bundle", 0, SEARCHING, SEARCH_RATES)
    service = assemble(load(folder), tmp_path)
    with TestClient(create_app(service), base_url="http://localhost") as client:
        admin = Browsers(client, service).of("admin")
        for writer in (1, 2):
            enrol(admin, writer)
        page = ask(admin, 2)
        admin.post("/pages/language", data={"language": "de", "back": "/pages/people"})
        german = ask(admin, 2)
    service.close()
    assert "Of searches for somebody who is not enrolled, 1.0\N{NO-BREAK SPACE}%" in page
    assert "4 of them enrolled with 1 reference each" in page
    assert "were not measured" not in page
    assert "nannten" in german


def test_both_limits_can_make_it_nobody(admin: TestClient) -> None:
    enrol(admin, 1)
    enrol(admin, 2)
    far = ask(admin, 1, largest_distance="0.001")
    assert "farther than the largest distance" in far
    assert '<span class="tag red">too far</span>' in far
    assert "too alike" in ask(admin, 1, smallest_gap="1.9")
    assert "named" in ask(admin, 1, largest_distance="1.9", smallest_gap="0.0")


def test_nobody_enrolled_is_an_answer(admin: TestClient) -> None:
    assert "Nobody is enrolled." in ask(admin, 1)


def test_what_cannot_be_used_is_told_and_the_limits_stay(admin: TestClient) -> None:
    for limits, image in (({"largest_distance": "0.7"}, blank()), ({"smallest_gap": "−1"}, b"x")):
        answer = admin.post("/pages/identify", data=limits, files=files("image", [image]))
        assert answer.status_code == 422
        [value] = limits.values()
        assert f'value="{value}"' in answer.text


def preset(browser: TestClient) -> list[str | None]:
    fields = Elements(browser.get("/pages/identify").text).named("input")
    return [field["value"] for field in fields if field.get("type") == "number"]


def test_without_limits_of_val_none_is_preset(admin: TestClient) -> None:
    assert preset(admin) == ["", ""]


def test_the_limits_that_val_chose_are_preset(tmp_path: Path) -> None:
    folder = write_served_bundle(tmp_path / "bundle")
    rules = []
    for references, threshold in ((1, 0.9), (5, 0.625)):
        rules.append(
            Threshold("identification", references, "far_1pct", threshold, smallest_gap=0.25)
        )
    decision_file.write(Decisions(any_scanner=DECISION, thresholds=rules), folder)
    normalisation = {"version": 2, **SHAPE.model_dump()}
    bundle.write(folder, {"space": "0" * 64, "normalisation": normalisation})
    service = assemble(load(folder), tmp_path)
    with TestClient(create_app(service), base_url="http://localhost") as client:
        assert preset(Browsers(client, service).of("operator")) == ["0.625", "0.25"]
    service.close()
