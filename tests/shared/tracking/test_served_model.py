"""The shipped model as MLflow serves it: forms of its input, and no image in a message."""

import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.shared.tracking import served_model
from components.shared.tracking.served_model import ServedModel

IMAGE = b"\x89PNG somebody's signature"
TEXT = base64.b64encode(IMAGE).decode()
ROW = [float(len(IMAGE))] * 2


@pytest.fixture
def served(saved_model: Path) -> ServedModel:
    return ServedModel(saved_model)


def test_a_batch_of_bytes_is_embedded_and_an_empty_one_too(served: ServedModel) -> None:
    embeddings = served.embed([b"abc", b"", b"a"])
    np.testing.assert_array_equal(embeddings, [[3, 3], [np.nan, np.nan], [1, 1]])
    assert served.embed([]).shape == (0, 2)


@pytest.mark.parametrize(
    "images",
    [
        [IMAGE],
        np.array([IMAGE]),
        np.array([IMAGE], dtype=object),
        pd.Series([IMAGE]),
        pd.DataFrame({"image": [IMAGE]}),
        {"b64": np.array([TEXT])},
        [{"b64": np.array(TEXT)}],
        [{"b64": TEXT}],
        TEXT,
        np.array(TEXT),
        f"{TEXT[:8]}\n{TEXT[8:]}\n",  # as base64 without -w0 wraps it
    ],
)
def test_bytes_and_base64_are_taken_in_any_container(served: ServedModel, images: Any) -> None:
    assert served.predict(images).tolist() == [ROW]


def test_text_gives_none_where_bytes_give_nan(served: ServedModel) -> None:
    assert served.predict(["", TEXT]).tolist() == [[None, None], ROW]
    assert np.isnan(served.predict([b"", IMAGE])[0]).all()


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([TEXT, f"{TEXT}é"], "image 2 of 2 is not base64"),
        ([TEXT[:-1]], "image 1 of 1 is not base64"),
        (["\ud800"], "image 1 of 1 is not base64"),
        ([TEXT, None], "image 2 of 2 is a NoneType"),
        ([[TEXT, TEXT], [TEXT]], "image 1 of 2 is a list"),
        ([[TEXT], [TEXT]], "the input has 2 dimensions"),
        ([{"b64": TEXT, "name": TEXT}], "image 1 of 1 has 2 names of values"),
        (pd.DataFrame({"a": [TEXT], "b": [TEXT]}), "the input has 2 names of values"),
        ({}, "the input has 0 names of values"),
    ],
)
def test_another_form_is_refused_without_a_word_of_it(
    served: ServedModel, images: Any, message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=message) as caught:
        served.predict(images)
    assert TEXT[:-1] not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_it_runs_without_the_project(saved_model: Path, tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(served_model.__file__).parent)!r}); "
        "import served_model; "
        "loaded = [name for name in sys.modules if name.startswith(('components', 'tensorflow'))]; "
        "print(loaded)"
    )
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
