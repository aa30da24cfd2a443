"""Rejected images counted by reason: what ISO/IEC 19795-1 calls failure to acquire."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_SIZE = re.compile(r"[\d× ]+pixels are more than")
_DETAIL = re.compile(r"[:(]")


def count_reasons(reasons: Iterable[str]) -> dict[str, int]:
    """Counts rejections by reason, without what is of a single image, the commonest first."""
    kinds = Counter(_DETAIL.split(_SIZE.sub("more pixels than", one))[0].strip() for one in reasons)
    return dict(kinds.most_common())


def in_words(counts: Mapping[str, int]) -> str:
    """Returns counts as `3 × blank image, 1 × too little ink`."""
    return ", ".join(f"{count:,} × {reason}" for reason, count in counts.items())
