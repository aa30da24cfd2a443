from starlette.testclient import TestClient

from tests.serving.api.clients import files
from tests.serving.bundles import blank, signature
from tests.serving.pages.browsers import enrol


def test_a_person_is_enrolled_and_what_was_refused_is_told(admin: TestClient) -> None:
    images = files("images", [signature(1, 0), blank(), signature(1, 1)])
    answer = admin.post("/pages/enrol", data={"name": "Ada"}, files=images)
    assert answer.status_code == 201
    assert "Ada was enrolled with 2 references." in answer.text
    assert "Signatures 2:</strong> blank image: no ink found" in answer.text


def test_nobody_is_enrolled_by_images_that_are_all_refused(admin: TestClient) -> None:
    form = {"name": "Ada", "consent": "file 7"}
    answer = admin.post("/pages/enrol", data=form, files=files("images", [blank()]))
    assert answer.status_code == 422
    assert "Signatures 1:</strong> blank image" in answer.text
    assert 'value="file 7"' in answer.text
    assert "Nobody is enrolled yet." in admin.get("/pages/people").text


def test_a_name_and_an_image_are_taken_once(admin: TestClient) -> None:
    enrol(admin, 1, "Ada")
    again = admin.post(
        "/pages/enrol", data={"name": "ada"}, files=files("images", [signature(2, 0)])
    )
    same = admin.post(
        "/pages/enrol", data={"name": "Bob"}, files=files("images", [signature(1, 0)])
    )
    assert again.status_code == same.status_code == 409
    assert "another person has it" in again.text
    assert "is a reference already" in same.text


def test_a_name_is_needed(admin: TestClient) -> None:
    answer = admin.post("/pages/enrol", data={}, files=files("images", [signature(1, 0)]))
    assert answer.status_code == 422
    assert "at least 1 character" in answer.text
