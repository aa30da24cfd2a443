"""Rejections counted by reason."""

from components.shared.data.rejections import count_reasons, in_words


def test_reasons_are_counted_without_what_is_of_one_image_the_commonest_first() -> None:
    reasons = [
        "truncated or damaged image (broken data stream)",
        "blank image: no ink found",
        "truncated or damaged image",
        "12 × 900 pixels are more than max_pixels (100)",
        "7 × 40 pixels are more than max_pixels (100)",
        "truncated or damaged image",
    ]
    counts = count_reasons(reasons)
    assert counts == {
        "truncated or damaged image": 3,
        "more pixels than max_pixels": 2,
        "blank image": 1,
    }
    assert in_words(counts).startswith("3 × truncated or damaged image, 2 × more pixels")


def test_no_reasons_are_no_words() -> None:
    assert in_words(count_reasons([])) == ""
