import anyio
import pytest
from starlette.types import Message

from serving.api.exchange import Exchange
from serving.api.problems import Problem


def exchange(parts: list[bytes], **headers: str) -> Exchange:
    left = list(parts)

    async def receive() -> Message:
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def send(_: Message) -> None:
        raise AssertionError("nothing is sent")

    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Exchange({"type": "http", "headers": encoded}, receive, send, 10, None)


def read_all(one: Exchange, parts: int) -> list[bytes]:
    async def read() -> list[bytes]:
        return [(await one.receive())["body"] for _ in range(parts)]

    return anyio.run(read)


def test_a_body_is_counted_while_it_comes() -> None:
    chunked = {"transfer_encoding": "chunked"}
    assert read_all(exchange([b"12345", b"67890"], **chunked), 2) == [b"12345", b"67890"]
    with pytest.raises(Problem) as refusal:
        read_all(exchange([b"12345", b"678901"], **chunked), 2)
    assert refusal.value.status_code == 413


def test_a_lower_limit_holds_from_then_on() -> None:
    one = exchange([b"12345"], content_length="5")
    one.require_size()
    one.limit_to(4)
    with pytest.raises(Problem):
        one.require_size()
    with pytest.raises(Problem):
        read_all(one, 1)


def test_a_request_id_is_taken_only_where_it_is_harmless() -> None:
    assert exchange([], x_request_id="abc-1").request_id == "abc-1"
    assert exchange([], x_request_id="a\nb").request_id != "a\nb"
