"""Addresses of objects in an S3 store."""

import re
from typing import NamedTuple

from components.shared.runtime.errors import InputError, redact_credentials

SCHEME = "s3://"
_NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?"  # an access point's alias too
_POINT = "accesspoint[:/][A-Za-z0-9.-]{1,63}"
_ARN = rf"arn:aws[a-z-]*:(?:s3|s3-object-lambda):[a-z0-9-]*:\d{{12}}:{_POINT}"
_OUTPOST = (
    rf"arn:aws[a-z-]*:s3-outposts:[a-z0-9-]+:\d{{12}}:outpost[:/][A-Za-z0-9-]{{1,63}}[:/]{_POINT}"
)
_ADDRESS = re.compile(rf"{SCHEME}({_NAME}|{_ARN}|{_OUTPOST})(?:/(.*))?")


def is_s3(text: str) -> bool:
    """Tells an address in an S3 store from the path of a file or folder."""
    return text.startswith(SCHEME)


class Address(NamedTuple):
    """`s3://bucket/key`; the key may be empty, or stand for all objects below it.

    The bucket is a name, or what boto3 takes in its place: the alias of an access point, or its
    ARN, as in `s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/name/key`.
    """

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
        match = _ADDRESS.fullmatch(text)
        if not match:
            raise InputError(
                f"{origin}: '{redact_credentials(text)}' is not of the form s3://bucket/key, with "
                "the name of a bucket, or the alias or ARN of an access point"
            )
        return cls(match[1], (match[2] or "").strip("/"))

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"

    def __truediv__(self, name: str) -> "Address":
        return Address(self.bucket, f"{self.key}/{name}".lstrip("/"))
