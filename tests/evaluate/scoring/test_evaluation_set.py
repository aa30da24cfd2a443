"""Images of one part of the split, with their identities."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from components.evaluate.scoring.evaluation_set import (
    check_normalisation,
    select_part,
    select_rows,
)
from components.shared.runtime.errors import InputError

INDEX = pd.DataFrame(
    {
        "path": ["1.png", "2.png", "3.png", "4.png", "5.png"],
        "identity": ["cleo", "anna", "bert", "anna", "cleo"],
        "kind": ["genuine", "genuine", "genuine", "forgery", "genuine"],
        "sha256": ["a", "b", "c", "d", "e"],
    }
)


def test_a_part_holds_its_images_in_the_store_s_order_with_sorted_names() -> None:
    partition = pd.DataFrame(
        {"row": [4, 3, 2, 1, 0], "part": ["test", "test", "train", "test", "test"]}
    )
    tested = select_part(INDEX, partition, "test")
    assert tested.rows.tolist() == [0, 1, 3, 4]
    assert tested.names == ["anna", "cleo"]
    assert tested.labels.identity.tolist() == [1, 0, 0, 1]
    assert tested.labels.forged.tolist() == [False, False, True, False]
    assert tested.paths == ["1.png", "2.png", "4.png", "5.png"]
    assert tested.collection is None


def test_of_several_collections_each_image_has_its_own() -> None:
    index = INDEX.assign(collection=["x", "y", "x", "y", "x"])
    collection = select_rows(index, np.array([1, 2])).collection
    assert collection is not None
    assert collection.tolist() == ["y", "x"]


def test_the_digest_tells_images_and_labels_apart() -> None:
    rows = np.array([0, 1])
    digest = select_rows(INDEX, rows).digest
    assert select_rows(INDEX, rows).digest == digest
    assert select_rows(INDEX, np.array([0, 2])).digest != digest
    assert select_rows(INDEX.assign(kind="forgery"), rows).digest != digest


def test_an_embedder_of_other_images_is_refused(tmp_path: Path) -> None:
    prepared, embedder = tmp_path / "prepared", tmp_path / "embedder"
    settings = '{"mode": "%s", "height": 16, "width": 24, "channels": 1}'
    for folder in (prepared, embedder):
        folder.mkdir()
    (prepared / "normalise.json").write_text(settings % "tone")
    with pytest.raises(InputError, match=r"normalise\.json: no such file; run train first"):
        check_normalisation(prepared, embedder)
    (embedder / "normalise.json").write_text(settings % "shape")
    with pytest.raises(InputError, match="mode shape, here tone"):
        check_normalisation(prepared, embedder)
    (embedder / "normalise.json").write_text(settings % "tone")
    assert check_normalisation(prepared, embedder).mode == "tone"
