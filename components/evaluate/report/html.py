"""The report: one HTML file that stands alone, and a copy of it that tells nothing of single
people, to be uploaded.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.evaluate.params import EvaluateParams
from components.evaluate.report import text
from components.evaluate.report.display_tables import Table, tables
from components.evaluate.report.formatting import Metrics, number
from components.evaluate.report.individuals import People
from components.evaluate.report.origin import Facts
from components.shared.storage.files import UPLOAD
from components.shared.verification import metric_names
from components.shared.verification.metric_names import PROBES
from components.shared.verification.shortcut_probe import SUSPICIOUS

TEMPLATE = Path(__file__).with_name("report.html.j2")
NAME = "report.html"
CAPTIONS = {
    "roc.png": "Every operating point: how many genuine images are accepted for how many false acceptances.",
    "det.png": "The same errors on normal deviate scales, where low rates can be read.",
    "scores.png": "Distances of genuine, skilled and random comparisons, and the thresholds that val chose.",
    "identities.png": "With a threshold for each identity. A few hard identities, or is it hard for all?",
}
BANDS = {"roc.png", "det.png"}


@dataclass(frozen=True)
class Page:
    """What the report tells.

    Attributes:
        metrics: by name.
        params: of the step.
        pictures: PNG files of figures, built into the page.
        origin: what it came of, by name.
        parameters: by their dotted names.
        probed: the shortcuts in words, line by line.
        notice: what must be known before the figures.
    """

    metrics: dict[str, float]
    params: EvaluateParams
    pictures: list[Path]
    origin: Facts
    parameters: Facts
    probed: Sequence[str] = ()
    notice: str = ""


def write(out: Path, page: Page, people: People) -> None:
    """Writes report.html, and upload/report.html without names and pictures of people, into `out`."""
    (out / NAME).write_text(render(page, people), encoding="utf-8")
    (out / UPLOAD).mkdir()
    (out / UPLOAD / NAME).write_text(render(page, None), encoding="utf-8")


def render(page: Page, people: People | None) -> str:
    """The report as HTML.

    Args:
        page: what it tells.
        people: of whom it tells; None: it is for other eyes.
    """
    import jinja2

    params, own = page.params, text.reported(page.metrics, page.params)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["inline"] = _inline
    probes = probe(own, page.probed)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        sentence=text.sentence(own, params),
        notice=page.notice,
        warning=warning(own),
        figures=[_figure(picture, params) for picture in page.pictures],
        tables=tables(own, params) + [probes] * bool(probes.rows),
        people=people,
        params=params,
        origin=page.origin,
        parameters=page.parameters,
    )


def probe(metrics: Metrics, probed: Sequence[str] = ()) -> Table:
    """How well simple statistics tell forged from genuine."""
    rows = []
    for name, images in PROBES.items():
        key = metric_names.probe(name)
        if f"{key}/auc" in metrics:
            basis = (f"{metrics[f'{key}/{count}']:,.0f}" for count in ("n_identities", "n_images"))
            rows.append((images, number(metrics, f"{key}/auc"), *basis))
    head = ("statistics of", "AUC (95 % interval)", "identities", "images")
    note = "0.5 is chance. What exceeds it may be tremor and stroke width, or a trace of how the data was collected."
    note = " · ".join([note, *probed])
    return Table(
        "Shortcuts: forged told from genuine by tone, edges and size alone", head, rows, note
    )


def warning(metrics: Metrics) -> str:
    """What must be known before a skilled error rate of suspicious data is believed; empty where
    there is nothing.
    """
    key = metric_names.probe("prepared")
    if metrics.get(f"{key}/auc", 0) <= SUSPICIOUS:
        return ""
    identities, images = (
        f"{metrics[f'{key}/{count}']:,.0f}" for count in ("n_identities", "n_images")
    )
    return (
        "The data may give the answer away: simple statistics of the images tell forged from genuine with an AUC of "
        f"{number(metrics, f'{key}/auc')}, {identities} identities, {images} images. Error rates on skilled forgeries "
        "may owe much to how these were collected."
    )


def _figure(picture: Path, params: EvaluateParams) -> dict[str, Any]:
    caption = CAPTIONS[picture.name]
    if picture.name in BANDS and params.bootstrap:
        caption += " Bands hold 95 % of the resamplings of the identities."
    return {"name": picture.stem, "png": picture.read_bytes(), "caption": caption}


def _inline(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
