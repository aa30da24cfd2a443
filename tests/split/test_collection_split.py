"""Parts by collection."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from components.shared.runtime.errors import InputError
from components.shared.runtime.params import parse
from components.split.params import SplitParams
from tests.split.indexes import index_of, parts_of, split


def index_in(*collections: str) -> pd.DataFrame:
    """Returns an index of an identity with two images in each of these collections."""
    each = [name for name in collections for _ in range(2)]
    return index_of(len(collections), 2, collection=each)


def params(**collections: list[str]) -> SplitParams:
    """Returns parameters with these collections by part."""
    return parse(SplitParams, "split", {"by": "collection", "collections": collections}, "")


def test_each_collection_stands_in_its_part(tmp_path: Path) -> None:
    own = params(train=["a"], val=["b"], test=["c", "d"])
    parts = parts_of(own, index_in("a", "b", "c", "d", "a"), tmp_path)
    assert parts == {"w0": "train", "w1": "val", "w2": "test", "w3": "test", "w4": "train"}


def test_with_one_left_out_val_is_drawn_from_the_others_by_identity(tmp_path: Path) -> None:
    index = index_in(*["a"] * 10, *["b"] * 10, *["c"] * 5)
    parts = parts_of(params(test=["c"]), index, tmp_path)
    assert Counter(parts.values()) == {"train": 17, "val": 3, "test": 5}
    assert {parts[f"w{who}"] for who in range(20, 25)} == {"test"}
    again = parts_of(params(test=["c"]), index, tmp_path)
    assert again == parts
    other = params(test=["c"]).model_copy(update={"seed": 1})
    assert parts_of(other, index, tmp_path) != parts


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (params(test=["x"]), "test names 'x', but the collections are a, b, c"),
        (params(test=["aa"]), r"test names 'aa', but .* \(did you mean 'a'\?\)"),
        (params(val=["c"], test=["a", "b"]), "leaves no collection to train on"),
        (params(train=["a"], test=["b"]), "names c in no part"),
    ],
)
def test_what_does_not_suit_the_collections_is_refused(
    own: SplitParams, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        split(own, index_in("a", "b", "c"), tmp_path)


def test_a_single_source_has_no_collections(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"split\.by is collection, but ingest\.source names none"):
        split(params(test=["a"]), index_of(5), tmp_path)


def test_one_identity_is_too_few_to_draw_val_from(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"too few identities \(1\) to draw val from"):
        split(params(test=["b"]), index_in("a", "b"), tmp_path)


def test_bytes_of_the_trained_and_the_tested_collection_are_refused(tmp_path: Path) -> None:
    index = index_in("a", "a", "a", "b").assign(sha256=[*"abcdef", "a", "g"])
    with pytest.raises(InputError, match="the same image stands in"):
        split(params(test=["b"]), index, tmp_path)
