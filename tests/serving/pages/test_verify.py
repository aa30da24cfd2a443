import re
from dataclasses import replace
from pathlib import Path

from starlette.testclient import TestClient

from components.shared.verification.decision_limits import Limits
from serving.engine.model import load
from serving.pages.app import create_app
from tests.serving.api.clients import assemble, files
from tests.serving.bundles import DECISION, blank, signature, write_served_bundle
from tests.serving.pages.browsers import Browsers, Elements, enrol


def ask(browser: TestClient, person: str, writer: int, policy: str = "equal_error") -> str:
    form = {"person_id": person, "policy": policy}
    answer = browser.post("/pages/verify", data=form, files=files("image", [signature(writer, 9)]))
    assert answer.status_code == 200, answer.text
    return answer.text


def pictures(page: str) -> list[str | None]:
    return [image["alt"] for image in Elements(page).named("img") if image["alt"]]


def test_a_genuine_signature_is_accepted_with_all_its_reasons(admin: TestClient) -> None:
    page = ask(admin, enrol(admin, 1, "Ada"), 1)
    assert "Accepted" in page
    assert "goes with those of Ada" in page
    assert "support that it is genuine" in page
    assert "times as frequent among genuine signatures" in page
    assert "Measured on 11 people" in page
    assert "skilled forgeries" in page
    assert "Less evidence than this had about" in page
    assert "other people" in page
    assert len(pictures(page)) == 2
    assert page.count('class="bar"') == 3


def test_rates_of_fewer_references_than_the_claim_has_are_said_to_be_so(
    admin: TestClient,
) -> None:
    words = "and with so many nothing was measured"
    assert words not in ask(admin, enrol(admin, 1, count=3), 1)
    person = enrol(admin, 2, count=2)
    page = ask(admin, person, 2)
    assert f"This claim has 2 references, {words}" in page
    assert "rates of claims with 1 reference each" in page
    admin.headers["Accept-Language"] = "de"
    assert "mit so vielen wurde nichts gemessen" in ask(admin, person, 2)


def test_a_foreign_signature_is_not_accepted(admin: TestClient) -> None:
    page = ask(admin, enrol(admin, 1, "Ada"), 2)
    assert "Not accepted" in page
    assert "does not go with those of Ada" in page


def test_in_doubt_a_person_is_asked_and_led_to_the_review(tmp_path: Path) -> None:
    wide = [row._replace(limits=Limits(-100.0, 100.0)) for row in DECISION.policies]
    folder = write_served_bundle(tmp_path / "bundle", decision=replace(DECISION, policies=wide))
    service = assemble(load(folder), tmp_path)
    with TestClient(create_app(service), base_url="http://localhost") as client:
        browser = Browsers(client, service).of("operator")
        page = ask(browser, enrol(browser, 1, "Ada"), 1, "review")
        assert "A person must decide" in page
        [link] = re.findall(r"/pages/review/[0-9a-f-]{36}", page)
        assert browser.get(link).status_code == 200
    service.close()


def test_signatures_are_compared_without_anybody_enrolled(admin: TestClient) -> None:
    images = files("reference_images", [signature(1, 0), signature(1, 1)])
    answer = admin.post("/pages/verify", files=files("image", [signature(1, 9)]) + images)
    assert "goes with the references" in answer.text
    assert answer.text.count('class="bar"') == 2


def test_an_image_that_cannot_carry_a_decision_is_told(admin: TestClient) -> None:
    person = enrol(admin, 1, "Ada")
    answer = admin.post(
        "/pages/verify", data={"person_id": person}, files=files("image", [blank()])
    )
    assert answer.status_code == 422
    assert "Questioned signature:</strong> blank image" in answer.text
    assert "Is it Ada's?" in answer.text


def test_a_form_without_an_image_or_a_person_is_told(admin: TestClient) -> None:
    no_image = admin.post("/pages/verify", data={"person_id": enrol(admin, 1)})
    nobody = admin.post("/pages/verify", files=files("image", [signature(1, 9)]))
    assert no_image.status_code == nobody.status_code == 422
    assert "choose one image" in no_image.text
    assert "Signatures to compare with:</strong> choose" in nobody.text


def test_a_verifier_sees_neither_names_nor_stored_images(browsers: Browsers) -> None:
    person = enrol(browsers.of("admin"), 1, "Ada Lovelace")
    verifier = browsers.of("verifier")
    assert "Ada" not in verifier.get("/pages/verify", params={"query": "Ada"}).text
    assert "Ada" not in verifier.get("/pages/verify", params={"person": person}).text
    accepted = ask(verifier, person, 1)
    assert "Accepted" in accepted
    assert "Ada" not in accepted
    assert pictures(accepted) == ["The questioned signature as the network sees it"]


def test_for_a_verifier_nobody_and_somebody_else_are_alike(browsers: Browsers) -> None:
    person = enrol(browsers.of("admin"), 1)
    verifier = browsers.of("verifier")
    nobody = ask(verifier, "00000000-0000-0000-0000-000000000000", 2)
    somebody = ask(verifier, person, 2)
    alike = [re.sub(r"[0-9a-f-]{36}", "", page) for page in (nobody, somebody)]
    assert alike[0] == alike[1]
    assert "does not see the reasons" in nobody


def test_the_answer_is_german_for_who_reads_german(admin: TestClient) -> None:
    admin.headers["Accept-Language"] = "de"
    page = ask(admin, enrol(admin, 1, "Ada"), 1)
    assert "Angenommen" in page
    assert "Unterstützung" in page
    assert re.search(r"\d,\d\xa0% \(", page)
