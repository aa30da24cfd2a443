import pytest

from components.shared.runtime.errors import InputError
from components.shared.runtime.params import load, parse
from components.split.params import SplitParams
from tests.conftest import PROJECT


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"val": 0.5, "test": 0.5}, "leave nothing to train on"),
        ({"val": 0.6, "folds": 2}, "leave nothing to train on"),
        ({"fold": 1}, "fold is 1, but folds is 0"),
        ({"folds": 5, "fold": 5}, "from 0 to 4"),
        ({"folds": 1}, "at least 2"),
        ({"folds": 5, "by": "folders"}, "by: fraction only"),
        ({"by": "fractions"}, "fraction, folders, collection, or the path"),
        ({"val": 0}, "split.val is 0"),
        ({"by": "collection"}, "collections.test names none"),
        ({"collections": {"test": ["a"]}}, "collections is set, but by is fraction"),
        ({"by": "collection", "folds": 2, "collections": {"test": ["a"]}}, "by: fraction only"),
        (
            {"by": "collection", "collections": {"val": ["a"], "test": ["a"]}},
            "collections.val and collections.test both name a",
        ),
        ({"vol": 0.2}, "did you mean 'val'"),
    ],
)
def test_contradictory_parameters_are_told(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(SplitParams, "split", values, "params.yaml")


def test_the_defaults_are_those_of_the_parameter_file() -> None:
    assert load(SplitParams, "split", PROJECT / "params.yaml") == SplitParams()
