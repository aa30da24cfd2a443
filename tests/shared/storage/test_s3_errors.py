"""Answers and failures of a store, as the one line that the user reads."""

from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from components.shared.storage.s3_errors import (
    MissingError,
    StoreError,
    TakenError,
    client_error,
    connection_error,
)

NAME = "s3://data/a on https://s3.example.org"


def answer(status: int, code: str, operation: str = "GetObject") -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "PLANTED"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, operation)


@pytest.mark.parametrize(
    ("status", "code", "operation", "kind", "reason"),
    [
        (404, "NoSuchBucket", "GetObject", MissingError, "there is no such bucket: create it, or"),
        (404, "NoSuchKey", "GetObject", MissingError, "there is no such object"),
        (412, "PreconditionFailed", "PutObject", TakenError, "is there already"),
        (409, "ConditionalRequestConflict", "PutObject", TakenError, "is there already"),
        (412, "PreconditionFailed", "GetObject", StoreError, "changed while it was being read"),
        (403, "ExpiredToken", "GetObject", StoreError, "the session token has expired"),
        (403, "InvalidAccessKeyId", "GetObject", StoreError, "the keys are not accepted (Invalid"),
        (403, "RequestTimeTooSkewed", "GetObject", StoreError, "this machine's clock is wrong"),
        (503, "SlowDown", "GetObject", StoreError, "the store is busy or out of order (SlowDown)"),
        (502, "502", "GetObject", StoreError, "the store is busy or out of order (502)"),
        (403, "AccessDenied", "HeadObject", StoreError, "access denied: the keys may not read"),
        (403, "AccessDenied", "ListObjectsV2", StoreError, "access denied: the keys may not list"),
        (401, "AccessDenied", "PutObject", StoreError, "access denied: the keys may not write"),
        (400, "Odd", "PutObject", StoreError, "the store refused PutObject (Odd)"),
    ],
)
def test_an_answer_becomes_one_line_without_the_store_s_message(
    status: int, code: str, operation: str, kind: type[StoreError], reason: str
) -> None:
    error = client_error(NAME, answer(status, code, operation), has_token=False)
    assert type(error) is kind
    assert str(error).startswith(f"{NAME}: {reason}")
    assert "PLANTED" not in str(error)


def test_keys_that_are_not_known_are_an_old_token_s_where_there_is_one() -> None:
    error = client_error(NAME, answer(403, "InvalidAccessKeyId"), has_token=True)
    assert "the session token has expired or is not known (InvalidAccessKeyId)" in str(error)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (exceptions.NoCredentialsError(), "no keys: set AWS_ACCESS_KEY_ID"),
        (exceptions.ProfileNotFound(profile="PLANTED"), "no such profile: check AWS_PROFILE"),
        (exceptions.MissingDependencyException(msg="PLANTED"), "needs the package awscrt"),
        (exceptions.ParamValidationError(report="PLANTED"), "not a bucket and key"),
        (
            exceptions.SSLError(endpoint_url="PLANTED", error=OSError("x")),
            "no trustworthy connection: check AWS_ENDPOINT_URL and AWS_CA_BUNDLE",
        ),
        (
            exceptions.EndpointConnectionError(endpoint_url="PLANTED"),
            "cannot be reached (EndpointConnectionError): check the network",
        ),
        (
            exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
            "the connection broke several times: run again",
        ),
        (exceptions.HTTPClientError(error="PLANTED"), "the request cannot be sent: check"),
        (ValueError("PLANTED"), "failed (ValueError)"),
    ],
)
def test_a_failure_without_an_answer_says_what_to_check_and_nothing_of_the_request(
    error: BaseException, reason: str
) -> None:
    message = str(connection_error(NAME, error))
    assert message.startswith(f"{NAME}: {reason}")
    assert "PLANTED" not in message
