"""report.html: one file that stands alone, and a copy for upload without names and signatures."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from components.evaluate.params import EvaluateParams
from components.evaluate.report import text
from components.evaluate.report.collection_table import told_apart_table
from components.evaluate.report.display_tables import protocol_tables
from components.evaluate.report.formatting import Metrics, Table, number, sample_sizes
from components.evaluate.report.individuals import Individuals
from components.evaluate.report.origin import Facts
from components.shared.storage.files import UPLOAD
from components.shared.verification import metric_names
from components.shared.verification.metric_names import PROBES
from components.shared.verification.shortcut_probe import SUSPICIOUS

TEMPLATE = Path(__file__).with_name("report.html.j2")
NAME = "report.html"
CAPTIONS = {
    "roc.png": "Every operating point of the mean distance: how many genuine images are accepted "
    "for how many false acceptances.",
    "det.png": "The same errors on normal deviate scales, where low rates can be read.",
    "scores.png": "Distances of genuine, skilled and random comparisons, "
    "and the thresholds that val chose: by the mean distance.",
    "identities.png": "Error rate of each identity at a threshold of its own: "
    "do a few identities make the errors, or all?",
    "tippett.png": "The evidence of the decision: the share of comparisons with at least so large "
    "a likelihood ratio. Full lines right of 0 and broken ones left of it are right answers.",
    "cross_entropy.png": "The uncertainty that the evidence leaves, whatever share of the claims "
    "is genuine: the lower the better. Above the dotted line it would do harm; what lies between "
    "full and broken line, a better calibration would save.",
    "identification.png": "What a search (1:N) does among more and more people who are enrolled, "
    "at the limits that val chose for such a gallery; bands are 95 % intervals.",
    "reliability.png": "The likelihood ratios that were seen over those that were answered: on the "
    "diagonal they are the same, nearer to 0 than it answers were too strong.",
}
BANDS = {"roc.png", "det.png"}


@dataclass(frozen=True)
class Page:
    """The contents of the report, without the results on individuals.

    Attributes:
        title: model, data and date.
        metrics: by name.
        params: of the step.
        answer: sentences, the most important one first.
        pictures: PNG files of plots, built into the page.
        origin: data, model and code behind the results, by name.
        parameters: of all steps, by their dotted names.
        shortcut_lines: findings of the shortcut probes, a line each.
        notice: all that must be read before the results.
    """

    title: str
    metrics: dict[str, float]
    params: EvaluateParams
    answer: Sequence[str]
    pictures: list[Path]
    origin: Facts
    parameters: Facts
    shortcut_lines: Sequence[str] = ()
    notice: str = ""


class Figure(TypedDict):
    """A plot in the page."""

    name: str
    png: bytes
    caption: str


def write(out: Path, page: Page, individuals: Individuals) -> None:
    """Writes report.html, and upload/report.html without results on single people, into `out`."""
    (out / NAME).write_text(render(page, individuals), encoding="utf-8")
    (out / UPLOAD).mkdir(exist_ok=True)
    (out / UPLOAD / NAME).write_text(render(page, None), encoding="utf-8")


def render(page: Page, individuals: Individuals | None) -> str:
    """Renders the report as HTML.

    Args:
        page: its contents.
        individuals: results on single people; None leaves them out.
    """
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["inline"] = _inline
    params = page.params
    own = text.reported_metrics(page.metrics, params)
    audits = [shortcut_table(own, page.shortcut_lines), told_apart_table(own)]
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title=page.title,
        answer=page.answer,
        notice=page.notice,
        warning=shortcut_warning(own),
        figures=[_figure(picture, params) for picture in page.pictures],
        tables=protocol_tables(own, params) + [table for table in audits if table.rows],
        individuals=individuals,
        collections=metric_names.collections_in(own),
        params=params,
        origin=page.origin,
        parameters=page.parameters,
    )


def shortcut_table(metrics: Metrics, shortcut_lines: Sequence[str] = ()) -> Table:
    """Returns the AUCs with which simple statistics tell forged from genuine."""
    rows: list[tuple[str, ...]] = []
    for name, images in PROBES.items():
        group = metric_names.probe(name)
        if f"{group}/auc" in metrics:
            auc = number(metrics, f"{group}/auc")
            rows.append((images, auc, *sample_sizes(metrics, group, "n_images")))
    note = (
        "0.5 is chance. What exceeds it may be tremor and stroke width, "
        "or a trace of how the data was collected."
    )
    return Table(
        title="Shortcuts: forged told from genuine by tone, edges and size alone",
        head=("statistics of", "AUC (95 % interval)", "identities", "images"),
        rows=rows,
        note=" · ".join([note, *shortcut_lines]),
    )


def shortcut_warning(metrics: Metrics) -> str:
    """Returns a warning where simple statistics tell forged from genuine too well; else nothing."""
    group = metric_names.probe("prepared")
    if metrics.get(f"{group}/auc", 0) <= SUSPICIOUS:
        return ""
    identities, images = sample_sizes(metrics, group, "n_images")
    return (
        "The data may give the answer away: simple statistics of the images tell forged from "
        f"genuine with an AUC of {number(metrics, f'{group}/auc')}, {identities} identities, "
        f"{images} images. Error rates on skilled forgeries may owe much to how these were "
        "collected."
    )


def _figure(picture: Path, params: EvaluateParams) -> Figure:
    caption = CAPTIONS[picture.name]
    if picture.name in BANDS:
        caption += " Bands are 95 % intervals over the identities, at each FAR."
    return {"name": picture.stem, "png": picture.read_bytes(), "caption": caption}


def _inline(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
