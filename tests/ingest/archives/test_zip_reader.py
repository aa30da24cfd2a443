from pathlib import Path

from tests.ingest.archives.archive_files import Item, zip_bytes
from tests.ingest.archives.kinds import refused


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_bytes([Item("ann/1.png", b"1")]))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    refused(bytes(content), tmp_path, "encrypted")
