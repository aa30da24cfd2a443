"""Keys: told once, stored as a hash, refused as soon as they are revoked."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from components.shared.runtime.errors import InputError
from serving.store.errors import Unknown
from serving.store.roles import ROLES, Role
from serving.store.store import Store, open_store
from serving.store.tables import KeyRow
from tests.serving.store.examples import KEY


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_accepted_with_its_role(store: Store, role: Role) -> None:
    key, plain = store.keys.create("desk", role)
    assert store.keys.check(plain) == key
    assert store.keys.get(key.id) == key
    assert (key.role, key.name, key.may_embed) == (role, "desk", False)
    assert plain.startswith(key.prefix)


def test_s6_a_key_has_256_random_bits_and_only_its_hash_is_stored(store: Store) -> None:
    plains = [store.keys.create("desk", "admin").plain for _ in range(5)]
    secrets = {plain.split(".")[1] for plain in plains}
    assert len(secrets) == 5
    assert {len(secret) for secret in secrets} == {43}  # 32 bytes as base64
    with store.database.reading() as session:
        rows = session.scalars(select(KeyRow)).all()
    assert {row.sha256 for row in rows} == {hashlib.sha256(x.encode()).digest() for x in plains}


def test_other_keys_are_refused(store: Store) -> None:
    _, plain = store.keys.create("desk", "admin")
    changed = plain[:-1] + ("A" if plain[-1] != "A" else "B")
    for wrong in ("", "x", changed, plain + "A", plain.upper(), plain[:8], "\0", "ä" * 99, "%"):
        assert store.keys.check(wrong) is None, wrong


def test_s6_a_revoked_key_is_refused_at_once_by_another_worker(url: str) -> None:
    here, there = open_store(url, KEY), open_store(url, KEY)
    key, plain = here.keys.create("desk", "operator")
    assert there.keys.check(plain) == key
    here.keys.revoke(key.id)
    assert there.keys.check(plain) is None
    assert there.keys.get(key.id) is None
    revoked = there.keys.list()[0].revoked
    here.keys.revoke(key.prefix)  # again, and by its prefix: nothing changes
    assert there.keys.list()[0].revoked == revoked
    with pytest.raises(Unknown):
        here.keys.revoke("nobody")
    here.close()
    there.close()


def test_s6_a_key_expires(store: Store) -> None:
    end = datetime.now(UTC) + timedelta(days=90)
    key, plain = store.keys.create("desk", "verifier", expires=end)
    assert store.keys.check(plain) == key
    assert key.is_valid(end - timedelta(seconds=1))
    assert not key.is_valid(end)
    with store.database.writing() as session:
        session.get_one(KeyRow, key.id).expires = datetime.now(UTC)
    assert store.keys.check(plain) is None


def test_all_keys_are_listed_the_oldest_first(store: Store) -> None:
    made = [store.keys.create(f"desk {number}", "operator").key for number in range(3)]
    assert store.keys.list() == made


def test_impossible_keys_are_not_made(store: Store) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(InputError, match="1 to 200"):
        store.keys.create("", "admin")
    with pytest.raises(InputError, match="one of admin"):
        store.keys.create("x", "root")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="expired already"):
        store.keys.create("x", "admin", expires=past)
    with pytest.raises(InputError, match="admin alone"):
        store.keys.create("x", "operator", may_embed=True)
    assert store.keys.create("x", "admin", may_embed=True).key.may_embed


def test_a_plain_key_is_in_no_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.db'}")
    _, plain = store.keys.create("desk", "admin")
    secret = plain.split(".")[1].encode()
    for path in tmp_path.iterdir():
        assert secret not in path.read_bytes(), path.name
    store.close()
