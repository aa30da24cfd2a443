"""Enrolment: which names are the same, and what a violated constraint means."""

import pytest
from sqlalchemy.exc import IntegrityError

from serving.store import enrolment
from serving.store.errors import Taken, Unknown
from serving.store.vault import Vault


def vault() -> Vault:
    opened = Vault(None)
    opened.lock(bytes(32), 1)
    return opened


def test_names_are_the_same_whatever_their_case_spaces_and_composition() -> None:
    same = ["Zoë  Weiß", "ZOE\u0308 WEISS", " zoë weiss "]
    hashes = {enrolment.changes(vault(), "id", name, None)["name_hmac"] for name in same}
    assert len(hashes) == 1
    other = enrolment.changes(vault(), "id", "Zoe Weiß", None)["name_hmac"]
    assert other not in hashes


def test_nothing_given_changes_nothing_and_an_empty_external_id_removes_it() -> None:
    assert enrolment.changes(vault(), "id", None, None) == {}
    columns = enrolment.changes(vault(), "id", None, "")
    assert columns == {"external_id_cipher": None, "external_id_hmac": None}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("UNIQUE constraint failed: person.name_hmac", "name"),
        ('violates unique constraint "uq_person_external_id_hmac"', "external_id"),
    ],
)
def test_a_violated_constraint_is_a_refusal(message: str, field: str) -> None:
    refusal = enrolment.refusal(IntegrityError("", None, Exception(message)))
    assert isinstance(refusal, Taken)
    assert refusal.field == field


def test_a_person_who_is_gone_is_unknown_and_other_faults_stay_faults() -> None:
    error = IntegrityError("", None, Exception("FOREIGN KEY constraint failed"))
    assert isinstance(enrolment.refusal(error), Unknown)
    strange = IntegrityError("", None, Exception("CHECK constraint failed"))
    with pytest.raises(IntegrityError):
        enrolment.refusal(strange)
