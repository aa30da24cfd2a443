"""Conventions of the code: a test for each module, docstrings, and comprehensions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
FOLDERS = ("components", "pipelines", "serving", "tools")
FREE = {"__init__.py", "__main__.py", "params.py"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
SENTENCE = re.compile(r"(?:\A|(?<=[.:?!]))\s*(?:What|Whose|How)\b")
OPENING = re.compile(r"(?:What|Whose|How|Where|Whether|Which)\b")


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((PROJECT / folder).rglob("*.py"))


def nodes() -> Iterator[tuple[str, ast.AST]]:
    """Yields every node of every module, after the module's path and the node's line."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(PROJECT)}:{getattr(node, 'lineno', 1)}", node


def test_every_module_has_a_test_of_its_own_name() -> None:
    missing = []
    for path in modules():
        module = path.relative_to(PROJECT)
        folder = module.parent
        if folder.parts[0] == "components":
            folder = folder.relative_to("components")
        test = PROJECT / "tests" / folder / f"test_{path.name}"
        if path.name not in FREE and not test.is_file():
            missing.append(module.as_posix())
    assert not missing, "\n".join(missing)


def test_docstrings_say_what_something_is_or_does() -> None:
    questions = []
    for place, node in nodes():
        text = (ast.get_docstring(node) or "") if isinstance(node, DOCUMENTED) else ""
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if SENTENCE.search(text) or (is_function and OPENING.match(text)):
            questions.append(place)
    assert not questions, "\n".join(questions)


def test_no_comprehension_stands_in_another() -> None:
    nested = []
    for place, node in nodes():
        if isinstance(node, COMPREHENSIONS):
            inner = [each for each in ast.walk(node) if isinstance(each, COMPREHENSIONS)]
            nested += [place] if len(inner) > 1 else []
    assert not nested, "\n".join(nested)


def test_no_names_are_unpacked_from_a_comprehension() -> None:
    unpacked = []
    for place, node in nodes():
        if isinstance(node, ast.Assign) and isinstance(node.value, COMPREHENSIONS):
            unpacked += [place] if isinstance(node.targets[0], ast.Tuple | ast.List) else []
    assert not unpacked, "\n".join(unpacked)
