"""Options of Kubeflow's commands: the files and the pipeline that they name."""

import argparse
from pathlib import Path

import pytest
import yaml

from components.shared.runtime.errors import InputError
from pipelines import sections
from pipelines.deploy import inference_service
from pipelines.kubeflow import options
from tests.pipelines.kubeflow.compiled import CLUSTER, PARAMS


def parse(*arguments: str, assignments: tuple[str, ...] = ()) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_compiled_pipeline(parser)
    files = ["--params", str(PARAMS), "--cluster", str(CLUSTER)]
    return parser.parse_args(
        [*arguments, *files], namespace=argparse.Namespace(assignments=list(assignments))
    )


def test_assignments_go_to_the_cluster_or_to_the_sections_by_their_first_word() -> None:
    assignments = ("cluster.train.memory=16Gi", "train.steps=7")
    params, cluster = options.read(parse(assignments=assignments))
    assert params == sections.override(sections.read(PARAMS), ["train.steps=7"])
    assert cluster.train.memory == "16Gi"


def test_the_training_pipeline_is_the_default_and_takes_no_option_of_others() -> None:
    pipeline = options.build(parse())
    assert pipeline.name == "signature-recognition"
    with pytest.raises(InputError, match="--model is an option of 'retrain', not of 'signature'"):
        options.builder(parse("--model", "signatures"))


def test_a_model_that_is_published_nowhere_cannot_be_deployed() -> None:
    with pytest.raises(InputError, match=r"cluster\.deploy needs freeze\.publish"):
        options.build(parse(assignments=("cluster.deploy=k8s",)))


def test_a_format_that_kserve_reads_and_freeze_does_not_write_is_refused_before_the_training(
    tmp_path: Path,
) -> None:
    document = inference_service.build("onnx", "s3://models/a", "bank")
    (tmp_path / "kserve.yaml").write_text(yaml.safe_dump(document))
    settings = (f"cluster.deploy={tmp_path / 'kserve.yaml'}", "freeze.publish=s3://models")
    with pytest.raises(InputError, match=r"needs freeze\.formats=\[onnx,triton\]"):
        options.build(parse(assignments=settings))
    options.build(parse(assignments=(*settings, "freeze.formats=[onnx,triton]")))


@pytest.mark.parametrize(
    ("name", "expected"), [("compare", "signature-comparison"), ("retrain", "signature-retraining")]
)
def test_each_name_has_its_pipeline(name: str, expected: str) -> None:
    assert options.build(parse(name)).name == expected


def test_without_an_image_the_variable_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_IMAGE", "registry.example/signatures:3")
    assert parse().image == "registry.example/signatures:3"
    assert parse("--image", "mine:1").image == "mine:1"
