"""Assignments in Hydra's grammar: read by the functions with which DVC reads `-S`."""

import shutil
from pathlib import Path

import pytest
import yaml
from dvc.utils.cli_parse import to_path_overrides
from dvc.utils.hydra import apply_overrides
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from components.shared.tracking.record import yaml_text
from pipelines.experiments.hydra_overrides import hydra_override

PARAMS = Path(__file__).parents[3] / "params.yaml"
NAMES = [
    *("é", "签", "a b", "(2)", "a=b", "a, b", "it's", 'say "a"', "a: b", "a #b", "null", "12"),
    *("$HOME", "${HOME}", r"\${a}", r"a\b", "a\\", "[a", "a]", "{a", "a}"),
]
MISSING = "???"
"""A value that OmegaConf takes for none, in whatever quotes."""
ODD = st.text(st.sampled_from(list(" é签()=,'\"${}[]\\:#-?.a1")))


@pytest.mark.parametrize("name", NAMES)
def test_dvc_writes_the_value_that_was_given_into_params_yaml(name: str, tmp_path: Path) -> None:
    shutil.copyfile(PARAMS, tmp_path / "params.yaml")
    override = hydra_override(f"ingest.source={yaml_text(name)}")
    assert to_path_overrides([override]) == {"params.yaml": [override]}
    apply_overrides(tmp_path / "params.yaml", [override])
    values = yaml.safe_load((tmp_path / "params.yaml").read_text(encoding="utf-8"))
    assert values["ingest"]["source"] == name


@settings(deadline=None, max_examples=40)  # the first examples pay for what is loaded
@given(st.recursive(ODD | st.text() | st.integers() | st.booleans() | st.none(), st.lists))
def test_hydra_reads_what_yaml_reads(value: object) -> None:
    assume(MISSING not in str(value))
    assert read_by_dvc(hydra_override(f"a.b={yaml_text(value)}")) == value


def test_an_assignment_that_both_read_alike_stays_as_it_is() -> None:
    for value in ("hard", "[7,10]", "[whole, left]", "0.00003", "null", "true", "s3://b/k"):
        assert hydra_override(f"a.b={value}") == f"a.b={value}"


def test_numbers_and_truth_values_are_those_of_yaml() -> None:
    assert read_by_dvc(hydra_override("a.b=TRUE")) is True
    assert read_by_dvc(hydra_override("a.b=0x10")) == 16
    assert read_by_dvc(hydra_override("a.b={c: True, d: [x y]}")) == {"c": True, "d": ["x y"]}


def read_by_dvc(override: str) -> object:
    """The value that DVC takes an override for, as OmegaConf resolves it."""
    from dvc.utils.hydra import to_hydra_overrides
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from omegaconf import OmegaConf

    config = OmegaConf.create({"a": {"b": 0}})
    ConfigLoaderImpl._apply_overrides_to_config(to_hydra_overrides([override]), config)
    result = OmegaConf.to_object(config)
    assert isinstance(result, dict)
    return result["a"]["b"]
