"""Model cards for pages: the part of Markdown that freeze writes, as blocks of plain text."""

import re
from dataclasses import dataclass, field

HEADING = re.compile(r"(#{1,4}) +(.+)")
ITEM = re.compile(r"[-*] +(.+)")
ROW = re.compile(r"\|(.+)\|\s*")
RULE = re.compile(r"[\s|:-]+")
MARKS = re.compile(r"\*\*|`")


@dataclass
class Block:
    """A part of a card.

    Attributes:
        kind: `heading`, `text`, `list` or `table`.
        text: of a heading or a paragraph.
        level: of a heading, from 1.
        lines: items of a list.
        rows: cells of a table, the first row being its head.
    """

    kind: str
    text: str = ""
    level: int = 0
    lines: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def parse(card: str) -> list[Block]:
    """Parses a card; marks of bold type and code are left out, and links are shown as text."""
    blocks: list[Block] = []
    for line in card.splitlines():
        _take(blocks, line.strip())
    return [block for block in blocks if block.kind != "end"]


def _take(blocks: list[Block], line: str) -> None:
    """Adds a line to the last block, or begins another; an empty line ends a block."""
    last = blocks[-1] if blocks else Block("end")
    plain = MARKS.sub("", line)
    if not line:
        blocks.append(Block("end"))
    elif found := HEADING.fullmatch(plain):
        blocks.append(Block("heading", found[2], len(found[1])))
    elif found := ITEM.fullmatch(plain):
        _of_kind(blocks, last, "list").lines.append(found[1])
    elif ROW.fullmatch(line):
        if not RULE.fullmatch(line):
            cells = [cell.strip() for cell in plain.strip("|").split("|")]
            _of_kind(blocks, last, "table").rows.append(cells)
    elif last.kind == "list":
        last.lines[-1] += f" {plain}"
    else:
        block = _of_kind(blocks, last, "text")
        block.text = f"{block.text} {plain}".strip()


def _of_kind(blocks: list[Block], last: Block, kind: str) -> Block:
    if last.kind == kind:
        return last
    blocks.append(Block(kind))
    return blocks[-1]
