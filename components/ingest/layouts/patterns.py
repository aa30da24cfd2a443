"""The layouts of published collections, which are patterns of file names."""

import re
from pathlib import PurePosixPath

from components.ingest.layouts.labels import TOP, Labels, Scan, read
from components.ingest.layouts.words import part_of
from components.ingest.listing import File
from components.ingest.published import Published

_Rules = list[tuple[str, re.Pattern[str]]]


def scan(images: list[File], collection: Published) -> Scan:
    """Labels the images whose path ends as the collection's do, whatever folders stand above."""
    # The folders above are taken as few as possible, so that optional ones of the rule are read.
    rules = [
        (rule.kind, re.compile(rf"(?:.*?/)??{rule.expression}", re.IGNORECASE))
        for rule in collection.rules
    ]
    return read(images, TOP, lambda path: _labels(path, rules))


def _labels(path: PurePosixPath, rules: _Rules) -> Labels | None:
    name = str(path.with_suffix("")).strip()
    for kind, expression in rules:
        match = expression.fullmatch(name)
        if match:
            groups = {key: text for key, text in match.groupdict().items() if text}
            part = groups.pop("part", None)
            return Labels("-".join(groups.values()), kind, part_of(part) if part else None)
    return None
