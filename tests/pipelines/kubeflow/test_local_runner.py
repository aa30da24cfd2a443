"""Runs on this machine: their outputs, and the reasons for which a task fails."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from kfp import dsl
from kfp.dsl import Artifact, Output

from components.shared.runtime.errors import InputError
from pipelines.kubeflow import definition, local_runner
from pipelines.kubeflow.cluster import LOCAL


class Outputs(NamedTuple):
    evaluation: Artifact
    frozen: Artifact


def write(folder: Output[Artifact], text: str) -> None:
    """Writes a text into the folder's report.html, with a module of the project."""
    from pathlib import Path

    from components.shared.runtime import cli
    from components.shared.runtime.errors import InputError

    with cli.exit_codes():
        if text == "bad":
            raise InputError("the text is bad")
    if text == "broken":
        raise RuntimeError("the task is broken")
    Path(folder.path).mkdir()
    (Path(folder.path) / "report.html").write_text(text)


def build(image: str, sections: Mapping[str, Any], _: object) -> Any:
    """Builds a pipeline of two tasks, whose text is the section's."""

    def flow(channels: Mapping[str, Any]) -> Outputs:
        component = dsl.component(write, base_image=image, install_kfp_package=False)
        first = component(text=channels["text"])
        second = component(text="shipped").after(first)
        return Outputs(first.outputs["folder"], second.outputs["folder"])

    arguments = {"text": definition.Argument(str, sections["text"], "of the report.")}
    return definition.define("example", "An example.", arguments, Outputs, flow)


def test_the_paths_of_report_and_model_are_returned_and_tasks_find_the_code(tmp_path: Path) -> None:
    sections: Any = {"text": "figures"}
    outputs = local_runner.run(build, sections, tmp_path / "root")
    assert outputs["report"].read_text() == "figures"
    assert (outputs["frozen"] / "report.html").read_text() == "shipped"
    assert (tmp_path / "root") in outputs["report"].parents


def test_bad_input_is_the_tasks_reason_and_another_failure_is_no_bad_input(tmp_path: Path) -> None:
    bad: Any = {"text": "bad"}
    with pytest.raises(InputError, match=r"^task 'write' failed: the text is bad$"):
        local_runner.run(build, bad, tmp_path)
    broken: Any = {"text": "broken"}
    with pytest.raises(local_runner.TaskError, match=r"^task 'write' failed; what it said stands"):
        local_runner.run(build, broken, tmp_path)


def test_the_local_cluster_tries_each_task_once() -> None:
    steps = ("ingest", "preprocess", "split", "train", "evaluate", "freeze")
    assert [getattr(LOCAL, step).retries for step in steps] == [0] * 6


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colours_are_for_a_terminal_alone(no_color: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    plain = io.StringIO()
    local_runner._Log(plain).write("\x1b[31mred\x1b[0m")
    assert plain.getvalue() == "red"
