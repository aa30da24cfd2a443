import pytest

from tests.serving.pages.browsers import Browsers


@pytest.mark.parametrize("address", ["/pages/sign-in", "/pages/people", "/pages/static/page.css"])
def test_every_answer_has_the_headers_that_browsers_heed(browsers: Browsers, address: str) -> None:
    headers = browsers.of("admin").get(address).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    for part in ("form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    is_static = address.startswith("/pages/static")
    assert headers["cache-control"] == ("no-cache" if is_static else "no-store")


def test_static_files_alone_are_handed_out(browsers: Browsers) -> None:
    browser = browsers.nobody()
    assert browser.get("/pages/static/page.js").status_code == 200
    for path in ("/pages/static/../app.py", "/pages/static/%2e%2e/app.py", "/pages/static/"):
        assert browser.get(path, follow_redirects=False).status_code in (303, 404)


def test_a_path_that_only_begins_alike_is_no_page(browsers: Browsers) -> None:
    answer = browsers.nobody().get("/pagesx")
    assert answer.headers["content-type"] == "application/problem+json"


def test_nobody_gets_a_page_by_another_method(browsers: Browsers) -> None:
    assert browsers.of("admin").delete("/pages/people").status_code == 405
