"""A new encryption key: everything is encrypted anew in one transaction."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, select, update
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from serving.store.database import Database
from serving.store.gallery_revision import raise_revision
from serving.store.tables import Table, VaultRow
from serving.store.vault import Vault, place

SUFFIX = "_cipher"


def rotate(database: Database, vault: Vault, key: bytes | None) -> Vault:
    """Encrypts all that is encrypted with a new key, or with a first one; None: with none.

    It happens wholly or not at all. Services that run with the former key refuse to write from
    then on, and are to be started with the new one. Hashes stay: their key is encrypted anew.

    Raises:
        KeyChanged: somebody else changed the key meanwhile, or a cipher is damaged.
    """
    new, row = vault.successor(key)
    with database.writing() as session:
        raise_revision(session, vault)
        for table in Table.metadata.sorted_tables:
            ciphers = [column for column in table.columns if column.name.endswith(SUFFIX)]
            if ciphers and table.name != VaultRow.__tablename__:
                _encrypt_anew(session, table, ciphers, vault, new)
        session.merge(row)
    database.forget()
    return new


def _encrypt_anew(
    session: Session, table: CoreTable, ciphers: list[Column[Any]], old: Vault, new: Vault
) -> None:
    keys = list(table.primary_key.columns)
    for key in session.execute(select(*keys).order_by(*keys)).all():
        conditions = [column == value for column, value in zip(keys, key, strict=True)]
        values = session.execute(select(*ciphers).where(*conditions)).one()
        renewed = {}
        for column, cipher in zip(ciphers, values, strict=True):
            if cipher is not None:
                renewed[column.name] = _renew(table.name, column.name, key, cipher, old, new)
        if renewed:
            session.execute(update(table).where(*conditions).values(renewed))


def _renew(
    table: str, column: str, key: Iterable[str], cipher: bytes, old: Vault, new: Vault
) -> bytes:
    at = place(table, column, *key)
    return new.encrypt(old.decrypt(cipher, at), at)
