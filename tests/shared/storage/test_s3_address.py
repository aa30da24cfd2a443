"""Addresses in an S3 store, in parameters and in the environment."""

import pytest

from components.shared.runtime.errors import InputError
from components.shared.storage.s3_address import Address, is_s3


def of(text: str) -> Address:
    return Address.parse(text, "test")


def test_addresses_are_read_joined_and_written() -> None:
    assert of("s3://data") == ("data", "")
    assert of("s3://data/a/b c/") == ("data", "a/b c")
    assert str(of("s3://data/a") / "b/c") == "s3://data/a/b/c"
    assert str(of("s3://data") / "b") == "s3://data/b"
    for wrong in ("s3:/data", "s3://", "s3://UPPER/a", "s3://key:secret@data/a", "data/a"):
        with pytest.raises(
            InputError, match=r"^test: '.*' is not of the form s3://bucket/key$"
        ) as error:
            of(wrong)
        assert "secret" not in str(error.value)


def test_only_the_scheme_makes_an_address() -> None:
    assert is_s3("s3://bucket/key")
    assert not any(is_s3(text) for text in ("", "s3", "s3:/bucket", "/s3://x", "https://s3/x"))
