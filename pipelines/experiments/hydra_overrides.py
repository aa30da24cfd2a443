"""Assignments in Hydra's grammar, in which `dvc exp run -S` reads them."""

import re

from pipelines import sections

INTERPOLATION = re.compile(r"(\\*)\$\{")


def hydra_override(assignment: str) -> str:
    """Returns an assignment of which Hydra reads the value that YAML reads of the given one.

    `ingest.source=Büro (2)` becomes `ingest.source='Büro (2)'`; what both read alike stays as it
    is. Hydra's grammar: https://hydra.cc/docs/advanced/override_grammar/basic/

    Args:
        assignment: `section.parameter=value`, the value in YAML.

    Raises:
        InputError: the assignment names no parameter or no value, or the value is not YAML.
    """
    value = sections.read_value(assignment)
    if _is_read_alike(assignment, value) and not INTERPOLATION.search(assignment):
        return assignment
    return f"{assignment.partition('=')[0]}={_spell(value)}"


def _is_read_alike(assignment: str, value: object) -> bool:
    """Tells whether Hydra reads this value, of this type, and no sweep over several."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import ValueType
    from hydra.errors import HydraException

    try:
        override = OverridesParser.create().parse_override(assignment)
    except HydraException:
        return False
    return override.value_type == ValueType.ELEMENT and repr(override.value()) == repr(value)


def _spell(value: object) -> str:
    """Spells a value of YAML in Hydra's grammar, every text in quotes."""
    from hydra.core.override_parser.types import Quote, QuotedString

    if isinstance(value, list):
        return f"[{','.join(map(_spell, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{_spell(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, str):
        return str(QuotedString(_escape_interpolations(value), Quote.single).with_quotes())
    return "null" if value is None else str(value)


def _escape_interpolations(text: str) -> str:
    """Escapes `${`, which OmegaConf would replace, and the backslashes before it."""
    return INTERPOLATION.sub(lambda match: match[1] * 2 + r"\${", text)
