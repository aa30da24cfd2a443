"""The shortcut probe: on statistics whose answer is known."""

import itertools

import numpy as np
import pandas as pd
import pytest

from components.shared.verification.estimate import Estimate
from components.shared.verification.sampling import Labels
from components.shared.verification.shortcut_probe import Probe, of_sources, probe, report

IDENTITIES, EACH = 24, 10
IDENTITY = np.repeat([f"w{i:02}" for i in range(IDENTITIES)], EACH)
FORGED = np.tile(np.arange(EACH) % 2 == 1, IDENTITIES)
NOISE = np.random.default_rng(1).normal(size=(len(FORGED), 3))


def probed(
    columns: dict[str, np.ndarray], forged: np.ndarray = FORGED, identity: np.ndarray = IDENTITY
) -> Probe:
    result = probe(pd.DataFrame(columns), Labels(identity, forged))
    assert result is not None
    return result


def by_pairs(values: np.ndarray, forged: np.ndarray) -> float:
    pairs = list(itertools.product(values[forged], values[~forged]))
    return float(
        np.mean([1.0 if above > below else 0.5 * (above == below) for above, below in pairs])
    )


def test_a_statistic_that_gives_the_answer_away_is_found_and_named() -> None:
    grey = np.where(FORGED, 250, 240) + np.round(NOISE[:, 0]).clip(-3, 3)
    result = probed({"noise": NOISE[:, 1], "grey": grey})
    assert (result.auc.value, result.best, result.best_auc.value) == (1, "grey", 1)
    interval = result.auc.rate_interval()
    assert interval is not None
    assert 0.99 < interval[0] < interval[1] == 1
    assert (result.n_identities, result.n_images) == (IDENTITIES, IDENTITIES * EACH)


def test_noise_is_no_shortcut() -> None:
    result = probed({"a": NOISE[:, 0], "b": NOISE[:, 1]})
    interval = result.auc.rate_interval()
    assert interval is not None
    assert interval[0] < 0.5 < interval[1]


def test_what_only_several_statistics_tell_together_is_found() -> None:
    common = 4 * np.repeat(NOISE[::2, 0], 2)
    result = probed({"a": common, "b": common + np.where(FORGED, 1, -1) + 0.1 * NOISE[:, 1]})
    assert result.auc.value > 0.99
    assert result.best_auc.value < 0.7


@pytest.mark.parametrize("sign", [1, -1])
def test_the_best_statistic_counts_either_way_round_and_ties_count_one_half(sign: int) -> None:
    values = sign * np.round(NOISE[:, 0] + 0.8 * FORGED)
    truth = by_pairs(values, FORGED)
    assert probed({"x": values}).best_auc.value == pytest.approx(max(truth, 1 - truth), abs=1e-12)


def test_identities_are_tested_that_the_regression_was_not_fitted_to() -> None:
    """Statistics by which each identity can be learned by heart, with an answer that is the
    identity's own.
    """
    heart = {
        f"is {name}": np.where(name == IDENTITY, np.where(FORGED, 1.0, -1.0), 0.0)
        for name in set(IDENTITY)
    }
    signs = dict(zip(sorted(heart), np.resize([1, -1], IDENTITIES), strict=True))
    result = probed({name: signs[name] * heart[name] for name in sorted(heart)})
    assert result.auc.value == 0.5


def test_identities_without_images_of_both_kinds_are_left_out() -> None:
    forged = FORGED & ~np.isin(IDENTITY, ["w00", "w01"])
    forged[IDENTITY == "w02"] = True
    result = probed({"x": NOISE[:, 0]}, forged)
    assert (result.n_identities, result.n_images) == (IDENTITIES - 3, (IDENTITIES - 3) * EACH)


@pytest.mark.parametrize("with_forgeries", [0, 1])
def test_without_forgeries_of_two_identities_there_is_no_probe(with_forgeries: int) -> None:
    forged = FORGED & (f"w{with_forgeries:02}" > IDENTITY)
    statistics = pd.DataFrame({"x": NOISE[:, 0]})
    assert probe(statistics, Labels(IDENTITY, forged)) is None


def test_two_identities_are_enough_and_the_order_of_the_images_does_not_matter() -> None:
    few = IDENTITY < "w02"
    statistics = pd.DataFrame(NOISE[few] + FORGED[few, None], columns=["a", "b", "c"])
    order = np.random.default_rng(1).permutation(len(statistics))
    labels = Labels(IDENTITY[few], FORGED[few])
    shuffled = Labels(labels.identity[order], labels.forged[order])
    result = probe(statistics, labels)
    again = probe(statistics.iloc[order], shuffled)
    assert result is not None
    assert again is not None
    assert again.auc.value == pytest.approx(result.auc.value, abs=1e-9)
    assert again.best == result.best


def test_the_interval_is_over_identities_not_images() -> None:
    """Images of an identity that are copies of one another add nothing."""
    once = np.isin(np.arange(len(FORGED)) % EACH, [0, 1])
    x = NOISE[once, 0] + FORGED[once]
    single = probed({"x": x}, FORGED[once], IDENTITY[once])
    copied = probed({"x": np.tile(x, 9)}, np.tile(FORGED[once], 9), np.tile(IDENTITY[once], 9))
    assert copied.auc.rate_interval() == pytest.approx(single.auc.rate_interval(), abs=0.02)


def test_files_of_another_mode_are_told_apart() -> None:
    sources = pd.DataFrame(
        {"mode": np.where(FORGED, "P", "L"), "dpi": 300, "median_grey": 240, "file_bytes": 9}
    )
    index = pd.DataFrame({"identity": IDENTITY, "kind": np.where(FORGED, "forgery", "genuine")})
    result = of_sources(sources.assign(height=3, width=4), index)
    assert result.figures["probe/source/auc"] == 1
    assert "best alone: mode L, 1.000 (1.000–1.000); 24 identities, 240 images" in result.lines[0]
    assert result.lines[1].startswith("warning: the files themselves")
    genuine = index.assign(kind="genuine")
    assert of_sources(sources.assign(height=3, width=4), genuine) == ({}, [])


def test_figures_and_words_say_what_they_stand_on() -> None:
    influence = np.array([-0.1, 0.0, 0.1])
    area, best = Estimate(0.7514, influence), Estimate(0.7, influence / 2)
    interval, best_interval = area.rate_interval(), best.rate_interval()
    assert interval is not None
    assert best_interval is not None
    result = Probe(area, "median_grey", best, 55, 2640)
    words = report(result, "probe/source", "source files", "beware")
    assert words.figures == {
        "probe/source/auc": 0.7514,
        "probe/source/auc_ci_low": interval[0],
        "probe/source/auc_ci_high": interval[1],
        "probe/source/best_statistic_auc": 0.7,
        "probe/source/best_statistic_auc_ci_low": best_interval[0],
        "probe/source/best_statistic_auc_ci_high": best_interval[1],
        "probe/source/n_identities": 55,
        "probe/source/n_images": 2640,
    }
    assert words.lines == [
        "source files tell forged from genuine with AUC 0.751 "
        f"({interval[0]:.3f}–{interval[1]:.3f}); best alone: median_grey, 0.700 "
        f"({best_interval[0]:.3f}–{best_interval[1]:.3f}); 55 identities, 2,640 images",
        "warning: beware",
    ]
    unsure = result._replace(auc=Estimate(0.75, np.array([0.1, -0.1])))
    (line,) = report(unsure, "probe/source", "source files", "beware").lines
    assert "AUC 0.750 (–); best" in line
