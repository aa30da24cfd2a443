import pytest
from starlette.testclient import TestClient

from serving.api.service import Service
from serving.store.decision_rows import NewDecision
from serving.store.person import StoredImage
from tests.serving.bundles import signature
from tests.serving.pages.browsers import Browsers, Elements, enrol


def open_decision(service: Service, person: str | None, image: bytes | None = None) -> str:
    return service.store.decisions.add(
        NewDecision(
            kind="verify",
            outcome="review",
            space=service.model.space,
            model_version=service.model.version,
            person_id=person,
            policy="review",
            llr=0.9,
            details={"kind": "skilled"},
            image=None if image is None else StoredImage(image, "image/png"),
            needs_review=True,
        )
    )


def test_what_waits_is_decided_with_a_note(browsers: Browsers) -> None:
    admin = browsers.of("admin")
    person = enrol(admin, 1, "Ada")
    decision = open_decision(browsers.service, person, signature(1, 8))
    queue = admin.get("/pages/review").text
    assert f"/pages/review/{decision}" in queue
    assert "Is it Ada's?" in queue
    page = admin.get(f"/pages/review/{decision}").text
    assert len(Elements(page).named("img")) == 4
    assert "Weak support that it is genuine rather than a skilled forgery" in page
    form = {"decision": "reject", "note": "<b>seen</b> the paper"}
    answer = admin.post(f"/pages/review/{decision}", data=form)
    assert "Your decision was kept." in answer.text
    assert "Nothing waits." in answer.text
    kept = admin.get(f"/pages/review/{decision}").text
    assert "&lt;b&gt;seen&lt;/b&gt; the paper" in kept
    assert browsers.service.store.decisions.get(decision).reviewed_as == "reject"


def test_of_two_decisions_the_first_counts(browsers: Browsers) -> None:
    admin = browsers.of("admin")
    decision = open_decision(browsers.service, enrol(admin, 1))
    admin.post(f"/pages/review/{decision}", data={"decision": "accept"})
    second = admin.post(f"/pages/review/{decision}", data={"decision": "reject"})
    assert second.status_code == 409
    assert "waits for no review" in second.text
    assert browsers.service.store.decisions.get(decision).reviewed_as == "accept"


def test_images_that_are_not_kept_are_said_to_be(browsers: Browsers) -> None:
    admin = browsers.of("admin")
    decision = open_decision(browsers.service, None)
    page = admin.get(f"/pages/review/{decision}").text
    assert "decide by the paper" in page
    assert "The images of the references are not kept." in page


@pytest.mark.parametrize("form", [{}, {"decision": "perhaps"}])
def test_a_form_without_a_decision_is_refused(browsers: Browsers, form: dict[str, str]) -> None:
    admin = browsers.of("admin")
    decision = open_decision(browsers.service, enrol(admin, 1))
    assert admin.post(f"/pages/review/{decision}", data=form).status_code == 422
    assert browsers.service.store.decisions.get(decision).status == "review"


def test_an_unknown_decision_is_told(admin: TestClient) -> None:
    for name in ("x", "00000000-0000-0000-0000-000000000000"):
        assert admin.get(f"/pages/review/{name}").status_code == 404
        form = {"decision": "accept"}
        assert admin.post(f"/pages/review/{name}", data=form).status_code == 404
