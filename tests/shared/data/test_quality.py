"""Verdicts on images that cannot carry a decision, made bad on purpose, and on good ones."""

from pathlib import Path

import numpy as np
import pytest

from components.shared.data import quality
from components.shared.data.outcomes import Rejected
from components.shared.data.quality import (
    find_stray_reference,
    find_verdict,
    judge,
    judge_encoded,
    measure,
)
from tests.pictures import Grey, encode, strokes


def page(height: int = 120, width: int = 260) -> Grey:
    return np.full((height, width), 235, np.uint8)


def signature(seed: int = 0) -> Grey:
    """Strokes with paper all around."""
    result = page()
    result[20:100, 40:220] = strokes(seed, 80, 180)
    return result


@pytest.mark.parametrize("seed", range(5))
def test_a_whole_signature_is_taken_light_on_dark_too(seed: int) -> None:
    assert find_verdict(signature(seed)) is None
    assert find_verdict(255 - signature(seed)) is None


def test_a_single_line_is_too_little_ink() -> None:
    line = page()
    line[58:62, 60:200] = 40
    assert find_verdict(line) == quality.TOO_LITTLE_INK


def test_a_signature_of_few_pixels_is_too_small() -> None:
    tiny = page(40, 60)
    tiny[10:30, 10:40] = strokes(1, 20, 30)
    assert find_verdict(tiny) == quality.TOO_SMALL


def test_strokes_that_all_end_at_one_edge_are_cut_off() -> None:
    comb = page()
    for left in range(20, 240, 30):
        comb[30:, left : left + 4] = 40
    comb[30:34, 20:234] = 40
    assert measure(comb).crossings == 8
    assert find_verdict(comb) == quality.CUT_OFF


def test_two_signatures_far_apart_are_two_whichever_way_they_stand() -> None:
    beside = np.concatenate([signature(0), page(120, 200), signature(1)], axis=1)
    assert find_verdict(beside) == quality.TWO_SIGNATURES
    below = np.concatenate([signature(0), page(60), signature(1)], axis=0)
    assert find_verdict(below) == quality.TWO_SIGNATURES


def test_noise_as_strong_as_the_ink_is_a_heavy_background() -> None:
    noise = np.random.default_rng(0).normal(0, 90, (120, 260))
    noisy = np.clip(signature(0) - 100.0 + noise, 0, 255).astype(np.uint8)
    assert find_verdict(noisy) == quality.HEAVY_BACKGROUND


def test_what_has_no_writing_is_refused_in_the_normalisations_words() -> None:
    with pytest.raises(Rejected, match="blank image: no ink found"):
        judge(page())
    with pytest.raises(Rejected, match="blank image: no ink found"):
        judge_encoded(encode(page()))


def test_an_encoded_image_passes_or_is_refused_in_a_sentence_for_a_clerk() -> None:
    judge_encoded(encode(signature()))
    judge_encoded(encode(signature(), "jpeg"))
    line = page()
    line[58:62, 60:200] = 40
    with pytest.raises(Rejected, match="too little ink: a dot or a short line is no signature"):
        judge_encoded(encode(line))


def test_every_verdict_has_a_code_and_says_what_is_wrong_and_what_to_do() -> None:
    codes = [verdict.code for verdict in quality.VERDICTS]
    assert len(set(codes)) == len(codes) == 5
    assert all(":" in verdict.sentence for verdict in quality.VERDICTS)


def test_the_reference_far_from_the_others_is_found_by_its_index() -> None:
    rng = np.random.default_rng(0)
    alike = rng.normal(0, 0.01, (5, 8)).astype(np.float32) + np.eye(8, dtype=np.float32)[0]
    assert find_stray_reference(alike) is None
    alike[3] = np.eye(8, dtype=np.float32)[1]
    assert find_stray_reference(alike) == 3
    assert find_stray_reference(alike[2:5]) is None


def refused(paths: list[Path]) -> list[Path]:
    bad = []
    for path in paths:
        try:
            judge_encoded(path.read_bytes())
        except Rejected:
            bad.append(path)
    return bad


def test_no_generated_signature_is_refused(raw_folder: Path) -> None:
    paths = sorted(raw_folder.rglob("*.png"))
    assert len(paths) == 56
    assert refused(paths) == []


@pytest.mark.parametrize("folder", ["cedar_dir", "bhsig260_dir"])
def test_at_most_one_real_genuine_image_in_a_hundred_is_refused(
    folder: str, request: pytest.FixtureRequest
) -> None:
    paths = sorted(Path(request.getfixturevalue(folder)).rglob("*"))
    genuine = [path for path in paths if "original_" in path.name or "-G-" in path.name][::13]
    assert len(genuine) > 90
    assert len(refused(genuine)) <= 0.01 * len(genuine) + 1
