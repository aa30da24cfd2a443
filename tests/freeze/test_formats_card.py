"""The model card's table of quantised networks."""

from components.freeze import formats_card
from tests.freeze.test_quantised import PROOF, SLOWER, WORSE


def test_a_bundle_of_float32_alone_says_so() -> None:
    assert formats_card.describe({}) == "The networks here compute in float32."


def test_each_format_has_its_figures_and_whether_it_is_shipped_and_why() -> None:
    entries = {
        "int8": PROOF.entry(),
        "litert": PROOF._replace(alone=WORSE, mixed=None, speed=SLOWER).entry(),
    }
    text = formats_card.describe(entries)
    assert (
        "| `int8` | yes | +1.00 (−1.00 to +3.00) | +1.00 (−1.00 to +3.00) | 0.50 % | 0.02 "
        "| 2.00 (1.50 to 2.50) | 1 |"
    ) in text
    assert "| `litert` | no | +5.00 (+2.00 to +8.00) | – |" in text
    assert "`int8` is shipped: no higher equal error rate beyond chance" in text
    assert "against skilled forgeries." in text
    assert "`litert` is not shipped: " in text
