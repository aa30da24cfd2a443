"""The addresses of the pages, and which of them a key may open."""

from typing import NamedTuple

from serving.api.caller import Permission, may
from serving.pages.language import marked
from serving.store.keys import Key

ROOT = "/pages/"
STATIC = "/pages/static/"
SIGN_IN = "/pages/sign-in"
LANGUAGE = "/pages/language"
OPEN = frozenset({"/", SIGN_IN, LANGUAGE})
"""Beside what is static, the addresses that need nobody who has signed in."""


class Entry(NamedTuple):
    """An entry of the menu, and the permission that shows it."""

    address: str
    label: str
    permission: Permission


MENU = (
    Entry("/pages/people", marked("People"), "people"),
    Entry("/pages/enrol", marked("Enrol"), "people"),
    Entry("/pages/verify", marked("Verify"), "verify"),
    Entry("/pages/identify", marked("Identify"), "identify"),
    Entry("/pages/review", marked("Review"), "review"),
    Entry("/pages/model", marked("Model"), "model"),
    Entry("/pages/audit", marked("Audit"), "audit"),
)


def menu(key: Key | None) -> list[Entry]:
    """Returns the entries that a key may open; none of nobody."""
    return [entry for entry in MENU if key is not None and may(key, entry.permission)]


def person(person_id: str) -> str:
    """Returns the address of a person's page."""
    return f"/pages/people/{person_id}"


def within(address: str, otherwise: str) -> str:
    """Returns an address of a page that a form names; another's is as if it were not given."""
    is_own = address.startswith(ROOT) and "\\" not in address and "//" not in address
    return address if is_own and address.isprintable() else otherwise
