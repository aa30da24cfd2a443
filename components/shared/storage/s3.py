"""Objects in an S3 store: a client with bounded retries, and transfers of files.

The store is Amazon's, or the one that `AWS_ENDPOINT_URL` names. Keys come from where boto3 looks
for them: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` (with `AWS_SESSION_TOKEN`), a profile, a
role.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.storage import slow_servers
from components.shared.storage.s3_address import Address
from components.shared.storage.s3_errors import client_error, connection_error, foreign

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import (
        GetObjectRequestTypeDef,
        HeadObjectOutputTypeDef,
        HeadObjectRequestTypeDef,
        ListObjectsV2OutputTypeDef,
        ObjectTypeDef,
    )

ATTEMPTS = 5  # at each request, with growing pauses between them
CONNECT_TIMEOUT, READ_TIMEOUT = 5, 60  # seconds
CONNECTIONS = 16
PART = 16 << 20  # bytes of a part of an upload


class Stored(NamedTuple):
    """An object as a listing shows it; `name` is its key relative to the listed address."""

    name: str
    bytes: int
    etag: str
    modified: datetime


class Store:
    """The store that the environment names; requests that fail for a passing reason are retried.

    Every method raises `StoreError`, in one line with the address and the endpoint, where the store
    refuses or cannot be reached, and `MissingError` where there is no such bucket or object. An
    answer as no S3 store gives it is a `StoreError` where objects are listed, asked about, written
    or read in parts; the content of a whole one is checked by whoever asks for it.
    """

    def __init__(self) -> None:
        from boto3.session import Session
        from botocore import session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        config = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=CONNECTIONS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        own = session.Session()
        own.register_component("data_loader", _service_loader())
        try:
            self._client: S3Client = Session(botocore_session=own).client("s3", config=config)
        except ValueError:
            raise InputError(
                "AWS_ENDPOINT_URL is not an address such as https://s3.example.org"
            ) from None
        except BotoCoreError as error:
            raise connection_error("the S3 store", error) from None
        pools = self._client._endpoint.http_session._pool_classes_by_scheme  # type: ignore[attr-defined]
        pools.update(slow_servers.watched(pools))
        self._client.meta.events.register("before-call.s3.HeadBucket", _do_not_redirect)

    def describe(self, address: Address) -> str:
        """Returns the address and the endpoint, for an error."""
        return f"{address} on {redact_credentials(self._client.meta.endpoint_url)}"

    def find(self, address: Address) -> Stored | None:
        """Returns the object of exactly this address, or None."""
        with self._translate_errors(address):
            answer = self._client.list_objects_v2(
                Bucket=address.bucket, Prefix=address.key, MaxKeys=1
            )
        first = next(self._listed(address, answer), None)
        return _stored(first, 0) if first and first["Key"] == address.key else None

    def below(self, address: Address) -> Iterator[Stored]:
        """Yields the objects below an address, sorted by key, without the markers of folders."""
        prefix = f"{address.key}/" if address.key else ""
        with self._translate_errors(address):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=address.bucket, Prefix=prefix
            )
            for page in pages:
                for item in self._listed(address, page):
                    if not item["Key"].endswith("/"):
                        yield _stored(item, len(prefix))

    def read(
        self, address: Address, etag: str | None = None, span: tuple[int, int] | None = None
    ) -> bytes:
        """Returns an object's bytes, or those from `span[0]` up to and without `span[1]`.

        Raises:
            StoreError: its ETag is not `etag` any more, or these are not the bytes asked for.
        """
        request: GetObjectRequestTypeDef = {"Bucket": address.bucket, "Key": address.key}
        if etag:
            request["IfMatch"] = f'"{etag}"'
        if span:
            request["Range"] = f"bytes={span[0]}-{span[1] - 1}"
        with self._translate_errors(address):
            came, content = self._body(request)
        changed = etag is not None and came.strip('"') != etag
        if changed or (span is not None and len(content) != span[1] - span[0]):
            raise foreign(self.describe(address))
        return content

    def head(
        self, address: Address, part: int | None = None, checksums: bool = False
    ) -> "HeadObjectOutputTypeDef":
        """Returns the metadata of an object, or of one of its parts, numbered from 1.

        Checksums are among them only where they are asked for, and where the store has them.
        """
        request: HeadObjectRequestTypeDef = {"Bucket": address.bucket, "Key": address.key}
        if part is not None:
            request["PartNumber"] = part
        if checksums:
            request["ChecksumMode"] = "ENABLED"
        with self._translate_errors(address):
            answer = self._client.head_object(**request)
        if not {"ETag", "ContentLength"} <= answer.keys():
            raise foreign(self.describe(address))
        return answer

    def upload(self, path: Path, address: Address) -> None:
        """Writes a file as an object, in parallel parts if it is large, checked by the store.

        Raises:
            StoreError: the store has no object of that size then, whatever it answered.
        """
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
        with self._translate_errors(address), path.open("rb") as stream:
            self._client.upload_fileobj(stream, address.bucket, address.key, Config=config)
        self._confirm(address, path.stat().st_size)

    def download(self, address: Address, path: Path) -> None:
        """Writes an object into a file, in parallel parts if it is large.

        One that arrives changed, as far as the store has checksums, is requested again.
        """
        from botocore.exceptions import FlexibleChecksumError

        with self._translate_errors(address):
            for _ in range(ATTEMPTS - 1):
                with suppress(FlexibleChecksumError):
                    return self._download(address, path)
            return self._download(address, path)

    def write(self, address: Address, content: bytes) -> None:
        """Writes an object, as `upload` does."""
        with self._translate_errors(address):
            self._client.put_object(Bucket=address.bucket, Key=address.key, Body=content)
        self._confirm(address, len(content))

    def create(self, address: Address, content: bytes) -> None:
        """Writes an object where there is none (`If-None-Match: *`).

        Raises:
            TakenError: there is one.
        """
        with self._translate_errors(address):
            self._client.put_object(
                Bucket=address.bucket, Key=address.key, Body=content, IfNoneMatch="*"
            )
        self._confirm(address, len(content))

    def delete(self, address: Address) -> None:
        """Removes an object, if there is one."""
        with self._translate_errors(address):
            self._client.delete_object(Bucket=address.bucket, Key=address.key)

    def abort_uploads(self, address: Address) -> None:
        """Aborts the unfinished uploads below an address, which a store would keep for ever."""
        with self._translate_errors(address):
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=address.bucket, Prefix=f"{address.key}/"
            )
            uploads = []
            for page in pages:
                uploads += page.get("Uploads", [])
            for upload in uploads:
                self._client.abort_multipart_upload(
                    Bucket=address.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )

    def _download(self, address: Address, path: Path) -> None:
        with path.open("wb") as stream:
            self._client.download_fileobj(address.bucket, address.key, stream)

    def _confirm(self, address: Address, size: int) -> None:
        """Looks whether an object that was just written is there.

        A server that is no S3 store answers any request with a page, and says that all is well.
        """
        if self.head(address)["ContentLength"] != size:
            raise foreign(self.describe(address))

    def _listed(
        self, address: Address, page: "ListObjectsV2OutputTypeDef"
    ) -> Iterator["ObjectTypeDef"]:
        if "Name" not in page:  # of the bucket
            raise foreign(self.describe(address))
        yield from page.get("Contents", [])

    def _body(self, request: "GetObjectRequestTypeDef") -> tuple[str, bytes]:
        """Reads ETag and body of an answer; one that breaks off or arrives changed is asked again.

        botocore by itself retries until there is an answer, but does not retry a body.
        """
        from botocore.exceptions import FlexibleChecksumError, HTTPClientError, IncompleteReadError

        for _ in range(ATTEMPTS - 1):
            answer = self._client.get_object(**request)
            with suppress(FlexibleChecksumError, HTTPClientError, IncompleteReadError):
                return answer.get("ETag", ""), answer["Body"].read()
        answer = self._client.get_object(**request)
        return answer.get("ETag", ""), answer["Body"].read()

    @contextmanager
    def _translate_errors(self, address: Address) -> Iterator[None]:
        """Turns the client's errors into `StoreError`s of one line for the user."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError
        from s3transfer.exceptions import RetriesExceededError

        name = self.describe(address)
        try:
            yield
        except ClientError as error:
            raise client_error(name, error, self._has_token()) from None
        except BotoCoreError as error:
            raise connection_error(name, error) from None
        except RetriesExceededError as error:
            raise connection_error(name, error.last_exception) from None
        except (ResponseParserError, KeyError):  # no XML; without what each answer holds
            raise foreign(name) from None

    def _has_token(self) -> bool:
        """Tells temporary keys, which expire, from permanent ones."""
        keys = self._client._request_signer._credentials  # type: ignore[attr-defined]
        return bool(keys and keys.token)


def _do_not_redirect(context: dict[str, Any], **_: object) -> None:
    """Lets botocore take a HeadBucket as redirected already.

    It is the question for a bucket's region, which botocore asks where another request is
    redirected, and asks again, without end, where it is redirected itself.
    """
    context.setdefault("s3_redirect", {})["redirected"] = True


def _stored(item: "ObjectTypeDef", prefix: int) -> Stored:
    return Stored(
        item["Key"][prefix:], int(item["Size"]), item["ETag"].strip('"'), item["LastModified"]
    )


@cache
def _service_loader() -> Any:
    """Returns the reader of botocore's descriptions of services, which keeps what it has read.

    They take most of the time in which a client is made, and never change.
    """
    from botocore.loaders import create_loader

    return create_loader()
