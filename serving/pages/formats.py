"""Numbers, shares and times as a language writes them."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from babel import dates, numbers

from components.shared.model import bundle
from serving.api.answers import Interval


def filters(language: str) -> dict[str, Callable[..., Any]]:
    """Returns the templates' filters for a language."""

    def number(value: float, digits: int = 2) -> str:
        return decimal(value, digits, language)

    def share(value: float) -> str:
        return percent(value, language)

    def interval(value: Interval) -> str:
        return with_interval(value, language)

    def moment(value: datetime) -> str:
        return dates.format_datetime(value, "medium", locale=language)

    def ratio(value: float) -> str:
        return likelihood_ratio(value, language)

    return {
        "number": number,
        "share": share,
        "interval": interval,
        "moment": moment,
        "ratio": ratio,
        "short": bundle.short,
    }


def decimal(value: float, digits: int, language: str) -> str:
    """Writes a number with so many digits behind the point.

    >>> decimal(1234.5, 2, "de")
    '1.234,50'
    """
    places = "." + "0" * digits if digits else ""
    return str(numbers.format_decimal(value, f"#,##0{places};−#,##0{places}", locale=language))


def percent(value: float, language: str) -> str:
    r"""Writes a share in hundredths.

    >>> percent(0.0412, "de")
    '4,1\xa0%'
    """
    return f"{decimal(100 * value, 1, language)}\N{NO-BREAK SPACE}%"


def with_interval(value: Interval, language: str) -> str:
    r"""Writes a measured share with its interval, where it has one.

    >>> with_interval(Interval(value=0.04, low=0.01, high=0.1), "en")
    '4.0\xa0% (1.0–10.0\xa0%)'
    """
    told = percent(value.value, language)
    if value.low is None or value.high is None:
        return told
    low = decimal(100 * value.low, 1, language)
    return f"{told} ({low}–{percent(value.high, language)})"


def likelihood_ratio(llr: float, language: str) -> str:
    """Writes the likelihood ratio of a natural log-likelihood ratio of either sign, 1 or more.

    >>> likelihood_ratio(-math.log(250.4), "en")
    '250'
    """
    ratio = math.exp(abs(llr))
    digits = 1 if ratio < 10 else 0
    rounded = ratio if ratio < 1000 else float(f"{ratio:.2g}")
    return decimal(rounded, digits, language)
