"""Compiled files: manifests that are named after their content, and names of files."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from kfp import dsl

from components.shared.runtime.errors import InputError
from pipelines.kubeflow import package
from tests.pipelines.kubeflow.compiled import FLOW, compile_to

PROJECT = Path(__file__).resolve().parents[3]


@dsl.pipeline(name="example")
def example() -> None:
    dsl.importer("https://data.example", dsl.Dataset)


def test_manifests_are_a_pipeline_and_a_version_named_after_its_content(tmp_path: Path) -> None:
    arguments = ["--kubernetes-manifests", "--namespace", "team"]
    pipeline, version = compile_to(tmp_path / "a.yaml", *arguments)
    _, same = compile_to(tmp_path / "b.yaml", *arguments)
    _, other = compile_to(tmp_path / "c.yaml", *arguments, "-S", "train.steps=8")
    assert (pipeline["kind"], version["kind"]) == ("Pipeline", "PipelineVersion")
    assert pipeline["metadata"] == {"name": "signature-recognition", "namespace": "team"}
    assert version["spec"]["pipelineName"] == "signature-recognition"
    assert set(
        version["spec"]["platformSpec"]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    ) == {f"exec-{name}" for name in FLOW}
    assert version["metadata"]["name"] == same["metadata"]["name"] != other["metadata"]["name"]


def test_a_temporary_file_has_the_name_that_kfp_names_a_run_after_and_is_removed() -> None:
    with package.temporary(example, "signature") as file:
        assert file.name == "signature.yaml"
        assert yaml.safe_load(file.read_text())["pipelineInfo"] == {"name": "example"}
    assert not file.exists()


def test_a_name_that_kfp_refuses_is_refused_before_anything_is_compiled() -> None:
    package.check(Path("build/signature.yml"))
    with pytest.raises(InputError, match=r"--out pipeline\.json: the name must end with \.yaml"):
        package.check(Path("pipeline.json"))


@pytest.mark.slow
@pytest.mark.parametrize("form", [[], ["--kubernetes-manifests"]])
def test_every_process_writes_equal_bytes(form: list[str], tmp_path: Path) -> None:
    settings = ["-S", "cluster.train.node_selector={pool: a, zone: b, disk: c, rack: d}"]
    contents = set()
    for number in range(3):
        out = tmp_path / f"{number}.yaml"
        line = [sys.executable, "-m", "pipelines", "compile", "--out", str(out), *form, *settings]
        subprocess.run(line, cwd=PROJECT, check=True, capture_output=True)
        contents.add(out.read_bytes())
    assert len(contents) == 1


def test_the_header_lists_the_inputs_with_their_defaults(tmp_path: Path) -> None:
    package.write(example, tmp_path / "a.yaml")
    text = (tmp_path / "a.yaml").read_text()
    assert text.startswith("# PIPELINE DEFINITION\n# Name: example\n")
    assert yaml.safe_load(text)["pipelineInfo"] == {"name": "example"}
