from sqlalchemy import text

from tests.serving.pages.browsers import Browsers, Elements, enrol


def test_who_did_what_is_shown_without_names_of_people(browsers: Browsers) -> None:
    admin = browsers.of("admin")
    person = enrol(admin, 1, "Ada Lovelace")
    page = admin.get("/pages/audit").text
    assert "enrolled" in page
    assert "References: 3" in page
    assert f"/pages/people/{person}" in page
    assert "Ada" not in page


def test_earlier_lines_are_a_page_on(browsers: Browsers) -> None:
    for number in range(60):
        browsers.service.store.audit.append(None, "verify", None, f"outcome {number}")
    admin = browsers.of("admin")
    first = admin.get("/pages/audit").text
    [link] = [link for link in Elements(first).named("a") if link.get("rel") == "next"]
    second = admin.get(link["href"] or "").text
    assert "outcome 59" in first
    assert "outcome 0<" not in first
    assert "outcome 0<" in second


def test_a_changed_line_is_found(browsers: Browsers) -> None:
    admin = browsers.of("admin")
    assert "All lines are as they were written." in admin.post("/pages/audit/check").text
    with browsers.service.store.database.writing() as session:
        session.execute(text("UPDATE audit SET outcome = 'other' WHERE id = 1"))
    assert "Line 1 is not as it was written." in admin.post("/pages/audit/check").text
