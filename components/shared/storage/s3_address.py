"""Addresses of objects in an S3 store."""

import re
from typing import NamedTuple

from components.shared.runtime.errors import InputError, redact_credentials

SCHEME = "s3://"


def is_s3(text: str) -> bool:
    """Tells an address in an S3 store from the path of a file or folder."""
    return text.startswith(SCHEME)


class Address(NamedTuple):
    """`s3://bucket/key`; the key may be empty, or stand for all objects below it."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str, origin: str) -> "Address":
        """Reads an address.

        Args:
            text: such as `s3://bucket/some/key`.
            origin: where the text came from, for the error.

        Raises:
            InputError: it is no such address.
        """
        match = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", text)
        if not match:
            raise InputError(
                f"{origin}: '{redact_credentials(text)}' is not of the form s3://bucket/key"
            )
        return cls(match[1], (match[2] or "").strip("/"))

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"

    def __truediv__(self, name: str) -> "Address":
        return Address(self.bucket, f"{self.key}/{name}".lstrip("/"))
