from pathlib import Path

import pytest
from jinja2 import UndefinedError

from serving.pages import rendering


def test_what_is_shown_is_escaped() -> None:
    for code in ("en", "de"):
        template = rendering.environment(code).from_string(
            "{{ name }}{% trans name=name %}Is it {{ name }}'s?{% endtrans %}"
        )
        shown = template.render(name="<b>")
        assert "<b>" not in shown
        assert shown.count("&lt;b&gt;") == 2


def test_no_template_turns_escaping_off() -> None:
    for path in Path(rendering.TEMPLATES).glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", ""), path
        assert "autoescape" not in text, path


def test_a_name_that_no_page_gives_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering.environment("en").from_string("{{ nothing }}").render()
