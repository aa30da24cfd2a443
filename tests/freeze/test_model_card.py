"""The model card says what was measured, and no more."""

from pathlib import Path
from typing import Any

import pytest

from components.freeze.model_card import CardData, count_images, render
from components.shared.runtime.errors import InputError
from components.shared.verification.decision import Decision, Policy
from components.shared.verification.decision_file import Decisions
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from components.shared.verification.threshold import Threshold

MANIFEST: dict[str, Any] = {
    "versions": {"python": "3.11.7", "keras": "3.15.1"},
    "code": {"revision": None, "dirty": None},
    "normalisation": {"mode": "shape", "height": 64, "width": 112, "channels": 1},
    "parity": {
        "parity/saved_model/max_abs_difference": 0.0,
        "parity/frozen_graph/max_abs_difference": 2.1e-7,
    },
}
THRESHOLDS = [
    Threshold("skilled", 1, "equal_error", 0.43219, n_identities=6, n_impostors=1200),
    Threshold("skilled", 1, "far_0.01pct", 0.1, n_identities=2, n_impostors=24, least_far=0.125),
    Threshold("random", 5, "far_1pct", 1.0),
]
DECISIONS = Decisions(thresholds=THRESHOLDS)
CATALOGUE = {"identities": 55, "genuine": 1320, "forgery": 1320}
SECTIONS = (
    "Conclusions", "Intended use", "Data and licence", "Figures on the test identities",
    "Decision", "Thresholds", "Floors", "Shortcut probe", "Formats", "Limits", "Input and versions",
)  # fmt: skip


def figure(key: str, value: float) -> dict[str, float]:
    return {key: value, f"{key}_ci_low": value - 0.024, f"{key}_ci_high": value + 0.025}


SKILLED = {
    **figure("verification/skilled/refs_1/eer", 0.125),
    **figure("verification/skilled/refs_1/auc", 0.9321),
    **figure("verification/skilled/refs_1/far_at_threshold", 0.2),
    **figure("verification/skilled/refs_1/frr_at_threshold", 0.1),
    "verification/skilled/refs_1/n_identities": 9.0,
    "verification/skilled/refs_1/n_pairs": 7212.0,
    **figure("identification/refs_5/accuracy", 0.75),
    "identification/refs_5/n_identities": 9.0,
    "identification/refs_5/n_probes": 810.0,
    "val/verification/skilled/refs_1/eer": 0.021,
    **figure("floor/hog/skilled/refs_1/eer", 0.277),
    **figure("floor/hog/skilled/refs_1/eer_difference", -0.152),
    **figure("probe/prepared/auc", 0.625),
    "probe/prepared/n_identities": 9.0,
    "probe/prepared/n_images": 432.0,
}
RANDOM = {
    **figure("verification/random/refs_5/frr_at_far_1pct", 0.2),
    "verification/random/refs_5/n_identities": 40.0,
    "verification/random/refs_5/n_pairs": 1000.0,
}


def card(metrics: dict[str, float], decisions: Decisions = DECISIONS, **params: str) -> str:
    return render(
        CardData(
            CATALOGUE,
            metrics,
            MANIFEST,
            {name.replace("__", "."): value for name, value in params.items()},
            decisions,
        )
    )


def test_a_figure_stands_with_its_interval_and_what_it_stands_on() -> None:
    lines = card(SKILLED | RANDOM).splitlines()
    for row in (
        "| skilled forgeries, 1 reference: equal error rate "
        "| 12.5 % | 10.1 % to 15.0 % | 9 | 7,212 |",
        "| skilled forgeries, 1 reference: area under the ROC "
        "| 0.932 | 0.908 to 0.957 | 9 | 7,212 |",
        "| random forgeries, 5 references: false rejections at 1 % false acceptances "
        "| 20.0 % | 17.6 % to 22.5 % | 40 | 1,000 |",
        "| identification from 5 references: accuracy | 75.0 % | 72.6 % to 77.5 % | 9 | 810 |",
        "| HOG, skilled forgeries: equal error rate | 27.7 % | 25.3 % to 30.2 % | 9 | 7,212 |",
        "| model − this | −15.2 points | −17.6 points to −12.7 points | 9 | 7,212 |",
        "| statistics of the images as the network sees them: AUC "
        "| 0.625 | 0.601 to 0.650 | 9 | 432 |",
    ):
        assert row in lines


def test_a_figure_that_stands_on_nothing_known_is_left_out() -> None:
    without = {
        key: value for key, value in SKILLED.items() if key != "verification/skilled/refs_1/n_pairs"
    }
    assert "12.5 %" not in card(without)
    assert "75.0 %" in card(without)


@pytest.mark.parametrize("metrics", [SKILLED | RANDOM, RANDOM, {}])
def test_every_section_is_there_whatever_was_measured(metrics: dict[str, float]) -> None:
    text = card(metrics)
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(SECTIONS)
    assert not set("{}") & set(text)
    assert "Code revision: unknown" in text
    assert ("test identities were not measured" in text) == (not metrics)


def test_figures_of_the_validation_identities_are_not_sold_as_test_figures() -> None:
    assert "2.1 %" not in card(SKILLED)


def test_thresholds_stand_with_what_they_were_chosen_for_and_what_they_gave() -> None:
    lines = card(SKILLED).splitlines()
    gave = "20.0 % (17.6 % to 22.5 %) | 10.0 % (7.6 % to 12.5 %) | 9, 7,212"
    assert f"| skilled forgeries | 1 | equal error rates | 0.4322 | 6, 1,200 | {gave} |" in lines
    assert "| random forgeries | 5 | 1 % false acceptances | 1.0000 | – | – | – | – |" in lines
    assert gave not in card(SKILLED, evaluate__target="0.01")


def test_only_what_was_not_measured_on_test_is_left_open() -> None:
    policy = "verification/skilled/refs_1/policy/far_0.01pct"
    carried = figure(f"{policy}/far", 0.1) | figure(f"{policy}/frr", 0.75)
    gave = "10.0 % (7.6 % to 12.5 %) | 75.0 % (72.6 % to 77.5 %) | 9, 7,212 |"
    chosen = [line for line in card(SKILLED | carried).splitlines() if "| 0.1000 |" in line]
    assert [line.endswith(gave) for line in chosen] == [True]
    of_val = {f"val/{name}": value for name, value in (SKILLED | carried).items()}
    table = [line for line in card(of_val).splitlines() if "false acceptances" in line]
    assert all(line.endswith("| – | – | – |") for line in table[:2])


def test_a_threshold_for_less_than_val_can_show_is_marked() -> None:
    text = card(SKILLED)
    mark = "0.01 % false acceptances, fewer than val can show (12 %) | 0.1000 | 2, 24 |"
    assert f"| skilled forgeries | 1 | {mark}" in text
    limits = text[text.index("## Limits") :]
    assert "FAR ≤ 0.01 % against skilled forgeries, 1 reference (2 identities with 24" in limits


def test_the_decision_is_in_the_card_and_a_far_beyond_val_is_warned_of_once() -> None:
    policy = Policy("skilled", 1, "far_0.01pct", Limits.single(2.0), 2, 24, 0.125)
    model = EvidenceModel({"constant": 1.0}, Bounds(-2.0, 2.0))
    decision = Decision({"skilled": model}, 3, 1, [policy])
    text = card(SKILLED, Decisions(decision, None, THRESHOLDS))
    assert "| constant | +1.000 |" in text[text.index("## Decision") : text.index("## Thresholds")]
    limits = text[text.index("## Limits") :]
    assert "With more than 3 references the evidence is that of 3" in limits
    assert limits.count("FAR ≤ 0.01 %") == 1
    assert "None: there were too few validation identities" in card(SKILLED)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("sample", "no real person's data, no licence needed"),
        ("cedar", "University at Buffalo"),
        (
            "/home/anna/scans",
            "“scans”: origin and licence are unknown to this pipeline; state them here",
        ),
        ("https://host/a/b.zip?key=secret", "“b.zip”: origin and licence are unknown"),
        (None, "Not recorded: origin and licence are unknown"),
    ],
)
def test_the_data_s_licence_is_told_as_far_as_it_is_known(
    source: str | None, sentence: str
) -> None:
    params = {} if source is None else {"ingest__source": source}
    text = card(SKILLED, DECISIONS, **params)
    assert sentence in text
    assert "anna" not in text
    assert "secret" not in text


def test_the_card_concludes_before_all_else() -> None:
    text = card(SKILLED)
    conclusion = "- **Good for ranking and pre-sorting against skilled forgeries"
    assert text.index(conclusion) < text.index("## Intended use")


def test_the_limits_tell_what_is_not_known() -> None:
    assert "nothing is known about imitations" in card(RANDOM)
    assert "nothing is known about imitations" not in card(SKILLED | RANDOM)
    assert "stand on 9 identities only" in card(SKILLED)
    assert "stand on" not in card(RANDOM)
    assert "Warning" not in card(SKILLED)
    assert "AUC of 0.952" in card(SKILLED | {"probe/prepared/auc": 0.952})


def test_every_identity_counts_whatever_it_is_called(tmp_path: Path) -> None:
    names = ["001", "1", "NA", "None", "nan", "BO"]
    lines = ["path,identity,kind,sha256"]
    for name in names:
        for kind in ("genuine", "forgery"):
            lines.append(f"{name}-{kind}.png,{name},{kind},{name}-{kind}")
    (tmp_path / "catalog.csv").write_text("\n".join(lines) + "\n")
    assert count_images(tmp_path) == {"identities": 6, "genuine": 6, "forgery": 6}


def test_disguised_signatures_are_counted_apart(tmp_path: Path) -> None:
    lines = ["path,identity,kind,sha256"]
    for kind in ("genuine", "genuine", "forgery", "disguised"):
        lines.append(f"{len(lines)}.png,1,{kind},{len(lines)}")
    (tmp_path / "catalog.csv").write_text("\n".join(lines) + "\n")
    counts = count_images(tmp_path)
    assert counts == {"identities": 1, "genuine": 2, "forgery": 1, "disguised": 1}
    text = render(CardData(counts, SKILLED, MANIFEST, {}, DECISIONS))
    assert "1 forgeries. 1 disguised signatures are in no figure but their own." in text


def test_images_that_could_not_be_used_are_counted_and_rates_are_of_comparisons() -> None:
    text = card(SKILLED | {"n_rejected": 1200.0})
    assert "FAR and FRR count comparisons, as FMR and FNMR do" in text
    limits = text[text.index("## Limits") :]
    assert "- 1,200 images of the data could not be used and are in no comparison" in limits
    assert "could not be used" not in card(SKILLED)


@pytest.mark.parametrize("name", SKILLED)
def test_a_missing_figure_is_left_out_or_named(name: str) -> None:
    metrics = {other: value for other, value in SKILLED.items() if other != name}
    try:
        assert "## Limits" in card(metrics)
    except InputError as error:
        assert str(error).startswith("metrics.json of the evaluation lacks the figure '")
