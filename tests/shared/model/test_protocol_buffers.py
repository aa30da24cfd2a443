"""Fields of messages that TensorFlow wrote."""

import pytest
from tensorflow.core.framework import graph_pb2

from components.shared.model.protocol_buffers import messages

GRAPH = graph_pb2.GraphDef(version=3)
for name in ("first", "second"):
    node = GRAPH.node.add(name=name, op="Const", input=["a", "b"])
    node.attr["value"].f = 0.5
    node.attr["value"].tensor.tensor_content = bytes(300)
CONTENT = memoryview(GRAPH.SerializeToString())


def test_fields_are_found_at_their_path_each_time_that_they_are_there() -> None:
    assert [bytes(text) for text in messages(CONTENT, 1, 1)] == [b"first", b"second"]
    assert [bytes(text) for text in messages(CONTENT, 1, 3)] == [b"a", b"b", b"a", b"b"]
    assert [len(content) for content in messages(CONTENT, 1, 5, 2, 8, 4)] == [300, 300]
    assert list(messages(CONTENT, 4)) == []


@pytest.mark.parametrize("content", [CONTENT[:-1], b"\x0b", b"\x0c", b"\xff" * 12, b"\x0a\x80"])
def test_what_is_no_message_is_a_value_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut off|no protocol buffer"):
        list(messages(memoryview(content), 1))


@pytest.mark.parametrize(
    "content",
    [
        b"\x8a\x80\x80\x80\x10\x00",  # field 1 in 32 bits, another in 64
        b"\x8a\x00\x00",  # field 1, in two bytes
        b"\x0a\x80\x00",  # a length of 0 in two bytes
        b"\x02\x00",  # field 0
        b"\x08" + b"\xff" * 9 + b"\x02",  # 65 bits
    ],
)
def test_what_no_writer_writes_is_refused_since_others_may_read_it_otherwise(
    content: bytes,
) -> None:
    with pytest.raises(ValueError, match="no protocol buffer: "):
        list(messages(memoryview(content), 1))


def test_the_largest_numbers_are_read() -> None:
    widest = b"\x08" + b"\xff" * 9 + b"\x01"
    assert [bytes(text) for text in messages(memoryview(widest + b"\x0a\x01a"), 1)] == [b"a"]
