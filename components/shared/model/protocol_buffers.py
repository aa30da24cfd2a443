"""Reading of protocol buffers without their schema: the fields of a message, by their numbers.

Other readers take more than this one, and some cut large numbers: what no writer would write is
refused, so that nobody finds a field here that another does not, nor the other way round.

Source: https://protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_LARGEST_KEY = 0xFFFFFFFF
_LARGEST_NUMBER = 0xFFFFFFFFFFFFFFFF
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}


def messages(content: memoryview, *path: int) -> Iterator[memoryview]:
    """Yields the messages, texts or bytes at a path of field numbers.

    Repeated fields are followed each; a field that is there twice by mistake, too.

    Args:
        content: of the outer message.
        path: the number of a field of it, of one of that field, and so on.

    Raises:
        ValueError: it is no protocol buffer, or is not written as such are.
    """
    if not path:
        yield content
        return
    for number, value in _fields(content):
        if number == path[0]:
            yield from messages(value, *path[1:])


def _fields(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yields number and value of the fields that have a length; skips numbers and fractions."""
    place = 0
    while place < len(content):
        key, place = _number(content, place)
        if not 8 <= key <= _LARGEST_KEY:
            raise ValueError("no protocol buffer: a field without a valid number")
        kind = key & 7
        if kind == _VARINT:
            _, place = _number(content, place)
            continue
        if kind == _BYTES:
            length, place = _number(content, place)
        elif kind in _FIXED:
            length = _FIXED[kind]
        else:
            raise ValueError("no protocol buffer")
        if place + length > len(content):
            raise ValueError("cut off")
        if kind == _BYTES:
            yield key >> 3, content[place : place + length]
        place += length


def _number(content: memoryview, place: int) -> tuple[int, int]:
    """Reads a varint; returns it and the place behind it."""
    number = shift = 0
    while place < len(content) and shift < 70:
        byte = content[place]
        number |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            if number > _LARGEST_NUMBER or (byte == 0 and shift > 7):
                raise ValueError("no protocol buffer: a number in another form than the shortest")
            return number, place
    raise ValueError("cut off")
