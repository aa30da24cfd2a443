"""The answer in one sentence, and the table of it, for people."""

from typing import NamedTuple

from components.evaluate.params import EvaluateParams

Metrics = dict[str, float]


class Row(NamedTuple):
    """One line of the results table, as text; what is not known is empty."""

    kind: str
    references: str
    eer: str
    interval: str
    eer_user: str
    auc: str
    frr: str
    identities: str
    pairs: str


def rows(metrics: Metrics, params: EvaluateParams) -> list[Row]:
    """The test's verification figures, one row for each kind and number of references that was measured."""
    result = []
    for kind in ("skilled", "random"):
        for references in (1, params.references):
            key = f"verification/{kind}/refs_{references}"
            if f"{key}/eer" in metrics:
                frr = f"{key}/frr_at_{params.far_name}"
                result.append(
                    Row(
                        kind,
                        str(references),
                        _percent(metrics, f"{key}/eer"),
                        _range(metrics, f"{key}/eer"),
                        _percent(metrics, f"{key}/eer_user"),
                        f"{metrics[f'{key}/auc']:.4f}",
                        _percent(metrics, frr),
                        f"{metrics[f'{key}/n_identities']:.0f}",
                        f"{metrics[f'{key}/n_pairs']:,.0f}",
                    )
                )
    return result


def header(params: EvaluateParams) -> Row:
    """The names of the columns of `rows`."""
    frr = f"FRR@FAR {params.far * 100:g} %"
    return Row("impostor", "refs", "EER %", "95 % interval", "EER/id %", "AUC", frr, "identities", "comparisons")


def floors(metrics: Metrics) -> list[tuple[str, str, str, str]]:
    """What the same test gives without training: kind, name, EER %, trained − untrained in points with its interval."""
    result = []
    for kind in ("skilled", "random"):
        for floor, name in (("untrained", "the same network, untrained"), ("hog", "HOG")):
            key = f"floor/{floor}/{kind}/refs_1/eer"
            if key in metrics:
                gain = _signed(metrics, f"{key}_difference")
                result.append((kind, name, _percent(metrics, key), gain))
    return result


def sentence(metrics: Metrics) -> str:
    """The answer: the single-reference EER on skilled forgeries, or on random ones, and whether training helped."""
    kind = next((k for k in ("skilled", "random") if f"verification/{k}/refs_1/eer" in metrics), None)
    if kind is None:
        return "The test images allow no comparison of one identity with another."
    key, floor = f"verification/{kind}/refs_1", f"floor/untrained/{kind}/refs_1/eer"
    impostors = "skilled forgeries" if kind == "skilled" else "other identities' images"
    stands_on = f"{metrics[f'{key}/n_identities']:.0f} unseen identities"
    within = _range(metrics, f"{key}/eer")
    told = f"With one reference, {impostors} are told from genuine images at an equal error rate of "
    told += f"{_percent(metrics, f'{key}/eer')} % ("
    told += f"95 % interval {within} %, {stands_on})" if within else f"{stands_on})"
    if floor not in metrics:
        return told + "."
    return f"{told}; the untrained network has {_percent(metrics, floor)} %{_verdict(metrics, floor)}."


def text(metrics: Metrics, params: EvaluateParams) -> str:
    """The results as aligned plain text, the sentence last."""
    table = [header(params), *rows(metrics, params)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = [_line(row, widths) for row in table]
    lines.append("")
    for kind, name, eer, gain in floors(metrics):
        compared = f" (trained − this: {gain} points)" if gain else ""
        lines.append(f"{kind:<8}  1 reference   EER {eer:>5} %  {name}{compared}")
    accuracy = f"identification/refs_{params.references}/accuracy"
    if accuracy in metrics:
        lines.append(f"identification, {params.references} references: {_percent(metrics, accuracy)} % right at rank 1")
    return "\n".join([*lines, "", sentence(metrics)])


def _verdict(metrics: Metrics, floor: str) -> str:
    high, low = (metrics.get(f"{floor}_difference_ci_{end}") for end in ("high", "low"))
    if high is None or low is None:
        return ""
    if high < 0:
        return ", and the gain is more than chance"
    return ", and the loss is more than chance" if low > 0 else ", and the difference may be chance"


def _percent(metrics: Metrics, key: str) -> str:
    return f"{metrics[key] * 100:.1f}" if key in metrics else ""


def _range(metrics: Metrics, key: str) -> str:
    low, high = (_percent(metrics, f"{key}_ci_{end}") for end in ("low", "high"))
    return f"{low}–{high}" if low else ""


def _signed(metrics: Metrics, key: str) -> str:
    if key not in metrics:
        return ""
    value, low, high = (f"{metrics.get(f'{key}{end}', float('nan')) * 100:+.1f}" for end in ("", "_ci_low", "_ci_high"))
    told = f"{value}, {low} to {high}" if f"{key}_ci_low" in metrics else value
    return told.replace("-", "−")


def _line(row: Row, widths: list[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
    return "  ".join([row.kind.ljust(widths[0]), *cells[1:]])
