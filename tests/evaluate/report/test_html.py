"""The page shows what was found, and nothing of what was not."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report.html import Page, render
from components.evaluate.report.individuals import Individuals

KEY = "verification/skilled/refs_1"
METRICS = {
    f"{KEY}/eer": 0.2,
    f"{KEY}/eer_user": 0.1,
    f"{KEY}/auc": 0.8,
    f"{KEY}/frr_at_far_1pct": 0.5,
}
METRICS |= {f"{KEY}/n_identities": 9.0, f"{KEY}/n_pairs": 1234.0}


def with_probe(auc: float) -> dict[str, float]:
    figures = {
        "auc": auc,
        "auc_ci_low": auc - 0.05,
        "auc_ci_high": auc + 0.04,
        "n_identities": 9.0,
        "n_images": 144.0,
    }
    return METRICS | {f"probe/prepared/{name}": value for name, value in figures.items()}


def render_page(metrics: dict[str, float], pictures: list[Path] | None = None) -> str:
    origin = {"git revision": "0123abc <dirty>"}
    answer = ["With one reference, yes.", "At the threshold, no."]
    parameters = {"train.mining": "hard"}
    params = EvaluateParams()
    content = Page("A title", metrics, params, answer, pictures or [], origin, parameters)
    return render(content, Individuals([("anna & co", 0.25)], []))


def test_what_was_not_measured_is_left_out() -> None:
    page = render_page(METRICS)
    for absent in (
        "Warning",
        "Shortcuts",
        "Curves",
        "confident mistakes",
        "thresholds that val chose",
        "What it must",
    ):
        assert absent not in page
    assert "20.0 (–)" in page
    assert page.index("With one reference") < page.index("At the threshold") < page.index("<table")
    assert "probe" not in page


@pytest.mark.parametrize(("auc", "warned"), [(0.74, False), (0.91, True)])
def test_data_that_give_the_answer_away_are_warned_of_before_any_figure(
    auc: float, warned: bool
) -> None:
    page = render_page(with_probe(auc))
    assert f"{auc:.3f} ({auc - 0.05:.3f}–{auc + 0.04:.3f})" in page
    assert ("<strong>Warning.</strong>" in page) == warned
    if warned:
        assert page.index("With one reference") < page.index("Warning.") < page.index("<table")
        assert "9 identities, 144 images" in page


def test_it_says_what_far_and_frr_count_and_where_refused_images_are() -> None:
    page = render_page(METRICS)
    measured = page[page.index("How it was measured") :]
    for words in ("FMR and FNMR", "ISO/IEC 19795", "An image that cannot be used is in none"):
        assert words in measured


def test_origin_parameters_and_names_are_told_and_escaped() -> None:
    page = render_page(METRICS)
    for text in ("0123abc &lt;dirty&gt;", "train.mining", "anna &amp; co (25.0 %)"):
        assert text in page


def test_the_narrow_layout_is_one_of_screens_and_paper_has_its_own() -> None:
    page = render_page(METRICS)
    queries = re.findall(r"@media ([^{]+) {", page)
    assert queries == ["screen and (max-width: 48rem)", "print"]
    assert "@page { size: A4;" in page
    assert re.search(r"section, figure, tr,[^}]*break-inside: avoid", page)
    assert page.count("<section>") == page.count("</section>") == 3


@pytest.mark.slow
def test_it_prints_on_a4_in_few_pages(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("neither chromium nor google-chrome is installed")
    (tmp_path / "report.html").write_text(render_page(METRICS), encoding="utf-8")
    options = ["--headless", "--no-sandbox", f"--user-data-dir={tmp_path / 'profile'}"]
    pdf = tmp_path / "report.pdf"
    address = (tmp_path / "report.html").as_uri()
    command = [browser, *options, f"--print-to-pdf={pdf}", address]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sizes = re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)[.\d]*\]", pdf.read_bytes())
    assert sizes == [(b"594", b"841")]
