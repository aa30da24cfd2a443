import pytest

from serving.pages import addresses


@pytest.mark.parametrize("own", ["/pages/", "/pages/people/1?done=added", "/pages/model"])
def test_addresses_of_pages_are_kept(own: str) -> None:
    assert addresses.within(own, "other") == own


@pytest.mark.parametrize(
    "foreign",
    ["", "/", "/v1/people", "https://a.example/pages/", "//a.example", "/pages/\\a", "/pages//a",
     "/pages/\r\nSet-Cookie: a"],
)  # fmt: skip
def test_other_addresses_are_not(foreign: str) -> None:
    assert addresses.within(foreign, "other") == "other"


def test_nobody_has_a_menu() -> None:
    assert addresses.menu(None) == []
