from serving.pages import cards

CARD = """# Model card

An embedder of **images**: one file
goes in.

## Figures
| figure | value |
| --- | --- |
| `eer` | 3 % |

- first,
  on two lines
- second <b>
"""


def test_a_card_becomes_blocks() -> None:
    blocks = cards.parse(CARD)
    assert [block.kind for block in blocks] == ["heading", "text", "heading", "table", "list"]
    assert blocks[0].text == "Model card"
    assert blocks[1].text == "An embedder of images: one file goes in."
    assert blocks[2].level == 2
    assert blocks[3].rows == [["figure", "value"], ["eer", "3 %"]]
    assert blocks[4].lines == ["first, on two lines", "second <b>"]


def test_an_empty_card_has_no_blocks() -> None:
    assert cards.parse("") == []
