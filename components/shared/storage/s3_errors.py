"""What went wrong with an S3 store, as one line for the user: codes of the store, never its
messages, never a key.
"""

from typing import Any

from components.shared.runtime.errors import InputError

_OVER = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "TokenRefreshRequired",
    "RequestExpired",
}
_UNKNOWN_KEYS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed"}
_BUSY = {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling"}


class StoreError(InputError):
    """The store refused, or could not be reached."""


class MissingError(StoreError):
    """There is no such bucket or object."""


class TakenError(StoreError):
    """An object that must not be overwritten is there already."""


def client_error(name: str, error: Any, with_token: bool) -> StoreError:
    """What a `ClientError` means: the store has answered, and does not do what was asked for.

    Args:
        name: of what was asked for, and of the store.
        error: the answer.
        with_token: whether the keys are temporary ones.
    """
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code, operation = (
        str(error.response.get("Error", {}).get("Code", status)),
        str(error.operation_name),
    )
    unknown = code in _UNKNOWN_KEYS
    cases = [
        (
            code == "NoSuchBucket",
            MissingError,
            "there is no such bucket: create it, or mend the address",
        ),
        (status == 404, MissingError, "there is no such object"),
        (
            status in {409, 412} and operation == "PutObject",
            TakenError,
            "is there already, or being written just now",
        ),
        (status == 412, StoreError, "changed while it was being read: run again"),
        (
            code in _OVER or (unknown and with_token),
            StoreError,
            f"the session token has expired or is not known ({code}): renew it and its keys",
        ),
        (
            unknown,
            StoreError,
            f"the keys are not accepted ({code}): check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
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
            f"access denied: the keys may not {_deed(operation)} there",
        ),
        (True, StoreError, f"the store refused {operation} ({code})"),
    ]
    return next(kind(f"{name}: {reason}") for holds, kind, reason in cases if holds)


def connection_error(name: str, error: BaseException) -> StoreError:
    """What a `BotoCoreError` means: there was no answer. Nothing of the request is told, for a key
    may stand in it.
    """
    from botocore import exceptions as known

    kind = type(error).__name__
    cases: list[tuple[type[BaseException] | tuple[type[BaseException], ...], str]] = [
        (
            (
                known.NoCredentialsError,
                known.PartialCredentialsError,
                known.CredentialRetrievalError,
            ),
            "no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
        ),
        (known.ProfileNotFound, "no such profile: check AWS_PROFILE"),
        (known.ParamValidationError, "not a bucket and key that a store can have"),
        (known.SSLError, "no trustworthy connection: check AWS_ENDPOINT_URL and AWS_CA_BUNDLE"),
        (
            (known.ConnectionError, known.ReadTimeoutError, known.ConnectionClosedError),
            f"cannot be reached ({kind}): check the network and AWS_ENDPOINT_URL",
        ),
        (
            (known.ResponseStreamingError, known.IncompleteReadError),
            "the connection broke several times: run again",
        ),
        (
            known.HTTPClientError,
            "the request cannot be sent: check AWS_ENDPOINT_URL, and the keys for line breaks",
        ),
        (BaseException, f"failed ({kind})"),
    ]
    return next(
        StoreError(f"{name}: {reason}") for kinds, reason in cases if isinstance(error, kinds)
    )


def _deed(operation: str) -> str:
    return (
        "read"
        if operation.startswith(("Get", "Head"))
        else "list"
        if operation.startswith("List")
        else "write"
    )
