"""Submissions: what a run changes of the version that is uploaded, and its name."""

import argparse
from pathlib import Path

import yaml

from pipelines import sections
from pipelines.kubeflow import comparison_pipeline, package, submission, training_pipeline
from pipelines.kubeflow.cluster import LOCAL
from tests.pipelines.deploy.conftest import service
from tests.pipelines.kubeflow.compiled import IMAGE, PARAMS


def test_pipelines_that_differ_in_arguments_alone_have_one_content() -> None:
    params = sections.read(PARAMS)
    shipped = training_pipeline.build(IMAGE, params, LOCAL)
    other = training_pipeline.build(IMAGE, sections.override(params, ["train.steps=7"]), LOCAL)
    assert submission.take_arguments(other, shipped) == {"train": {**params["train"], "steps": 7}}
    contents = []
    for pipeline in (shipped, other):
        with package.temporary(pipeline, "signature") as file:
            contents.append(list(yaml.safe_load_all(file.read_text())))
    assert contents[0] == contents[1]
    assert submission.take_arguments(shipped, shipped) == {}


def test_an_argument_that_only_an_option_brought_keeps_its_value(tmp_path: Path) -> None:
    (tmp_path / "rendered.yaml").write_text(yaml.safe_dump(service()))
    params = sections.read(PARAMS)
    deploying = LOCAL.model_copy(update={"deploy": str(tmp_path / "rendered.yaml")})
    own = training_pipeline.build(IMAGE, params, deploying)
    shipped = training_pipeline.build(IMAGE, params, LOCAL)
    assert submission.take_arguments(own, shipped) == {}
    inputs = own.pipeline_spec.root.input_definitions.parameters
    assert '"Deployment"' in inputs["manifests"].default_value.string_value


def test_the_settings_of_a_comparison_are_an_argument() -> None:
    params = sections.read(PARAMS)
    settings = [["train.mining=hard"], ["train.mining=all"]]
    own = comparison_pipeline.build(IMAGE, params, LOCAL, settings)
    other = comparison_pipeline.build(IMAGE, params, LOCAL, [["split.val=0.1"]] * 2)
    assert submission.take_arguments(own, other) == {"settings": settings}


def test_a_run_is_named_by_its_pipeline_its_model_and_what_was_changed() -> None:
    options = argparse.Namespace(
        pipeline="retrain", model="signatures", grid=None, assignments=["train.steps=7"]
    )
    assert submission.run_name(options) == "retrain signatures train.steps=7"
    options.assignments *= 100
    assert len(submission.run_name(options)) == submission.LONGEST_NAME
