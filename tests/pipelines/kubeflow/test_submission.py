"""Submissions: what a run changes of the version that is uploaded, and its name."""

import argparse

import yaml

from pipelines import sections
from pipelines.kubeflow import comparison_pipeline, package, submission, training_pipeline
from pipelines.kubeflow.cluster import LOCAL
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
