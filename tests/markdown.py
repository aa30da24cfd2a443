"""Reads the project's Markdown: links, code and what they name."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+?)(?: \{ *#(\S+) *\})?$", re.MULTILINE)


class Link(NamedTuple):
    """A relative link.

    Attributes:
        path: of the file, from the page; empty for the page itself.
        anchor: of a heading, or empty.
    """

    path: str
    anchor: str


def prose(text: str) -> str:
    """Returns the text without its code blocks."""
    return FENCE.sub("", text)


def code(text: str) -> list[str]:
    """Returns the code of a page: its blocks, then what stands in backticks."""
    return FENCE.findall(text) + INLINE.findall(prose(text))


def links(text: str) -> Iterator[Link]:
    """Yields the relative links of a page."""
    for path, anchor in LINK.findall(prose(text)):
        if "://" not in path:
            yield Link(path, anchor)


def anchors(text: str) -> set[str]:
    """Returns the anchors of a page's headings."""
    names = set()
    for title, own in HEADING.findall(prose(text)):
        words = re.sub(r"[^\w\s-]", "", title.lower()).strip()
        names.add(own or re.sub(r"[\s-]+", "-", words))
    return names


def words(text: str) -> int:
    """Counts the words of a page outside code blocks, tables' rules and the targets of links."""
    plain = re.sub(r"\]\([^)]*\)", "]", prose(text))
    return len(re.findall(r"[^\W_][\w’'.,/%–-]*", plain))
