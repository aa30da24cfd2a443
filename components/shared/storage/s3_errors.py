"""Errors of an S3 store, as one line for the user, without the store's messages and any key."""

from typing import TYPE_CHECKING

from components.shared.runtime.errors import InputError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_Kinds = type[BaseException] | tuple[type[BaseException], ...]
_EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "TokenRefreshRequired",
    "RequestExpired",
}
_UNKNOWN_KEYS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed"}
_BUSY = {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling"}


class StoreError(InputError):
    """A store that refused, or could not be reached."""


class MissingError(StoreError):
    """A bucket or object that does not exist."""


class TakenError(StoreError):
    """An object that exists already and must not be overwritten."""


def client_error(name: str, error: "ClientError", has_token: bool) -> StoreError:
    """Translates a `ClientError`: the store has answered, and refuses the request.

    Args:
        name: of the object and the store.
        error: the answer.
        has_token: the keys are temporary ones.
    """
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = str(error.response.get("Error", {}).get("Code", status))
    operation = str(error.operation_name)
    unknown = code in _UNKNOWN_KEYS
    cases = [
        (
            code == "NoSuchBucket",
            MissingError,
            "there is no such bucket: create it, or mend the address",
        ),
        (
            code == "InvalidBucketName",
            StoreError,
            "the store has no buckets of such names (InvalidBucketName): mend the address",
        ),
        (
            300 <= status < 400,
            StoreError,
            f"the store leads elsewhere ({status}): check AWS_ENDPOINT_URL and AWS_REGION",
        ),
        (status == 404, MissingError, "there is no such object"),
        (
            status in {409, 412} and operation == "PutObject",
            TakenError,
            "is there already, or being written just now",
        ),
        (status == 412, StoreError, "changed while it was being read: run again"),
        (
            code in _EXPIRED or (unknown and has_token),
            StoreError,
            f"the session token has expired or is not known ({code}): renew it and its keys",
        ),
        (
            unknown,
            StoreError,
            f"the keys are not accepted ({code}): "
            "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        (
            code == "RequestTimeTooSkewed",
            StoreError,
            f"this machine's clock is wrong ({code}): set it",
        ),
        (
            code in _BUSY or status >= 500,
            StoreError,
            f"the store is busy or out of order ({code}): try again later",
        ),
        (
            status in {401, 403},
            StoreError,
            f"access denied: the keys may not {_verb(operation)} there",
        ),
        (True, StoreError, f"the store refused {operation} ({code})"),
    ]
    return next(kind(f"{name}: {reason}") for holds, kind, reason in cases if holds)


def connection_error(name: str, error: BaseException) -> StoreError:
    """Translates a `BotoCoreError`: there was no answer.

    The message holds nothing of the request, in which a key may stand.
    """
    from botocore import exceptions

    kind = type(error).__name__
    cases: list[tuple[_Kinds, str]] = [
        (
            (
                exceptions.NoCredentialsError,
                exceptions.PartialCredentialsError,
                exceptions.CredentialRetrievalError,
            ),
            "no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
        ),
        (exceptions.ProfileNotFound, "no such profile: check AWS_PROFILE"),
        (
            exceptions.MissingDependencyException,
            "needs the package awscrt, which signs for several regions: pip install awscrt, or "
            "name the access point of one region",
        ),
        (exceptions.ParamValidationError, "not a bucket and key that a store can have"),
        (
            exceptions.SSLError,
            "no trustworthy connection: check AWS_ENDPOINT_URL and AWS_CA_BUNDLE",
        ),
        (
            (
                exceptions.ConnectionError,
                exceptions.ReadTimeoutError,
                exceptions.ConnectionClosedError,
            ),
            f"cannot be reached ({kind}): check the network and AWS_ENDPOINT_URL",
        ),
        (
            (exceptions.ResponseStreamingError, exceptions.IncompleteReadError),
            "the connection broke several times: run again",
        ),
        (exceptions.FlexibleChecksumError, "arrived changed several times: run again"),
        (
            exceptions.HTTPClientError,
            "the request cannot be sent: check AWS_ENDPOINT_URL, and the keys for line breaks",
        ),
        (BaseException, f"failed ({kind})"),
    ]
    return next(
        StoreError(f"{name}: {reason}") for kinds, reason in cases if isinstance(error, kinds)
    )


def foreign(name: str) -> StoreError:
    """Returns the error of an answer that no S3 store gives, as that of a page for people."""
    return StoreError(f"{name}: answered as no S3 store does: check AWS_ENDPOINT_URL")


def _verb(operation: str) -> str:
    if operation.startswith(("Get", "Head")):
        return "read"
    return "list" if operation.startswith("List") else "write"
