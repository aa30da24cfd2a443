import io
import zipfile

from starlette.testclient import TestClient

from tests.serving.api.clients import files
from tests.serving.bundles import blank, signature
from tests.serving.pages.browsers import Browsers, Elements, enrol


def test_references_are_added_and_refused_ones_are_told(admin: TestClient) -> None:
    address = f"/pages/people/{enrol(admin, 1, count=1)}"
    images = files("images", [signature(1, 1), blank()])
    answer = admin.post(f"{address}/references", files=images)
    assert "The references were added." in answer.text
    assert "Signatures 2:</strong> blank image" in answer.text
    assert "References (2)" in admin.get(address).text


def test_a_reference_is_removed_and_the_last_one_stays(admin: TestClient) -> None:
    address = f"/pages/people/{enrol(admin, 1, count=2)}"
    forms = [form["action"] or "" for form in Elements(admin.get(address).text).named("form")]
    removals = [action for action in forms if action.endswith("/remove")]
    assert len(removals) == 2
    assert "The reference was removed." in admin.post(removals[0]).text
    answer = admin.post(removals[1])
    assert answer.status_code == 409
    assert "at least one reference" in answer.text
    assert admin.post(removals[0]).status_code == 404


def test_a_person_is_renamed_unless_somebody_was_faster(admin: TestClient) -> None:
    address = f"/pages/people/{enrol(admin, 1, 'Ada')}"
    enrol(admin, 2, "Grace")
    change = {"name": "Ada L.", "external_id": "4711", "revision": "1"}
    assert "The changes were kept." in admin.post(f"{address}/change", data=change).text
    assert "4711" in admin.get(address).text
    slower = admin.post(f"{address}/change", data=change)
    assert slower.status_code == 412
    assert "changed since" in slower.text
    taken = admin.post(f"{address}/change", data=change | {"name": "grace", "revision": "2"})
    assert taken.status_code == 409
    assert "another person has it" in taken.text
    empty = admin.post(f"{address}/change", data={"name": " ", "revision": "2"})
    assert empty.status_code == 422


def test_a_person_is_deleted_by_typing_the_name(admin: TestClient) -> None:
    address = f"/pages/people/{enrol(admin, 1, 'Ada Lovelace')}"
    wrong = admin.post(f"{address}/delete", data={"name": "Ada"})
    assert wrong.status_code == 422
    assert "not the person&#39;s name" in wrong.text
    assert admin.get(address).status_code == 200
    answer = admin.post(f"{address}/delete", data={"name": "Ada Lovelace"})
    assert "The person was deleted" in answer.text
    assert admin.get(address).status_code == 404


def test_all_data_are_handed_out_by_an_admin_alone(browsers: Browsers) -> None:
    address = f"/pages/people/{enrol(browsers.of('admin'), 1)}"
    answer = browsers.of("admin").get(f"{address}/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "person.json" in archive.namelist()
    operator = browsers.of("operator")
    assert operator.get(f"{address}/export").status_code == 403
    assert "/export" not in operator.get(address).text


def test_kept_images_are_shown_as_the_network_sees_them(admin: TestClient) -> None:
    page = admin.get(f"/pages/people/{enrol(admin, 1)}").text
    pictures = [image["src"] or "" for image in Elements(page).named("img")]
    assert len(pictures) == 3
    assert all(picture.startswith("data:image/png;base64,") for picture in pictures)


def test_somebody_of_an_earlier_model_needs_new_references(browsers: Browsers) -> None:
    admin = browsers.of("admin")
    address = f"/pages/people/{enrol(admin, 1)}"
    assert "earlier model" not in admin.get(address).text
    browsers.service.store.spaces.use("another", "0" * 12, 16)
    assert "earlier model" in admin.get(address).text
    assert "needs new references" in admin.get("/pages/people").text


def test_nobody_is_told_as_such(admin: TestClient) -> None:
    for person in ("x", "00000000-0000-0000-0000-000000000000"):
        assert admin.get(f"/pages/people/{person}").status_code == 404
        assert admin.post(f"/pages/people/{person}/delete", data={"name": "x"}).status_code == 404


def test_a_reference_unlike_the_others_is_pointed_out(admin: TestClient) -> None:
    person = enrol(admin, 1, "Ada", count=4)
    images = files("images", [signature(2, 0)])
    admin.post(f"/pages/people/{person}/references", files=images)
    page = admin.get(f"/pages/people/{person}").text
    assert "Reference 5 does not look like the other 4" in page
    assert page.count("unlike the others") == 1
