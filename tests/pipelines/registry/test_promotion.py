"""Champion and challenger: what a difference means, which images decide, and what the registry then
says.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components.evaluate.paired_comparison import Difference
from components.evaluate.params import EvaluateParams
from components.shared.data import catalog, partition
from components.shared.data.image_store import StoreWriter, open_store
from components.shared.data.normalisation import Normalisation
from components.shared.runtime.errors import InputError
from pipelines.registry import promotion

NAME = "signatures"


def difference(ends: tuple[float, float] | None) -> Difference:
    return Difference("skilled, 1 reference", 0.1, 0.2, ends, 9, 900, 900)


@pytest.mark.parametrize(
    ("ends", "alias", "message"),
    [
        ((-0.15, -0.05), "champion", "more than chance and became champion"),
        ((-0.21, 0.01), "challenger", "may be chance"),
        ((0.05, 0.15), "challenger", "worse by more than chance"),
        (None, "challenger", "may be chance"),
    ],
)
def test_only_a_difference_beyond_its_interval_makes_a_champion(
    ends: tuple[float, float] | None, alias: str, message: str
) -> None:
    other = Difference("random, 1 reference", 0.1, 0.2, (-0.2, -0.1), 9, 900, 900)
    decision = promotion.decide([difference(ends), other], "version 2", "version 1")
    assert decision.alias == alias
    assert message in decision.reason
    assert decision.reason in decision.report
    assert f"registered under `{alias}`" in decision.report
    assert decision.report.count("\n- ") == 2
    assert {"challenger/eer": 0.1, "champion/eer": 0.2}.items() <= decision.figures.items()
    assert ("difference/eer_ci_low" in decision.figures) == (ends is not None)


def test_the_first_becomes_champion_and_the_report_says_in_which_store_there_was_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://user:secret@mlflow.example")
    decision = promotion.decide([], "version 1", None)
    assert (decision.alias, decision.figures) == ("champion", {})
    assert "There was no champion in the tracking store https://" in decision.report
    assert "mlflow.example: version 1, the first, became it" in decision.report
    assert "secret" not in decision.report


def test_a_champion_and_nothing_to_compare_it_by_is_refused() -> None:
    with pytest.raises(InputError, match=r"raise split\.test"):
        promotion.decide([], "version 2", "version 1")


def test_the_test_images_alone_are_linked_and_catalogued(tmp_path: Path) -> None:
    raw, prepared, split = tmp_path / "raw", tmp_path / "prepared", tmp_path / "split"
    parts = {"a": "test", "b": "train", "c": "test"}
    paths = [f"{identity}/{number}.png" for identity, number in itertools.product(parts, range(2))]
    for folder in (prepared, split, *(raw / identity for identity in parts)):
        folder.mkdir(parents=True)
    for path in paths:
        (raw / path).write_text(path)
    normalisation = Normalisation(height=16, width=24)
    with StoreWriter(prepared, normalisation) as writer:
        for path in paths:
            row = {
                "path": path,
                "identity": path[0],
                "kind": "genuine",
                "sha256": f"hash of {path}",
            }
            writer.append(
                np.zeros(normalisation.shape, np.uint8), {**row, "height": 16, "width": 24}
            )
    index = open_store(prepared).index
    where = {"row": range(len(paths)), "part": [parts[path[0]] for path in paths], "fold": -1}
    partition.write(pd.DataFrame(where), index, split)
    out = promotion.link_test_images(raw, prepared, split, tmp_path / "out")
    table = catalog.read(out)
    assert table["path"].tolist() == ["a/0.png", "a/1.png", "c/0.png", "c/1.png"]
    assert table["sha256"].tolist() == [f"hash of {path}" for path in table["path"]]
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.png")} == set(table["path"])
    assert all((out / path).read_text() == path for path in table["path"])


def test_a_champion_that_is_tried_again_stays_champion_and_nothing_moves(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path
) -> None:
    nothing = (tmp_path, tmp_path, tmp_path)  # no image is read where there is nothing to compare
    bundle = freeze("only")
    first = promotion.promote(EvaluateParams(), NAME, *nothing, bundle)
    again = promotion.promote(EvaluateParams(), NAME, *nothing, bundle)
    assert (first.alias, again.alias) == ("champion", "champion")
    assert "this very model" in again.report
    (version,) = client.search_model_versions(f"name = '{NAME}'")
    named = client.get_model_version(NAME, version.version)
    assert (named.aliases, named.description) == (["champion"], first.reason)
