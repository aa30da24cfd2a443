"""Commands of README.md, CONTRIBUTING.md and docs/, as a shell reads them."""

import itertools
import re
import shlex
from collections.abc import Iterator
from string import Template
from typing import NamedTuple

from tests import markdown

PAGES = [
    *(markdown.ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((markdown.ROOT / "docs").glob("*.md")),
]
PROGRAMS = ("python", "make", "dvc", "mlflow", "git", "docker", "kubectl", "curl", "pre-commit")
BUILTINS = ("source", "export", "mkdir", "cp", "for", "done")
SUBSTITUTION = re.compile(r"\w+=\$\((.*)\)")
IN_TEXT = re.compile(rf"(?:[A-Z_\d]+=\S+ )*(?:{'|'.join(PROGRAMS)})(?: .*)?")
SHELL = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
ASSIGNMENT = re.compile(r"[A-Z_\d]+=.*", re.DOTALL)
PLACEHOLDERS = {"…": "train.steps=1", "<step>": "train"}


class Command(NamedTuple):
    """A command on a page.

    Attributes:
        page: the page's name.
        words: the program and its arguments.
        environment: variables that are set for it, as `NAME=value`.
    """

    page: str
    words: tuple[str, ...]
    environment: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def commands() -> Iterator[Command]:
    """Yields each command of each page: those of its blocks, then those in backticks."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        variables: dict[str, str] = {}
        blocks = "\n".join(SHELL.findall(text)).replace("\\\n", " ").splitlines()
        inline = filter(IN_TEXT.fullmatch, markdown.INLINE.findall(markdown.prose(text)))
        for line in [*blocks, *inline]:
            for words in split(line, variables):
                count = len(list(itertools.takewhile(ASSIGNMENT.fullmatch, words)))
                if words[count:]:
                    yield Command(page.name, words[count:], words[:count])


def split(line: str, variables: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Yields the words of each command of a line; notes the variables that are set between
    commands, and replaces them.
    """
    line = SUBSTITUTION.sub(r"\1", line).replace("; do ", "; ")
    for old, new in PLACEHOLDERS.items():
        line = line.replace(old, new)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    words: list[str] = []
    for token in [*lexer, ";"]:
        if token[0] not in ";&|":
            words.append(Template(token).safe_substitute(variables))
            continue
        if all(map(ASSIGNMENT.fullmatch, words)):
            variables.update(map(_name_and_value, words))
        yield tuple(words)
        words = []


def _name_and_value(assignment: str) -> tuple[str, str]:
    name, _, value = assignment.partition("=")
    return name, value
