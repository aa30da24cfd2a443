"""Damaged files: whatever was done to one, its reader answers with a line, or reads what is true.

`make fuzz` tries many more changes than the tests do, and new ones each time.
"""

import atexit
import re
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.shared.runtime.errors import InputError
from tests import kinds_of_files, kinds_of_given_files, kinds_of_models, kinds_of_pictures

FILES = (
    kinds_of_files.FILES
    | kinds_of_pictures.FILES
    | kinds_of_models.FILES
    | kinds_of_given_files.FILES
)

TOKENS = (
    *(b"\xff", b"\0", b"null", b"NaN", b"-Infinity", b"1e999", b"-1", b"0.5", b'"x"', b"[]", b"{}"),
    *(b"[" * 60, b"{" * 60, b"\n", b"\r", b",", b":", b'"', b"true", b"9" * 30, b"9" * 5000),
    *(b"!!timestamp x", b"!!bool x", b"017", b"&a [*a]", b"*a", "é".encode(), b"\xed\xa0\x80"),
)
KINDS = ("cut", "turn", "lose", "repeat", "insert", "overwrite", "replace a word")
Change = tuple[str, int, int]
"""Its kind, the place in ten thousandths of the file, and a number of bits, bytes or tokens."""


def draw_changes(seed: int) -> list[Change]:
    """Draws up to three changes; from one number, since Hypothesis takes longer than readers do."""
    draw = Random(seed)
    return [
        (draw.choice(KINDS), draw.randrange(10_000), draw.randrange(40))
        for _ in range(draw.randint(1, 3))
    ]


CHANGES = st.integers(0, 2**24 - 1).map(draw_changes)


def changed(content: bytes, changes: Iterable[Change]) -> bytes:
    """Returns a file's bytes after changes, each at a place."""
    for change, at, number in changes:
        place = at * len(content) // 10_000
        before, after = content[:place], content[place:]
        token = TOKENS[number % len(TOKENS)]
        if change == "cut":
            content = before
        elif change == "turn" and after:
            content = before + bytes([after[0] ^ 1 << number % 8]) + after[1:]
        elif change == "lose":
            content = before + after[number + 1 :]
        elif change == "repeat":
            content = before + after[: number + 1] + after
        elif change == "insert":
            content = before + token + after
        elif change == "overwrite":
            content = before + token + after[len(token) :]
        elif change == "replace a word":
            content = before + _without_word(after, token)
    return content


def _without_word(text: bytes, word: bytes) -> bytes:
    """Replaces what stands between the next two separators of a text."""
    ends = [place for place, byte in enumerate(text[:200]) if byte in b" ,:\n[]{}"]
    if len(ends) < 2:
        return text
    return text[: ends[0] + 1] + word + text[ends[1] :]


@cache
def written(name: str) -> tuple[Path, dict[Path, bytes]]:
    """Writes the files of a kind, once; returns their folder, and the content of each."""
    folder = Path(tempfile.mkdtemp(prefix="damaged-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    FILES[name].write(folder)
    return folder, {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def demand_a_line_or_truth(name: str, changes: Iterable[Change]) -> None:
    """Changes a file and reads it: it is refused in one line, or nothing false is read."""
    try:
        read(name, changes)
    except InputError as error:
        assert len(str(error).splitlines()) == 1
    except BaseException as error:
        error.add_note(f"{name}: {list(changes)}")
        raise


def read(name: str, changes: Iterable[Change]) -> None:
    """Changes a file and reads it."""
    folder, contents = written(name)
    for path, content in contents.items():  # an earlier reader may have changed any
        path.unlink(missing_ok=True)
        path.write_bytes(content)
    path = folder / FILES[name].file
    path.write_bytes(changed(contents[path], changes))
    FILES[name].read(folder)


@pytest.fixture(autouse=True)
def a_gigabyte() -> Iterator[None]:
    """Whatever a damaged file announces, its reader takes less than 1 GB: more is an error."""
    if not sys.platform.startswith("linux"):
        yield
        return
    held = int(re.findall(r"VmData:\s*(\d+) kB", Path("/proc/self/status").read_text())[0]) << 10
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (held + 10**9, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_DATA, before)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_an_undamaged_file_is_read(name: str) -> None:
    read(name, [])


FEW = settings(max_examples=40, derandomize=True, deadline=None)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@settings(settings() if settings.get_current_profile_name() == "fuzz" else FEW)
@given(changes=CHANGES)
def test_a_damaged_file_is_refused_in_one_line_or_read(name: str, changes: list[Change]) -> None:
    demand_a_line_or_truth(name, changes)


FOUND = [
    ("images", [("repeat", 286, 18)]),
    ("rejected", [("overwrite", 3999, 2)]),
    ("record", [("replace a word", 9264, 3)]),
    ("params", [("insert", 0, TOKENS.index(b"!!timestamp x"))]),
    ("state", [("overwrite", 5000, TOKENS.index(b"\xff"))]),
    ("newest", [("turn", 5000, 3)]),
    ("ledger", [("overwrite", 0, TOKENS.index(b"\xff"))]),
    ("facts", [("replace a word", 0, TOKENS.index(b"[]"))]),
    ("split", [("overwrite", 1221, TOKENS.index(b"\n"))]),
    ("parts", [("turn", 9715, 0)]),
    ("png turned", [("turn", 9565, 25)]),
    ("pairs of lfw", [("insert", 9323, TOKENS.index(b"9" * 5000))]),
    ("key of 4nsigcomp", [("insert", 9323, TOKENS.index(b"9" * 5000))]),
]
"""Changes that once ended in a traceback, or in something false."""


@pytest.mark.parametrize(("name", "changes"), FOUND)
def test_what_was_found_stays_mended(name: str, changes: list[Change]) -> None:
    demand_a_line_or_truth(name, changes)
