"""Encryption and hashes of personal data at rest, with AES-256-GCM and HMAC-SHA-256."""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from components.shared.runtime.errors import InputError
from serving.store.database import Database
from serving.store.errors import KeyChanged
from serving.store.tables import VaultRow

KEY_BYTES = 32
NONCE_BYTES = 12
HASH_KEY = "vault.hash_key_cipher:1"
GENERATION = select(VaultRow.generation)


class Vault:
    """Encrypts, decrypts and hashes. Without a key, bytes stay as they are.

    A cipher is bound to its place (table, column, primary key), so that one moved to another row
    does not open. Hashes have a key of their own, which the store holds encrypted: a change of the
    encryption key leaves them as they are.
    """

    def __init__(self, key: bytes | None) -> None:
        """Takes the encryption key, 32 bytes; `open_vault` gives the key of the hashes.

        Raises:
            ValueError: the key has another length.
        """
        if key is not None and len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._cipher = None if key is None else AESGCM(key)
        self._hash_key = b""
        self.generation = 0

    @property
    def is_encrypted(self) -> bool:
        """Tells whether there is a key."""
        return self._cipher is not None

    def encrypt(self, plain: bytes, place: str) -> bytes:
        """Encrypts bytes for a place: nonce, cipher and tag, 28 bytes more."""
        if self._cipher is None:
            return plain
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def decrypt(self, cipher: bytes, place: str) -> bytes:
        """Decrypts bytes that were encrypted for a place.

        Raises:
            KeyChanged: it was encrypted with another key or for another place, or was changed.
        """
        if self._cipher is None:
            return cipher
        nonce, rest = cipher[:NONCE_BYTES], cipher[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, place.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyChanged from error

    def encrypt_text(self, text: str | None, place: str) -> bytes | None:
        """Encrypts a text, if there is one."""
        return None if text is None else self.encrypt(text.encode(), place)

    def decrypt_text(self, cipher: bytes | None, place: str) -> str | None:
        """Decrypts a text, if there is one."""
        return None if cipher is None else self.decrypt(cipher, place).decode()

    def hmac(self, data: bytes, purpose: str = "") -> bytes:
        """Hashes bytes for a purpose: 32 bytes that say nothing without the store's key."""
        if not self._hash_key:
            raise RuntimeError("this vault was not opened")
        return hmac.digest(self._hash_key, purpose.encode() + b"\0" + data, hashlib.sha256)

    def unlock(self, row: VaultRow) -> None:
        """Takes the key of the hashes out of the store.

        Raises:
            InputError: the encryption key is missing, is not the one of this store, or is given
                for a store that is not encrypted.
        """
        if row.is_encrypted != self.is_encrypted:
            raise InputError(
                "the database is encrypted: give its key by SERVE_ENCRYPTION_KEY"
                if row.is_encrypted
                else "the database is not encrypted yet: `python -m serving rotate-key` encrypts "
                "it with a new key"
            )
        try:
            self._hash_key = self.decrypt(row.hash_key_cipher, HASH_KEY)
        except KeyChanged as error:
            raise InputError("the encryption key is not the one of this database") from error
        self.generation = row.generation

    def lock(self, hash_key: bytes, generation: int) -> VaultRow:
        """Returns the row that this vault's key opens, and takes the key of the hashes."""
        self._hash_key = hash_key
        self.generation = generation
        return VaultRow(
            id=1,
            generation=generation,
            is_encrypted=self.is_encrypted,
            hash_key_cipher=self.encrypt(hash_key, HASH_KEY),
        )

    def successor(self, key: bytes | None) -> tuple["Vault", VaultRow]:
        """Returns the vault of another key with the same hashes, and its row."""
        vault = Vault(key)
        return vault, vault.lock(self._hash_key, self.generation + 1)

    def require_current(self, session: Session | Connection) -> None:
        """Refuses to go on with a key that another process has replaced.

        Raises:
            KeyChanged: the store's key is another one since this vault was opened.
        """
        if session.scalar(GENERATION) != self.generation:
            raise KeyChanged


def open_vault(database: Database, key: bytes | None) -> Vault:
    """Opens the vault of a store; a new store takes the key given as its own.

    Raises:
        InputError: as in `Vault.unlock`.
    """
    vault = Vault(key)
    with database.reading() as session:
        row = session.get(VaultRow, 1)
        if row is not None:
            vault.unlock(row)
            return vault
    with database.writing() as session:
        row = session.get(VaultRow, 1)
        if row is None:
            session.add(vault.lock(secrets.token_bytes(KEY_BYTES), 1))
        else:
            vault.unlock(row)
    return vault


def place(table: str, column: str, *keys: str) -> str:
    """Returns the place of a cipher, to which it is bound."""
    return f"{table}.{column}:{':'.join(keys)}"


def parse_key(text: str) -> bytes:
    """Reads an encryption key: 32 bytes as base64, or 64 hexadecimal digits.

    Raises:
        InputError: the text is no such key; it is not repeated.
    """
    compact = text.strip()
    try:
        if len(compact) == 2 * KEY_BYTES:
            return bytes.fromhex(compact)
        key = base64.b64decode(compact.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(
            "an encryption key is 32 random bytes as base64; `openssl rand -base64 32` makes one"
        )
    return key
