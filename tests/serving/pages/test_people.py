from starlette.testclient import TestClient

from tests.serving.pages.browsers import Elements, enrol


def test_people_are_found_by_a_part_of_their_name(admin: TestClient) -> None:
    enrol(admin, 1, "Ada Lovelace")
    enrol(admin, 2, "Grace Hopper")
    everybody = admin.get("/pages/people").text
    found = admin.get("/pages/people", params={"query": "love"}).text
    assert "Ada Lovelace" in everybody
    assert "Grace Hopper" in everybody
    assert "Ada Lovelace" in found
    assert "Grace Hopper" not in found
    assert "Nobody of this name" in admin.get("/pages/people", params={"query": "x"}).text


def test_pages_lead_to_all_people(admin: TestClient) -> None:
    for writer in range(26):
        enrol(admin, writer, count=1)
    first = admin.get("/pages/people").text
    links = [link for link in Elements(first).named("a") if link.get("rel") == "next"]
    second = admin.get(links[0]["href"] or "").text
    assert "Writer 24" in first
    assert "Writer 25" not in first
    assert "Writer 25" in second


def test_an_empty_store_says_so(admin: TestClient) -> None:
    assert "Nobody is enrolled yet." in admin.get("/pages/people").text


def test_a_page_that_is_none_is_told(admin: TestClient) -> None:
    assert admin.get("/pages/people", params={"cursor": "x"}).status_code == 404
    assert admin.get("/pages/people", params={"query": "x" * 201}).status_code == 422
