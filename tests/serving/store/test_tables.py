"""Columns with personal data are ciphers or hashes; times are in UTC."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import LargeBinary

from serving.store.store import Store
from serving.store.tables import KeyRow, Table
from tests.serving.store.examples import enrol


def test_what_is_called_a_cipher_or_a_hash_holds_bytes() -> None:
    columns = [column for table in Table.metadata.tables.values() for column in table.columns]
    protected = [each for each in columns if each.name.endswith(("_cipher", "_hmac"))]
    assert len(protected) > 10
    assert all(isinstance(each.type, LargeBinary) for each in protected)


def test_times_come_back_in_utc(store: Store) -> None:
    enrol(store, "Ada", 1)
    zone = timezone(timedelta(hours=5))
    end = datetime(2030, 1, 2, 3, 4, 5, 678, tzinfo=zone)
    key, _ = store.keys.create("desk", "admin", expires=end)
    with store.database.reading() as session:
        found = session.get_one(KeyRow, key.id).expires
    assert found == end
    assert found is not None
    assert found.utcoffset() == timedelta(0)
    assert found.tzinfo == UTC
