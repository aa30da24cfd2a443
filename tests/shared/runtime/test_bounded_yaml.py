"""YAML within bounds: what a person writes is read, and what would cost hours, or is two numbers,
refused.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.shared.runtime.bounded_yaml import parse

PROJECT = Path(__file__).resolve().parents[3]
LAUGHS = "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)
MERGED = "".join(
    f"m{level}: &m{level} {{<<: [*m{level - 1}, *m{level - 1}]}}\n" for level in range(1, 25)
)


@pytest.mark.parametrize("name", ["params.yaml", "cluster.yaml", "dvc.yaml"])
def test_what_people_write_is_read_as_any_reader_does(name: str) -> None:
    text = (PROJECT / name).read_text()
    assert parse(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[7, -1, 0, 0x1f, 1_000]", [7, -1, 0, 31, 1000]),
        ("['017', '1:30', 0.5, .5]", ["017", "1:30", 0.5, 0.5]),
        ("{a: &a [1, 2], b: *a}", {"a": [1, 2], "b": [1, 2]}),
        ("", None),
    ],
)
def test_plain_values_and_aliases_are_read(text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("number", ["017", "-017", "0_7", "0b11", "1:30", "1:30.5", "!!int 010"])
def test_a_number_that_two_readers_read_differently_is_refused(number: str) -> None:
    with pytest.raises(yaml.YAMLError, match=r"not the same number.*in quotes.*line 2"):
        parse(f"a: 1\nb: {number}\n")


@pytest.mark.parametrize("word", ["0o17", "-0o7", "yes", "No", "ON", "off"])
def test_a_word_that_two_readers_read_differently_is_refused_without_quotes(word: str) -> None:
    with pytest.raises(yaml.YAMLError, match=r"not the same to every reader.*in quotes.*line 2"):
        parse(f"a: 1\nb: {word}\n")
    assert parse(f"['{word}']") == [word]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 10_000, "nested more than 32 deep"),
        ("- " * 10_000, "nested more than 32 deep"),
        (f"a0: &a0 [x]\n{LAUGHS}", "more than 20,000 values"),
        (f"m0: &m0 {{a: 1}}\n{MERGED}", "more than 20,000 values"),
        ("&a [*a]", "an alias stands within what it names"),
        ("x" * 300_000, "longer than"),
        ("a: !!timestamp x", r"not a value of !!timestamp \(line 1\)"),
        ("a: !!bool x", r"not a value of !!bool \(line 1\)"),
        ("a: 2001-99-99", "not a value of !!timestamp"),
        (f"a: {'1' * 5000}", "not a value of !!int"),
        ('"\\U99999999"', "arg"),
        ("!!python/object:os.system x", "could not determine a constructor"),
    ],
)
def test_what_is_no_configuration_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(yaml.YAMLError, match=message) as refused:
        parse(text)
    assert len(str(refused.value).splitlines()) == 1
