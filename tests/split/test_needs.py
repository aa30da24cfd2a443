"""What train and evaluate ask of the parts is said by split, all at once."""

import logging
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from components.evaluate.params import EvaluateParams
from components.shared.data.tables import write_table
from components.shared.runtime.errors import InputError
from components.split import step
from components.split.needs import EvaluateNeeds, Needs, TrainNeeds
from components.split.params import SplitParams
from components.train.params import TrainParams
from tests.split.indexes import index_of

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("needs", "params"), [(TrainNeeds, TrainParams), (EvaluateNeeds, EvaluateParams)]
)
def test_the_defaults_are_those_of_the_sections(
    needs: type[BaseModel], params: type[BaseModel]
) -> None:
    for name, field in needs.model_fields.items():
        assert field.default == params.model_fields[name].default
        assert field.annotation == params.model_fields[name].annotation
    assert EvaluateNeeds(part="val").parts == EvaluateParams(part="val").parts
    assert set(EvaluateNeeds().parts) == set(EvaluateParams().parts)


def test_the_stage_depends_on_each_of_them() -> None:
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    names = [f"train.{name}" for name in TrainNeeds.model_fields]
    names += [f"evaluate.{name}" for name in EvaluateNeeds.model_fields]
    assert stages["split"]["params"] == ["split", *names]


def test_all_that_the_parts_are_too_small_for_is_one_message_and_the_rest_are_warnings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_table(index_of(8, 3), tmp_path / "index.parquet")
    train = {"identities_per_batch": 10, "images_per_identity": 4, "mining": "hard"}
    needs = Needs.parse(train, {"references": 3}, "params.yaml")
    with caplog.at_level(logging.WARNING), pytest.raises(InputError) as error:
        step.run(SplitParams(val=0.1, test=0.3), tmp_path, tmp_path / "out", needs)
    faults = str(error.value).split("; ")
    starts = [
        "train.identities_per_batch is 10, but only 5 training identities",
        "lower it",
        "val has 1 identity and 3 genuine images",
        "raise split.val",
    ]
    assert len(faults) == len(starts)
    assert all(fault.startswith(start) for fault, start in zip(faults, starts, strict=True))
    assert [record.getMessage().partition("genuine images")[0] for record in caplog.records] == [
        "train.images_per_identity is 4, but no training identity has more than 3 ",
        "train has no forgeries: train.forgeries_per_identity has no effect",
        "train.val_references is 5, but val has 0 identities with more ",
        "evaluate.references is 3, but val has 0 identities with more ",
        "evaluate.references is 3, but test has 0 identities with more ",
    ]
    assert not (tmp_path / "out").exists()


def test_what_only_has_no_effect_is_said_and_the_parts_are_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_table(index_of(20, 6), tmp_path / "index.parquet")
    evaluate = {"part": "val", "references": 6, "target": 0.0001}
    needs = Needs.parse({"identities_per_batch": 2}, evaluate, "")
    with caplog.at_level(logging.WARNING):
        step.run(SplitParams(), tmp_path, tmp_path / "out", needs)
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == [
        "train has no forgeries: train.forgeries_per_identity has no effect",
        "evaluate.target is a FAR of 0.01 %",
        "evaluate.references is 6",
    ]
    assert (tmp_path / "out" / "split.parquet").is_file()


def test_a_value_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(InputError, match=r"train\.val_references is 'many'"):
        Needs.parse({"val_references": "many"}, {}, "pipeline argument")
