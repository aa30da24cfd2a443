"""States of a run's tasks, from nodes as KFP's server lists them."""

from typing import Any

from kfp_server_api import (
    PipelineTaskDetailChildTask,
    V2beta1PipelineTaskDetail,
    V2beta1Run,
    V2beta1RunDetails,
)

from pipelines.kubeflow import task_states
from pipelines.kubeflow.task_states import Watch
from tests.pipelines.kubeflow.nodes import node, task


def run_of(*nodes: dict[str, Any]) -> V2beta1Run:
    """Returns a run as KFP's client describes it."""
    details = []
    for each in nodes:
        below = [PipelineTaskDetailChildTask(**child) for child in each["child_tasks"]]
        details.append(V2beta1PipelineTaskDetail(**{**each, "child_tasks": below}))
    return V2beta1Run(run_id="run-1", run_details=V2beta1RunDetails(task_details=details))


def test_a_line_is_said_for_each_change_of_a_task_and_for_no_other_node() -> None:
    watch = Watch(None)
    first = run_of(*task("root", "RUNNING"), *task("train", "RUNNING"), node("executor", "RUNNING"))
    assert list(watch.lines(first)) == ["train: running"]
    assert list(watch.lines(first)) == []
    assert list(watch.lines(run_of(*task("train", "SUCCEEDED")))) == ["train: succeeded"]
    assert list(watch.lines(V2beta1Run())) == []


def test_branches_of_a_loop_are_told_apart() -> None:
    watch = Watch(None)
    both = [*task("train", "RUNNING", task_id="a"), *task("train", "RUNNING", task_id="b")]
    assert list(watch.lines(run_of(*both))) == ["train: running", "train #2: running"]
    both = [*task("train", "RUNNING", task_id="b"), *task("train", "FAILED", task_id="a")]
    assert list(watch.lines(run_of(*both))) == ["train: failed"]


def test_a_pod_that_is_pending_for_minutes_is_spoken_of_once() -> None:
    now = 0.0
    watch = Watch("team", lambda: now)
    waiting = run_of(*task("train", "RUNNING"), node("executor(0)", "PENDING"))
    assert list(watch.lines(waiting)) == ["train: running"]
    now = 170.0
    assert list(watch.lines(waiting)) == []
    now = 200.0
    (line,) = watch.lines(waiting)
    assert line.startswith("train: a pod has been pending for 3 minutes: no node may have the cpu")
    assert line.endswith("kubectl -n team describe pods -l pipeline/runid=run-1")
    now = 400.0
    assert list(watch.lines(waiting)) == []
    assert (
        list(watch.lines(run_of(*task("train", "RUNNING"), node("executor(0)", "RUNNING")))) == []
    )
    assert list(watch.lines(waiting)) == []
    now = 600.0
    assert len(list(watch.lines(waiting))) == 1


def test_a_task_whose_driver_failed_has_failed() -> None:
    run = run_of(node("split-driver", "FAILED"), node("split", "SKIPPED"))
    assert task_states.failed_tasks(run) == ["split"]


def test_the_pods_of_the_last_try_come_first_and_none_twice() -> None:
    run = run_of(
        *task("ingest", "SUCCEEDED", "wf-1"),
        *task("train", "FAILED", "wf-2"),
        node("executor", "FAILED", "wf-3", "wf-4"),
        node("executor", "SUCCEEDED", "wf-5"),
    )
    assert task_states.failed_nodes(run) == ["wf-4", "wf-3", "wf-2"]
