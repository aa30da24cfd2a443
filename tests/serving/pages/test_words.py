import math
from itertools import product

from components.shared.data import normalisation_rules, quality
from components.shared.data.quality import Verdict
from components.shared.verification import verbal_scale
from serving.api import problems
from serving.api.problems import Fault, Problem
from serving.pages.words import REASONS, Words
from serving.store import trouble


def english() -> Words:
    return Words(lambda text: text, "en")


def test_grades_are_those_of_the_verbal_scale() -> None:
    ratios = (1.5, 3, 30, 300, 3000, 30000, 3_000_000)
    for ratio, sign, kind in product(ratios, (1, -1), ("skilled", "random")):
        llr = sign * math.log(ratio)
        told = english().grade(llr, kind)
        expected = verbal_scale.in_words(llr, kind)
        if verbal_scale.strength(llr) is None:
            assert told.startswith("No support for either")
        else:
            assert told.lower() == expected.lower()


def test_a_refusal_names_fields_and_reasons_a_person_understands() -> None:
    faults = [Fault(field="images.1", reason="blank image: no ink found")]
    told = english().explain(Problem(422, "images.1: …", "image-refused", faults))
    assert told == [("Signatures 2", "blank image: no ink found")]
    assert english().explain(Problem(404, "Not Found")) == [("", "There is no such page.")]


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert english().reason("something else") == "something else"
    assert english().reason("truncated or damaged image (x)") == "truncated or damaged image"


def test_policies_have_a_meaning() -> None:
    assert "1.0\xa0%" in english().policy("far_1pct")
    assert english().policy("own") == "own"


def test_outcomes_have_words_and_colours() -> None:
    assert english().outcome("3 references") == "References: 3"
    assert english().outcome("too_far").startswith("nobody")
    assert english().colour("accept") == "green"
    assert english().colour("review") == "amber"
    assert english().colour("too_far") == english().colour("reject") == "red"


def test_every_reason_that_images_are_refused_for_is_known() -> None:
    sentences = [each.sentence for each in vars(quality).values() if isinstance(each, Verdict)]
    rules = vars(normalisation_rules)
    sentences += [rules[name] for name in ("FLAT", "BLANK", "EMPTY_BOX", "NO_WRITING", "SHADOW")]
    sentences += [rules[name] for name in ("UNKNOWN_FORMAT", "TOO_LARGE", "DAMAGED")]
    for sentence in sentences:
        assert any(sentence.startswith(reason) for reason in REASONS), sentence
    assert len(sentences) == 13


def test_every_trouble_of_a_database_is_known() -> None:
    troubles = [each for each in vars(trouble).values() if isinstance(each, trouble.Trouble)]
    for told in (*(each.told for each in troubles), problems.KEY_CHANGED):
        assert told in REASONS, told
    assert len(troubles) == 7
