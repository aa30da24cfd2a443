"""Compiled files: manifests that are named after their content, and names of files."""

from pathlib import Path

import pytest
import yaml
from kfp import dsl

from components.shared.runtime.errors import InputError
from pipelines.kubeflow import package
from tests.pipelines.kubeflow.compiled import FLOW, compile_to


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
