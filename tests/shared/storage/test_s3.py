"""The S3 store: a real server, with real refusals."""

import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from zlib import crc32

import pytest

from components.shared.runtime.errors import InputError
from components.shared.storage import s3 as client
from components.shared.storage import slow_servers
from components.shared.storage.s3 import Store
from components.shared.storage.s3_address import Address
from components.shared.storage.s3_errors import MissingError, StoreError, TakenError
from tests import proxy
from tests import s3_server as server

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def of(text: str) -> Address:
    return Address.parse(text, "test")


def use(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_what_is_written_is_listed_found_and_read(s3: server.Store, tmp_path: Path) -> None:
    store, place = Store(), of(s3.fresh())
    content = bytes(range(256)) * (80 << 10)
    (tmp_path / "file").write_bytes(content)
    store.upload(tmp_path / "file", place / "a/large")
    store.write(place / "a/small", b"small")
    store.write(place / "ab", b"")
    listed = list(store.below(place / "a"))
    assert [(item.name, item.bytes) for item in listed] == [("large", len(content)), ("small", 5)]
    assert listed[0].etag.endswith("-2"), "it went up in parts"
    store.download(place / "a/large", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content
    assert store.read(place / "a/large", listed[0].etag, (5, 9)) == content[5:9]
    assert store.find(place / "a") is None
    item = store.find(place / "a/small")
    assert item is not None
    assert item.name == (place / "a/small").key
    store.delete(place / "a/small")
    store.delete(place / "a/small")
    assert store.find(place / "a/small") is None


def test_what_is_there_is_not_created_again(s3: server.Store) -> None:
    store, place = Store(), of(s3.fresh())
    store.create(place, b"first")
    with pytest.raises(TakenError, match="is there already"):
        store.create(place, b"second")
    assert store.read(place) == b"first"


def test_what_killed_uploads_left_is_given_up(s3: server.Store) -> None:
    place, raw = of(s3.fresh()), s3.client()
    for key in (f"{place.key}/a", f"{place.key}b"):
        raw.create_multipart_upload(Bucket=place.bucket, Key=key)
    Store().abort_uploads(place)
    left = [
        item["Key"] for item in raw.list_multipart_uploads(Bucket=place.bucket).get("Uploads", [])
    ]
    assert f"{place.key}/a" not in left
    assert f"{place.key}b" in left


def test_half_of_all_requests_refused_costs_time_and_nothing_else(
    s3: server.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PART", 5 << 20)
    place, content = of(s3.fresh()), bytes(range(256)) * (21 << 10)
    (tmp_path / "file").write_bytes(content)
    with proxy.before(s3.endpoint, proxy.half()) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        store = Store()
        store.upload(tmp_path / "file", place)
        store.download(place, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content
    assert len(between.requests) >= 8


def test_a_body_that_breaks_off_is_asked_for_again(
    s3: server.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = of(s3.fresh())
    Store().write(place, b"content" * 1000)
    with proxy.before(
        s3.endpoint, lambda number, request: proxy.CUT if number < 2 else None
    ) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        assert Store().read(place) == b"content" * 1000
    assert len(between.requests) == 3
    with proxy.before(s3.endpoint, lambda number, request: proxy.CUT) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        with pytest.raises(StoreError, match="the connection broke several times"):
            Store().read(place)


def refusal(address: str, deed: str = "below") -> str:
    """Returns the reason in a message of one line that names address and endpoint, and no key."""
    with pytest.raises(StoreError) as error:
        store, place = Store(), of(address)
        if deed == "below":
            list(store.below(place))
        elif deed == "write":
            store.write(place, b"")
        else:
            store.read(place)
    message = str(error.value)
    assert "\n" not in message
    assert "PLANTED" not in message
    assert "planted" not in message
    assert message.startswith(f"{of(address)} on http://127.0.0.1:")
    return re.sub(r"^s3://\S* on \S*: ", "", message)


def test_missing_buckets_and_objects_are_told_apart(s3: server.Store) -> None:
    for deed in ("below", "write", "read"):
        assert refusal("s3://no-such-bucket/a", deed).startswith("there is no such bucket")
    assert refusal("s3://no_such_bucket/a", "below").startswith("there is no such bucket")
    assert refusal("s3://no_such_bucket/a", "write").startswith("the store has no buckets of such")
    with pytest.raises(MissingError, match="there is no such object"):
        Store().read(of(s3.fresh()))


def test_keys_that_are_wrong_denied_missing_or_broken_are_told_apart(
    s3: server.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    place = s3.fresh()
    use(monkeypatch, s3.environment(server.READER))
    assert refusal(place, "write") == "access denied: the keys may not write there"
    assert refusal("s3://models/x") == "access denied: the keys may not list there"
    use(monkeypatch, s3.environment(("PLANTEDNOBODY", "planted")))
    assert refusal(place).startswith(
        "the keys are not accepted (InvalidAccessKeyId): check AWS_ACCESS_KEY_ID"
    )
    use(monkeypatch, s3.environment((server.OWNER[0], "planted/wrong")))
    assert refusal(place).startswith("the keys are not accepted (SignatureDoesNotMatch)")
    use(monkeypatch, s3.environment((f"{server.OWNER[0]}\nPLANTED", "planted")))
    assert refusal(place).startswith("the request cannot be sent: ")
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    assert refusal(place).startswith("no keys: set AWS_ACCESS_KEY_ID")


def test_a_session_works_until_its_token_expires(
    s3: server.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = s3.fresh()
    use(monkeypatch, s3.environment(*s3.session()))
    Store().write(of(place), b"written")
    keys, token = s3.session(expired=True)
    use(monkeypatch, s3.environment(keys, token))
    message = refusal(place, "write")
    assert message.startswith("the session token has expired or is not known")
    assert token not in message
    with proxy.before(s3.endpoint, lambda number, request: (400, "ExpiredToken")) as amazon:
        monkeypatch.setenv("AWS_ENDPOINT_URL", amazon.endpoint)
        assert refusal(place).startswith(
            "the session token has expired or is not known (ExpiredToken)"
        )


def test_a_store_that_cannot_be_reached_or_is_out_of_order_is_named(
    s3: server.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ATTEMPTS", 2)
    with proxy.before(s3.endpoint, lambda number, request: (503, "SlowDown")) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.endpoint)
        assert (
            refusal("s3://data/a")
            == "the store is busy or out of order (SlowDown): try again later"
        )
    assert len(between.requests) == 2
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://planted:secret@127.0.0.1:9")
    assert refusal("s3://data/a").startswith(
        "cannot be reached (EndpointConnectionError): check the network"
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(InputError, match="AWS_ENDPOINT_URL is not an address"):
        Store()
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(StoreError, match="no such profile"):
        Store()


class Answers(BaseHTTPRequestHandler):
    """A server whose answers a test describes; it keeps no object."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append(self.command)
        self.answer()

    def answer(self) -> None:
        raise NotImplementedError

    def reply(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    do_GET = do_PUT = do_HEAD = do_POST = do_any


@contextmanager
def answering(kind: type[Answers], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Lets the environment name a server; yields the methods of the requests that came."""
    kind.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as store:
        threading.Thread(target=store.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{store.server_port}"
        values = {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
        use(monkeypatch, values | {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"})
        yield kind.asked
        store.shutdown()


class ChangedOnce(Answers):
    """A store that sends other bytes than its checksum says, the first time."""

    def answer(self) -> None:
        body = b"content" if self.asked[:-1].count("GET") else b"changed"
        checksum = b64encode(crc32(b"content").to_bytes(4)).decode()
        self.reply(200, {"x-amz-checksum-crc32": checksum, "ETag": '"1"'}, body)


def test_bytes_that_their_checksum_refutes_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Address("bucket", "key")
    with answering(ChangedOnce, monkeypatch) as asked:
        assert Store().read(place) == b"content"
        assert asked == ["GET", "GET"]
        asked.clear()
        Store().download(place, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"content"
    assert asked.count("GET") == 2


class Page(Answers):
    """A web server that answers any request with the same page, as one for people does."""

    def answer(self) -> None:
        self.reply(200, {"Content-Type": "text/html", "ETag": 'W/"1"'}, b"<p>Welcome<br></p>")


class Document(Answers):
    """The same, whose page is XML too."""

    def answer(self) -> None:
        self.reply(200, {"Content-Type": "text/html"}, b"<html><p>Welcome</p></html>")


@pytest.mark.parametrize("server", [Page, Document])
def test_a_page_for_people_is_not_believed_to_be_a_stores_answer(
    server: type[Answers], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    (tmp_path / "file").write_bytes(bytes(client.PART + 1))
    (tmp_path / "small").write_bytes(b"small")
    place = Address("bucket", "key")
    with answering(server, monkeypatch):
        store = Store()
        deeds: list[Callable[[], object]] = [
            lambda: store.upload(tmp_path / "small", place),
            lambda: store.upload(tmp_path / "file", place),
            lambda: store.write(place, b"content"),
            lambda: store.create(place, b"content"),
            lambda: store.find(place),
            lambda: list(store.below(place)),
            lambda: store.read(place, span=(0, 3)),
            lambda: store.read(place, etag="2"),
        ]
        for deed in deeds:
            with pytest.raises(StoreError, match=r"answered as no S3 store does|out of order"):
                deed()


class Elsewhere(Answers):
    """A server that sends every request to itself."""

    def answer(self) -> None:
        self.reply(301, {"Location": f"http://{self.headers['Host']}/"})


def test_a_store_that_leads_in_circles_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(Elsewhere, monkeypatch) as asked:
        for deed in ("below", "write", "read"):
            assert refusal("s3://bucket/key", deed).startswith("the store leads elsewhere (301)")
    assert len(asked) < 20


class Trickle(Answers):
    """A store that sends a header and a body of some bytes, one now and then."""

    def answer(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\nETag: 1\r\n\r\n"
        with suppress(OSError):  # the client has hung up
            for number in head + bytes(40):
                self.wfile.write(bytes([number]))
                time.sleep(0.02)


def test_a_store_whose_answer_trickles_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_servers, "SECONDS", 0.1)
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    with answering(Trickle, monkeypatch):
        assert refusal("s3://bucket/key", "read").startswith("cannot be reached (ReadTimeoutError)")
        assert refusal("s3://bucket/key", "write").startswith("cannot be reached (ReadTimeout")
