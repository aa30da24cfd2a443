"""YAML read within bounds, and one way: what is no plain configuration is refused.

Aliases may not grow to much more than was written, and nothing lies deeper than a person writes. A
value that YAML 1.1, read here, and YAML 1.2, read by DVC, take for two different ones is none.
"""

import re
from typing import Any

import yaml

LARGEST = 1 << 18
"""Characters of a text."""
DEEPEST = 32
MOST_NODES = 20_000
"""Values and keys, those of an alias counted wherever it stands."""
AMBIGUOUS = re.compile(r"[-+]?(0[0-9_]+|0b.*|[0-9_]*:.*)")
"""Numbers such as 017 (15 or 17), 0b11 (3 or a text) and 1:30 (90 or a text)."""
AMBIGUOUS_WORD = re.compile(r"[-+]?0o[0-7]+|(?i:yes|no|on|off)")
"""A text or 15, true or a text."""


def parse(text: str) -> Any:
    """Reads a text as `yaml.safe_load` does.

    Raises:
        yaml.YAMLError: whatever is wrong with it, as one line.
    """
    if len(text) > LARGEST:
        raise yaml.YAMLError(f"longer than {LARGEST:,} characters")
    try:
        # No code is run: _Loader is a SafeLoader.
        return yaml.load(text, Loader=_Loader)  # noqa: S506
    except (ValueError, OverflowError, yaml.YAMLError) as error:
        raise yaml.YAMLError(" ".join(str(error).split())) from None


class _Loader(yaml.SafeLoader):
    """The loader of PyYAML, which counts what it composes."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = self._nodes = 0
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Composes a node within the bounds.

        Raises:
            yaml.YAMLError: a bound is passed, or an alias holds itself.
        """
        before = self._nodes
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.YAMLError(f"nested more than {DEEPEST} deep")
        is_alias = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is not None and is_alias:
            if node not in self._sizes:
                raise yaml.YAMLError("an alias stands within what it names")
            self._nodes += self._sizes[node]
        elif node is not None:
            self._nodes += 1
            self._sizes[node] = self._nodes - before
        if self._nodes > MOST_NODES:
            raise yaml.YAMLError(f"holds more than {MOST_NODES:,} values")
        return node

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        """Returns the value of a node.

        Raises:
            yaml.YAMLError: it is not what its tag says, or YAML 1.1 and 1.2 read it differently.
        """
        place = f"line {node.start_mark.line + 1}"
        kind = node.tag.rpartition(":")[2]
        if kind in {"int", "float"} and AMBIGUOUS.fullmatch(str(node.value)):
            raise yaml.YAMLError(
                f"{node.value[:40]} is not the same number to every reader of YAML: write it "
                f"in tens, or in quotes if it is a text ({place})"
            )
        if _is_plain(node) and AMBIGUOUS_WORD.fullmatch(node.value):
            raise yaml.YAMLError(
                f"{node.value} is not the same to every reader of YAML: write true, false or a "
                f"number in tens, or put it in quotes if it is a text ({place})"
            )
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, TypeError, AttributeError, LookupError):
            raise yaml.YAMLError(f"not a value of !!{kind} ({place})") from None


def _is_plain(node: yaml.Node) -> bool:
    """Tells whether a node is a value that stands without quotes."""
    return isinstance(node, yaml.ScalarNode) and node.style is None
