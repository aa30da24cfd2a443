"""The images that a model was made from, recognised by a sample of their hashes."""

import hashlib

from components.shared.model.image_sample import overlap, sample

IMAGES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(100)]
OTHERS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(100, 200)]


def test_a_sample_is_short_and_the_same_in_any_order() -> None:
    assert sample(reversed(IMAGES), limit=10) == sample(IMAGES, limit=10)
    assert len(sample(IMAGES, limit=10)) == 10
    assert {len(value) for value in sample(IMAGES)} == {16}


def test_of_few_images_every_one_is_recognised_in_other_data() -> None:
    sampled = sample(IMAGES)
    assert overlap(IMAGES[:7] + OTHERS[:3], sampled) == (7, 10)
    assert overlap(OTHERS, sampled) == (0, 100)


def test_of_many_images_those_that_the_sample_tells_of_are_recognised() -> None:
    sampled = sample(IMAGES, limit=40)
    known, checked = overlap(IMAGES, sampled, limit=40)
    assert known == checked == 40
    known, checked = overlap(OTHERS, sampled, limit=40)
    assert known == 0
    assert 20 < checked < 60
    known, checked = overlap(IMAGES[:50] + OTHERS[:50], sampled, limit=40)
    assert 0.3 < known / checked < 0.7


def test_an_image_counts_once_and_without_a_sample_none_is_known() -> None:
    assert overlap([IMAGES[0], IMAGES[0]], sample(IMAGES)) == (1, 1)
    assert overlap(IMAGES, []) == (0, 100)
