"""The report: one HTML file that stands alone."""

import base64
from collections.abc import Mapping
from pathlib import Path

from components.evaluate import summary
from components.evaluate.params import EvaluateParams

TEMPLATE = Path(__file__).with_name("report.html.j2")
CAPTIONS = {
    "roc.png": "Every operating point: how many genuine images are accepted for how many false acceptances.",
    "det.png": "The same errors on normal deviate scales, where the low rates can be read.",
    "scores.png": "Distances of genuine, skilled and random comparisons.",
}


def write(
    out: Path, metrics: dict[str, float], params: EvaluateParams, pictures: list[Path], about: Mapping[str, object]
) -> Path:
    """Writes report.html into `out`.

    Args:
        out: the folder.
        metrics: by name.
        params: of the step.
        pictures: PNG files, built into the page.
        about: what else was fixed when this was measured, by name.
    """
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        sentence=summary.sentence(metrics),
        header=summary.header(params),
        rows=summary.rows(metrics, params),
        floors=summary.floors(metrics),
        accuracy=metrics.get(f"identification/refs_{params.references}/accuracy"),
        carried=_carried(metrics, params),
        pictures=[(picture.stem, _inline(picture), CAPTIONS[picture.name]) for picture in pictures],
        params=params,
        about={**about, **{f"evaluate.{name}": value for name, value in params.model_dump().items()}},
    )
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _carried(metrics: dict[str, float], params: EvaluateParams) -> list[tuple[str, int, float, float]]:
    """Kind, references, FAR and FRR at the threshold that val chose, where there is one."""
    result = []
    for kind in ("skilled", "random"):
        for references in (1, params.references):
            far, frr = (
                metrics.get(f"verification/{kind}/refs_{references}/{rate}_at_threshold") for rate in ("far", "frr")
            )
            if far is not None and frr is not None:
                result.append((kind, references, far, frr))
    return result


def _inline(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode("ascii")
