from pathlib import Path

import pytest

from components.ingest.sources.checksum import check, has_hash
from components.shared.runtime.errors import InputError

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "data.zip").write_bytes(b"abc")
    return tmp_path / "data.zip"


def test_a_hash_is_compared_in_either_case(file: Path) -> None:
    assert has_hash(file, ABC) and has_hash(file, ABC.upper())
    assert not has_hash(file, "0" * 64)
    check(file, ABC.upper())
    check(file, None)


def test_another_hash_names_both_and_only_a_download_is_removed(file: Path) -> None:
    with pytest.raises(InputError) as error:
        check(file, "0" * 64)
    assert str(error.value) == f"{file} has sha256 {ABC}, not ingest.sha256 {'0' * 64}"
    assert file.exists()
    with pytest.raises(InputError, match=r"^the download has sha256 .*; the download was removed$"):
        check(file, "0" * 64, remove=True)
    assert not file.exists()
