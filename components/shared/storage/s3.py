"""Objects in an S3 store: a client with bounded patience, and transfers of files.

The store is Amazon's, or the one that `AWS_ENDPOINT_URL` names. Keys come from where boto3 looks
for them: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` (with `AWS_SESSION_TOKEN`), a profile, a
role.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.storage.s3_address import Address
from components.shared.storage.s3_errors import client_error, connection_error

ATTEMPTS = 5  # at each request, with growing pauses between them
CONNECT, READ = 5, 60  # seconds
CONNECTIONS = 16
PART = 16 << 20  # bytes of a part of an upload


class Stored(NamedTuple):
    """An object as a listing shows it; `name` is its key relative to what was listed."""

    name: str
    bytes: int
    etag: str
    modified: datetime


class Store:
    """The store that the environment names. A request that fails for a passing reason is sent again
    a few times.

    Every method raises `StoreError`, in one line with the address and the endpoint, where the store
    refuses or cannot be reached, and `MissingError` where there is no such bucket or object.
    """

    def __init__(self) -> None:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(
            connect_timeout=CONNECT,
            read_timeout=READ,
            max_pool_connections=CONNECTIONS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        try:
            self._client: Any = boto3.session.Session().client("s3", config=config)
        except ValueError:
            raise InputError(
                "AWS_ENDPOINT_URL is not an address such as https://s3.example.org"
            ) from None
        except BotoCoreError as error:
            raise connection_error("the S3 store", error) from None

    def named(self, address: Address) -> str:
        """The address and the endpoint, for an error."""
        return f"{address} on {redact_credentials(self._client.meta.endpoint_url)}"

    def find(self, address: Address) -> Stored | None:
        """The object of exactly this address, or None."""
        with self._translate_errors(address):
            answer = self._client.list_objects_v2(
                Bucket=address.bucket, Prefix=address.key, MaxKeys=1
            )
        first = next(iter(answer.get("Contents", [])), None)
        return _stored(first, 0) if first and first["Key"] == address.key else None

    def below(self, address: Address) -> Iterator[Stored]:
        """The objects below an address, sorted by key; markers of folders are left out."""
        prefix = f"{address.key}/" if address.key else ""
        with self._translate_errors(address):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=address.bucket, Prefix=prefix
            )
            for page in pages:
                for item in page.get("Contents", []):
                    if not item["Key"].endswith("/"):
                        yield _stored(item, len(prefix))

    def read(
        self, address: Address, etag: str | None = None, span: tuple[int, int] | None = None
    ) -> bytes:
        """An object's bytes, or those from `span[0]` up to and without `span[1]`.

        Raises:
            StoreError: its ETag is not `etag` any more.
        """
        wanted = {"IfMatch": f'"{etag}"'} if etag else {}
        wanted |= {"Range": f"bytes={span[0]}-{span[1] - 1}"} if span else {}
        with self._translate_errors(address):
            return self._body(Bucket=address.bucket, Key=address.key, **wanted)

    def head(self, address: Address, **others: object) -> dict[str, Any]:
        """What the store says of an object (of one part of it, where `PartNumber` is given)."""
        with self._translate_errors(address):
            return dict(self._client.head_object(Bucket=address.bucket, Key=address.key, **others))

    def upload(self, path: Path, address: Address) -> None:
        """Writes a file as an object, in parallel parts where it is large; the store checks what
        arrives.
        """
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
        with self._translate_errors(address), path.open("rb") as stream:
            self._client.upload_fileobj(stream, address.bucket, address.key, Config=config)

    def download(self, address: Address, path: Path) -> None:
        """Brings an object into a file, in parallel parts where it is large; it is for the caller
        to check.
        """
        with self._translate_errors(address), path.open("wb") as stream:
            self._client.download_fileobj(address.bucket, address.key, stream)

    def write(self, address: Address, content: bytes) -> None:
        """Writes an object."""
        with self._translate_errors(address):
            self._client.put_object(Bucket=address.bucket, Key=address.key, Body=content)

    def create(self, address: Address, content: bytes) -> None:
        """Writes an object where none is (`If-None-Match: *`).

        Raises:
            TakenError: there is one.
        """
        with self._translate_errors(address):
            self._client.put_object(
                Bucket=address.bucket, Key=address.key, Body=content, IfNoneMatch="*"
            )

    def delete(self, address: Address) -> None:
        """Removes an object; that there is none is no error."""
        with self._translate_errors(address):
            self._client.delete_object(Bucket=address.bucket, Key=address.key)

    def abort_uploads(self, address: Address) -> None:
        """Gives up what killed processes began to upload below an address: a store keeps the parts
        for ever.
        """
        where = {"Bucket": address.bucket}
        with self._translate_errors(address):
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                **where, Prefix=f"{address.key}/"
            )
            for begun in [upload for page in pages for upload in page.get("Uploads", [])]:
                self._client.abort_multipart_upload(
                    **where, Key=begun["Key"], UploadId=begun["UploadId"]
                )

    def _body(self, **wanted: str) -> bytes:
        """The body of an answer; botocore asks again for an answer, but not for a body that breaks
        off.
        """
        from botocore.exceptions import HTTPClientError, IncompleteReadError

        left = ATTEMPTS
        while True:
            answer, left = self._client.get_object(**wanted), left - 1
            try:
                return bytes(answer["Body"].read())
            except (HTTPClientError, IncompleteReadError):
                if not left:
                    raise

    @contextmanager
    def _translate_errors(self, address: Address) -> Iterator[None]:
        """Turns the client's errors into one line for the user."""
        from botocore.exceptions import BotoCoreError, ClientError
        from s3transfer.exceptions import RetriesExceededError

        name = self.named(address)
        try:
            yield
        except ClientError as error:
            raise client_error(name, error, self._with_token()) from None
        except BotoCoreError as error:
            raise connection_error(name, error) from None
        except RetriesExceededError as error:
            raise connection_error(name, error.last_exception) from None

    def _with_token(self) -> bool:
        keys = self._client._request_signer._credentials
        return bool(keys and keys.token)


def _stored(item: dict[str, Any], prefix: int) -> Stored:
    return Stored(
        item["Key"][prefix:], int(item["Size"]), item["ETag"].strip('"'), item["LastModified"]
    )
