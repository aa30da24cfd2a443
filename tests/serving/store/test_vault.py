"""The vault: what it encrypts opens under the same key and in the same place alone."""

import base64

import pytest

from components.shared.runtime.errors import InputError
from serving.store.errors import KeyChanged
from serving.store.store import open_store
from serving.store.vault import Vault, parse_key, place
from tests.serving.store.examples import KEY, OTHER_KEY, enrol


def test_a_cipher_opens_under_its_key_in_its_place_alone() -> None:
    vault = Vault(KEY)
    cipher = vault.encrypt(b"secret", place("person", "name_cipher", "1"))
    assert b"secret" not in cipher
    assert len(cipher) == len(b"secret") + 28
    assert vault.decrypt(cipher, place("person", "name_cipher", "1")) == b"secret"
    changed = cipher[:-1] + bytes([cipher[-1] ^ 1])
    for other, bytes_, at in (
        (vault, cipher, place("person", "name_cipher", "2")),
        (vault, cipher, place("person", "external_id_cipher", "1")),
        (Vault(OTHER_KEY), cipher, place("person", "name_cipher", "1")),
        (vault, changed, place("person", "name_cipher", "1")),
        (vault, cipher[:5], place("person", "name_cipher", "1")),
        (vault, b"", place("person", "name_cipher", "1")),
    ):
        with pytest.raises(KeyChanged):
            other.decrypt(bytes_, at)


def test_two_ciphers_of_the_same_bytes_differ() -> None:
    vault = Vault(KEY)
    assert vault.encrypt(b"x", "here") != vault.encrypt(b"x", "here")


def test_without_a_key_bytes_stay_and_hashes_are_keyed_all_the_same(url: str) -> None:
    store = open_store(url)
    assert not store.vault.is_encrypted
    assert store.vault.encrypt(b"x", "here") == b"x"
    assert store.vault.hmac(b"x") != store.vault.hmac(b"x", "image")
    again = open_store(url)
    assert again.vault.hmac(b"x") == store.vault.hmac(b"x")
    store.close()
    again.close()


def test_s20_two_stores_hash_the_same_image_differently(tmp_path: object) -> None:
    first, second = (open_store(f"sqlite:///{tmp_path}/{name}.db", KEY) for name in "ab")
    assert first.vault.hmac(b"image") != second.vault.hmac(b"image")
    first.close()
    second.close()


def test_s19_a_store_opens_with_its_own_key_alone(url: str) -> None:
    store = open_store(url, KEY)
    enrol(store, "Ada", 1)
    store.close()
    with pytest.raises(InputError, match="not the one of this database"):
        open_store(url, OTHER_KEY)
    with pytest.raises(InputError, match="SERVE_ENCRYPTION_KEY"):
        open_store(url)
    again = open_store(url, KEY)
    assert [person.name for person in again.people.search().items] == ["Ada"]
    again.close()


def test_a_plain_store_refuses_a_key_and_says_how_to_encrypt(url: str) -> None:
    open_store(url).close()
    with pytest.raises(InputError, match="rotate-key"):
        open_store(url, KEY)


def test_keys_are_read_as_base64_or_hexadecimal_and_never_repeated() -> None:
    for text in (base64.b64encode(KEY).decode(), KEY.hex(), f" {KEY.hex()}\n"):
        assert parse_key(text) == KEY
    url_safe = base64.urlsafe_b64encode(bytes([255]) * 32).decode()
    assert parse_key(url_safe) == bytes([255]) * 32
    for wrong in ("", "hunter2hunter2", KEY.hex()[:-2], "z" * 64, base64.b64encode(b"x").decode()):
        with pytest.raises(InputError, match="openssl rand -base64 32") as refusal:
            parse_key(wrong)
        assert not wrong or wrong not in str(refusal.value)


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")
