"""Damaged files: whatever was done to one, its reader answers with a line, or reads what is true.

`make fuzz` tries many more changes than the tests do, and new ones each time.
"""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.shared.runtime.errors import InputError
from tests.kinds_of_files import FILES

TOKENS = (
    *(b"\xff", b"\0", b"null", b"NaN", b"-Infinity", b"1e999", b"-1", b"0.5", b'"x"', b"[]", b"{}"),
    *(b"[" * 60, b"{" * 60, b"\n", b"\r", b",", b":", b'"', b"true", b"9" * 30, b"9" * 5000),
    *(b"!!timestamp x", b"!!bool x", b"017", b"&a [*a]", b"*a", "é".encode(), b"\xed\xa0\x80"),
)
PLACES = st.integers(0, 9_999)
"""Ten thousandths of a file."""
Change = tuple[str, int, int]
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("cut"), PLACES, st.just(0)),
        st.tuples(st.just("turn"), PLACES, st.integers(0, 7)),
        st.tuples(st.just("lose"), PLACES, st.integers(1, 40)),
        st.tuples(st.just("repeat"), PLACES, st.integers(1, 40)),
        st.tuples(st.just("insert"), PLACES, st.integers(0, len(TOKENS) - 1)),
        st.tuples(st.just("overwrite"), PLACES, st.integers(0, len(TOKENS) - 1)),
        st.tuples(st.just("replace a word"), PLACES, st.integers(0, len(TOKENS) - 1)),
    ),
    min_size=1,
    max_size=3,
)


def changed(content: bytes, changes: Iterable[Change]) -> bytes:
    """Returns a file's bytes after changes, each at a place."""
    for change, at, number in changes:
        place = at * len(content) // 10_000
        before, after = content[:place], content[place:]
        if change == "cut":
            content = before
        elif change == "turn" and after:
            content = before + bytes([after[0] ^ 1 << number]) + after[1:]
        elif change == "lose":
            content = before + after[number:]
        elif change == "repeat":
            content = before + after[:number] + after
        elif change == "insert":
            content = before + TOKENS[number] + after
        elif change == "overwrite":
            content = before + TOKENS[number] + after[len(TOKENS[number]) :]
        elif change == "replace a word":
            content = before + _without_word(after, TOKENS[number])
    return content


def _without_word(text: bytes, word: bytes) -> bytes:
    """Replaces what stands between the next two separators of a text."""
    ends = [place for place, byte in enumerate(text[:200]) if byte in b" ,:\n[]{}"]
    if len(ends) < 2:
        return text
    return text[: ends[0] + 1] + word + text[ends[1] :]


def demand_a_line_or_truth(name: str, changes: Sequence[Change]) -> None:
    """Changes a file and reads it: it is refused in one line, or nothing false is read."""
    file = FILES[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        file.write(folder)
        content = (folder / file.file).read_bytes()
        (folder / file.file).unlink()  # other files may share its bytes
        (folder / file.file).write_bytes(changed(content, changes))
        try:
            file.read(folder)
        except InputError as error:
            assert len(str(error).splitlines()) == 1


FEW = settings(max_examples=40, derandomize=True, deadline=None)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@settings(settings() if settings.get_current_profile_name() == "fuzz" else FEW)
@given(changes=CHANGES)
def test_a_damaged_file_is_refused_in_one_line_or_read(name: str, changes: list[Change]) -> None:
    demand_a_line_or_truth(name, changes)


FOUND = {
    "images": [("repeat", 286, 19)],
    "rejected": [("overwrite", 3999, 2)],
    "record": [("replace a word", 9264, 3)],
    "params": [("insert", 0, TOKENS.index(b"!!timestamp x"))],
    "state": [("overwrite", 5000, TOKENS.index(b"\xff"))],
    "newest": [("turn", 5000, 3)],
    "ledger": [("overwrite", 0, TOKENS.index(b"\xff"))],
    "facts": [("replace a word", 0, TOKENS.index(b"[]"))],
}
"""Changes that once ended in a traceback, or in something false."""


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_mended(name: str) -> None:
    demand_a_line_or_truth(name, FOUND[name])
