"""Tensors of the Open Inference Protocol, in the bytes that its specification names."""

import json
from typing import Any

import numpy as np
import pytest

from serving.api.problems import Problem
from serving.api.tensors import answer, parse


def message(images: list[bytes], **changes: Any) -> tuple[bytes, str]:
    """Writes a request as the protocol does; `changes` are of its tensor."""
    data = b"".join(len(image).to_bytes(4, "little") + image for image in images)
    tensor = {
        "name": "images",
        "datatype": "BYTES",
        "shape": [len(images)],
        "parameters": {"binary_data_size": len(data)},
    }
    head = json.dumps({"id": "7", "inputs": [tensor | changes]}).encode()
    return head + data, str(len(head))


def test_elements_come_back_as_they_were_written() -> None:
    for images in ([b"a"], [b"", b"\x03\0\0\0", bytes(300)]):
        request, found = parse(*message(images))
        assert found == images
        assert request.id == "7"
    assert parse(*message([b"a", b"b"], shape=[2, 1]))[1] == [b"a", b"b"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "pixels"}, "the only input is images"),
        ({"datatype": "UINT8"}, "of datatype BYTES"),
        ({"shape": [3]}, "2 elements came"),
        ({"shape": []}, "none of the Open Inference Protocol"),
        ({"parameters": {"binary_data_size": 3}}, "binary_data_size"),
        ({"parameters": {}}, "binary_data_size"),
        ({"parameters": {"binary_data_size": -1}}, "none of the Open Inference Protocol"),
    ],
)
def test_what_is_not_as_the_protocol_says_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Problem, match=reason):
        parse(*message([b"a", b"bc"], **changes))


@pytest.mark.parametrize("data", [b"\x05\0\0\0abc", b"\x01\0\0", b"\xff\xff\xff\xffabc"])
def test_an_element_longer_than_what_was_sent_is_refused(data: bytes) -> None:
    body, length = message([], shape=[1], parameters={"binary_data_size": len(data)})
    with pytest.raises(Problem, match="longer than what was sent"):
        parse(body + data, length)


@pytest.mark.parametrize("length", [None, "", "-1", "x", "9" * 30, "1²"])
def test_without_the_length_of_the_json_nothing_can_be_read(length: str | None) -> None:
    body, _ = message([b"a"])
    with pytest.raises(Problem):
        parse(body, length)


def test_json_of_any_depth_is_refused() -> None:
    body = b"[" * 100_000
    with pytest.raises(Problem, match="none of the Open Inference Protocol"):
        parse(body, str(len(body)))


def test_embeddings_are_numbers_or_follow_as_bytes() -> None:
    vectors = np.array([[1.5, -2.0], [0.0, 3.25]], np.float32)
    request, _ = parse(*message([b"a", b"b"]))
    plain = answer(request, "v", vectors)
    assert plain.json_length is None
    output = json.loads(plain.body)["outputs"][0]
    assert (output["shape"], output["data"]) == ([2, 2], [1.5, -2.0, 0.0, 3.25])
    request.parameters.binary_data_output = True
    binary = answer(request, "v", vectors)
    assert binary.json_length is not None
    head = json.loads(binary.body[: binary.json_length])
    assert head["id"] == "7"
    assert head["outputs"][0]["parameters"] == {"binary_data_size": 16}
    found = np.frombuffer(binary.body[binary.json_length :], "<f4").reshape(2, 2)
    np.testing.assert_array_equal(found, vectors)
