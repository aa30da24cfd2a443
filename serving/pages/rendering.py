"""Templates to answers, in the reader's language."""

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from serving.api.caller import Permission, may
from serving.api.problems import Problem
from serving.pages import addresses, formats, language, words

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(code: str) -> Environment:
    """Returns the templates in a language; all that they show is escaped."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    translations = language.translations(code)
    templates.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    templates.filters |= formats.filters(code)
    templates.globals["words"] = words.Words(translations.gettext, code)
    return templates


def language_of(request: Request) -> str:
    """Returns the language of a request's reader."""
    accepted = request.headers.get("accept-language", "")
    return language.choose(request.cookies.get(language.COOKIE), accepted)


def translate(request: Request) -> Callable[[str], str]:
    """Returns the function that translates for a request's reader."""
    translations: gettext.NullTranslations = language.translations(language_of(request))
    return translations.gettext


def words_of(request: Request) -> words.Words:
    """Returns the words for a request's reader."""
    return words.Words(translate(request), language_of(request))


def page(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **content: Any,
) -> HTMLResponse:
    """Returns a page.

    Args:
        request: that it answers.
        template: its name, without `.html`.
        status: of the answer.
        headers: more of the answer's.
        content: of the template; `problem`: a refusal, told above the page's forms.
    """
    code = language_of(request)
    key = getattr(request.state, "key", None)

    def allows(permission: Permission) -> bool:
        return key is not None and may(key, permission)

    values = {
        "language": code,
        "languages": language.languages(),
        "key": key,
        "allows": allows,
        "menu": addresses.menu(key),
        "path": request.url.path,
        "problem": None,
        "done": None,
    }
    text = environment(code).get_template(f"{template}.html").render(values | content)
    return HTMLResponse(text, status, headers)


def problem_page(request: Request, problem: Problem) -> HTMLResponse:
    """Returns the page of a refusal that belongs to no form."""
    return page(request, "problem", problem.status_code, problem.headers, problem=problem)
