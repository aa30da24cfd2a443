"""Champion and challenger: what a difference means, which images decide, and what the registry then
says.
"""

import json
import traceback
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
from components.shared.tracking import mlflow_store
from components.shared.tracking.record import Record
from pipelines.registry import promotion
from pipelines.registry.mlflow_registry import Registry

NAME = "signatures"


def difference(ends: tuple[float, float] | None) -> Difference:
    return Difference("skilled, 1 reference", 0.1, 0.2, ends, 9, 900, 900)


@pytest.mark.parametrize(
    ("ends", "alias", "told"),
    [
        ((-0.15, -0.05), "champion", "more than chance and became champion"),
        ((-0.21, 0.01), "challenger", "may be chance"),
        ((0.05, 0.15), "challenger", "worse by more than chance"),
        (None, "challenger", "may be chance"),
    ],
)
def test_only_a_difference_beyond_its_interval_makes_a_champion(
    ends: tuple[float, float] | None, alias: str, told: str
) -> None:
    other = Difference("random, 1 reference", 0.1, 0.2, (-0.2, -0.1), 9, 900, 900)
    decision = promotion.decide([difference(ends), other], "version 2", "version 1")
    assert decision.alias == alias
    assert told in decision.reason
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
    raw, prepared, split = (tmp_path / name for name in ("raw", "prepared", "split"))
    parts = {"a": "test", "b": "train", "c": "test"}
    paths = [f"{identity}/{number}.png" for identity in parts for number in range(2)]
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


@pytest.fixture
def freeze(tmp_path: Path, client: Any) -> Callable[[str], Path]:
    """Makes what freeze leaves: a folder with its record, and a model in the run of a real store."""
    experiment = mlflow_store.experiment_id(client)

    def made(name: str, logged: bool = True) -> Path:
        from mlflow.entities import LoggedModelOutput

        run = client.create_run(experiment).info.run_id
        if logged:
            model = client.create_logged_model(experiment, "embedder", run)
            client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])
        folder = tmp_path / name
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps(name))
        Record(run_id=run).write(folder)
        return folder

    return made


def test_a_version_is_the_runs_model_and_brings_its_bundle_back(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path
) -> None:
    registry = Registry(NAME)
    assert registry.champion() is None
    first, second = (registry.register(freeze(name)) for name in ("first", "second"))
    registry.name(first, "champion", "the first")
    registry.name(second, "challenger", "may be chance")
    champion, challenger = (
        client.get_model_version_by_alias(NAME, alias) for alias in ("champion", "challenger")
    )
    assert (champion.version, challenger.version) == (first.version, second.version)
    assert challenger.description == "may be chance"
    assert (
        first.source == f"models:/{client.get_run(first.run_id).outputs.model_outputs[0].model_id}"
    )
    (tmp_path / "fetched").mkdir()
    fetched = registry.fetch(registry.champion(), tmp_path / "fetched")
    assert json.loads((fetched / "manifest.json").read_text()) == "first"


def test_registering_again_after_a_failure_makes_no_second_version(
    freeze: Callable[[str], Path],
) -> None:
    bundle = freeze("only")
    assert Registry(NAME).register(bundle).version == Registry(NAME).register(bundle).version


def test_a_bundle_that_the_store_missed_is_refused(
    freeze: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "missed").mkdir()
    for bundle in (tmp_path / "missed", freeze("no-model", logged=False)):
        with pytest.raises(InputError, match="the tracking store has no model of it"):
            Registry(NAME).register(bundle)


def test_a_champion_without_a_bundle_is_refused_with_what_to_do(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path
) -> None:
    run = Record.read(freeze("by-hand")).run_id
    client.create_registered_model(NAME)
    version = client.create_model_version(NAME, f"runs:/{run}/by-hand", run)
    client.set_registered_model_alias(NAME, "champion", version.version)
    with pytest.raises(InputError, match="its run has no bundle/"):
        Registry(NAME).fetch(Registry(NAME).champion(), tmp_path)


def test_a_champion_that_is_tried_again_stays_champion_and_nothing_moves(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path
) -> None:
    nothing = (tmp_path, tmp_path, tmp_path)  # no image is read where there is nothing to compare
    bundle = freeze("only")
    first, again = (promotion.promote(EvaluateParams(), NAME, *nothing, bundle) for _ in range(2))
    assert (first.alias, again.alias) == ("champion", "champion")
    assert "this very model" in again.report
    (version,) = client.search_model_versions(f"name = '{NAME}'")
    named = client.get_model_version(NAME, version.version)
    assert (named.aliases, named.description) == (["champion"], first.reason)


def test_a_store_without_the_run_is_named_with_the_variable_that_names_another(
    freeze: Callable[[str], Path], client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = freeze("elsewhere")
    version = Registry(NAME).register(bundle)
    other = f"sqlite:///{tmp_path}/other.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", other)
    assert Registry(NAME).champion() is None
    for ask in (
        lambda: Registry(NAME).register(bundle),
        lambda: Registry(NAME).fetch(version, tmp_path),
    ):
        with pytest.raises(InputError, match="set MLFLOW_TRACKING_URI to the right one") as caught:
            ask()
        assert f"{other} lacks what is asked for: Run with id={version.run_id} not found" in str(
            caught.value
        )


@pytest.mark.parametrize("password", ["planted", "p@planted"])
def test_a_store_that_is_down_is_one_line_and_no_traceback_tells_its_password(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://ann:{password}@127.0.0.1:9")
    with pytest.raises(
        InputError, match=r"the tracking store http://127\.0\.0\.1:9 cannot be used"
    ) as caught:
        Registry(NAME).champion()
    assert "planted" not in "".join(traceback.format_exception(caught.value))
