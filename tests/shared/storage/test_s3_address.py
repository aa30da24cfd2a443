"""Addresses in an S3 store, in parameters and in the environment."""

import pytest

from components.shared.runtime.errors import InputError
from components.shared.storage.s3_address import Address, is_s3

ARN = "arn:aws:s3:eu-west-1:123456789012"


def of(text: str) -> Address:
    return Address.parse(text, "test")


def test_addresses_are_read_joined_and_written() -> None:
    assert of("s3://data") == ("data", "")
    assert of("s3://data/a/b c/") == ("data", "a/b c")
    assert str(of("s3://data/a") / "b/c") == "s3://data/a/b/c"
    assert str(of("s3://data") / "b") == "s3://data/b"
    for wrong in ("s3:/data", "s3://", "s3://.", "s3://key:secret@data/a", "data/a"):
        with pytest.raises(
            InputError, match=r"^test: '.*' is not of the form s3://bucket/key, with the name"
        ) as error:
            of(wrong)
        assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("bucket", "host"),
    [
        ("my_bucket", "s3.amazonaws.com/my_bucket"),
        ("OLD.Bucket", "s3.amazonaws.com/OLD.Bucket"),
        ("scans-abcdefgh-s3alias", "scans-abcdefgh-s3alias.s3.amazonaws.com"),
        (f"{ARN}:accesspoint/scans", "scans-123456789012.s3-accesspoint.eu-west-1.amazonaws.com"),
        (f"{ARN}:accesspoint:scans", "scans-123456789012.s3-accesspoint.eu-west-1.amazonaws.com"),
        (
            f"{ARN.replace(':s3:', ':s3-object-lambda:')}:accesspoint/scans",
            "scans-123456789012.s3-object-lambda.eu-west-1.amazonaws.com",
        ),
        (
            f"{ARN.replace(':s3:', ':s3-outposts:')}:outpost/op-1/accesspoint/scans",
            "scans-123456789012.op-1.s3-outposts.eu-west-1.amazonaws.com",
        ),
    ],
)
def test_every_name_of_a_bucket_that_boto3_takes_is_taken(
    bucket: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for text, key in ((f"s3://{bucket}", ""), (f"s3://{bucket}/set/1.png", "set/1.png")):
        address = of(text)
        assert address == (bucket, key)
        assert str(address).rstrip("/") == text
    client = boto3.session.Session("key", "secret", region_name="us-east-1").client("s3")
    url = client.generate_presigned_url(
        "get_object", Params={"Bucket": address.bucket, "Key": address.key}
    )
    assert url.startswith(f"https://{host}/set/1.png?")


@pytest.mark.parametrize("arn", ["arn:aws:s3:::bucket", f"{ARN}:accesspoint/", "arn:aws:iam::1"])
def test_an_arn_of_anything_else_is_refused_with_the_forms_there_are(arn: str) -> None:
    with pytest.raises(InputError, match="the alias or ARN of an access point"):
        of(f"s3://{arn}/key")


def test_only_the_scheme_makes_an_address() -> None:
    assert is_s3("s3://bucket/key")
    assert not any(is_s3(text) for text in ("", "s3", "s3:/bucket", "/s3://x", "https://s3/x"))
