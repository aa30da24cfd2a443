"""Forms: a file is a file, and its name says nothing."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.api.forms import media_type
from tests.serving.api.clients import enrol, probe
from tests.serving.bundles import signature

PLACES = ["/etc/passwd", "file:///etc/passwd", "http://169.254.169.254/latest", "../../x.png"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("path", ["/v1/verify", "/v1/identify"])
def test_s3_no_field_is_a_path_or_an_address(admin: TestClient, path: str, place: str) -> None:
    """S3."""
    texts = {"image": (None, place)}
    for files in (texts, {**texts, "person_id": (None, place)}):
        answer = admin.post(path, files=files)
        assert answer.status_code == 422
        assert "file is needed" in answer.text
    unknown = admin.post(path, data={"img": place}, files=probe(1))
    assert unknown.status_code == 422


@pytest.mark.parametrize("name", ["../../x.png", "a\0b.png", "x" * 4096, "/etc/cron.d/x", ""])
def test_s4_names_of_files_are_never_used(
    admin: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """S4."""
    monkeypatch.chdir(tmp_path)
    person = enrol(admin, 1)
    before = sorted(tmp_path.parent.rglob("*"))
    head = f'--X\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n\r\n'
    fields = f'--X\r\nContent-Disposition: form-data; name="person_id"\r\n\r\n{person["id"]}\r\n'
    body = fields.encode() + head.encode() + signature(1, 9) + b"\r\n--X--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=X"}
    answer = admin.post("/v1/verify", content=body, headers=headers)
    assert answer.status_code in (200, 422)
    assert name == "" or name not in answer.text
    after = [
        path for path in sorted(tmp_path.parent.rglob("*")) if "signatures.db" not in str(path)
    ]
    assert after == [path for path in before if "signatures.db" not in str(path)]


def test_s5_a_pixel_bomb_is_refused_by_its_header(admin: TestClient) -> None:
    """S5."""
    import io

    from PIL import Image

    with io.BytesIO() as content:
        Image.new("1", (10_000, 10_000)).save(content, "PNG")
        bomb = content.getvalue()
    answer = admin.post("/v1/identify", files={"image": ("a.png", bomb, "image/png")})
    assert answer.status_code == 422
    assert "pixels" in answer.json()["detail"]


def test_a_request_that_is_no_form_is_told_so(admin: TestClient) -> None:
    answer = admin.post("/v1/identify", json={"image": "x"})
    assert answer.status_code == 415
    broken = {"Content-Type": "multipart/form-data"}
    assert admin.post("/v1/identify", content=b"x", headers=broken).status_code == 400


def test_a_field_comes_once_and_a_file_in_its_place(admin: TestClient) -> None:
    twice = admin.post("/v1/identify", data={"limit": ["1", "2"]}, files=probe(1))
    assert twice.status_code == 422
    elsewhere = [("other", ("a.png", b"x", "image/png")), *probe(1)]
    assert admin.post("/v1/identify", files=elsewhere).status_code == 422
    assert admin.post("/v1/identify", files=[*probe(1), *probe(1)]).status_code == 422


def test_the_media_type_is_the_contents(admin: TestClient) -> None:
    assert media_type(signature(1, 0)) == "image/png"


def test_an_image_may_be_the_whole_body_with_the_fields_in_the_address(admin: TestClient) -> None:
    person = enrol(admin, 1)
    claim = {"person_id": person["id"], "policy": "equal_error"}
    headers = {"Content-Type": "image/png"}
    alone = admin.post("/v1/verify", params=claim, content=signature(1, 9), headers=headers).json()
    beside = admin.post("/v1/verify", data=claim, files=probe(1)).json()
    assert alone["decision"] == beside["decision"] == "accept"
    assert alone["evidence"] == beside["evidence"]
    found = admin.post("/v1/identify", content=signature(1, 9), headers=headers).json()
    assert found["candidates"][0]["id"] == person["id"]


@pytest.mark.parametrize(
    ("query", "body", "kind", "status"),
    [
        ("", b"", "image/png", 422),
        ("", b"no image", "image/jpeg", 422),
        ("?unknown=1", signature(1, 9), "image/png", 422),
        ("?limit=1&limit=2", signature(1, 9), "image/png", 422),
        ("", signature(1, 9), "application/octet-stream", 415),
    ],
)
def test_a_body_that_is_no_image_is_refused(
    admin: TestClient, query: str, body: bytes, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind}
    assert admin.post(f"/v1/identify{query}", content=body, headers=headers).status_code == status


def test_people_are_enrolled_by_a_form_alone(admin: TestClient) -> None:
    answer = admin.post(
        "/v1/people", content=signature(1, 0), headers={"Content-Type": "image/png"}
    )
    assert answer.status_code == 415
