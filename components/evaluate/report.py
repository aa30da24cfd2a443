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

    own = summary.reported(metrics, params)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        sentence=summary.sentence(own, params),
        notice=summary.notice(params),
        header=summary.header(params),
        rows=summary.rows(own, params),
        floor_header=summary.floor_header(),
        floors=summary.floors(own),
        identification=summary.identification(own, params),
        carried_header=summary.carried_header(),
        carried=summary.carried(own, params),
        target=summary.target(params),
        pictures=[(picture.stem, _inline(picture), CAPTIONS[picture.name]) for picture in pictures],
        params=params,
        about={**about, **{f"evaluate.{name}": value for name, value in params.model_dump().items()}},
    )
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _inline(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode("ascii")
