"""Logs of pods: the names that a pod may have, and the lines that a task has written."""

from pipelines.kubeflow import pod_logs


def test_a_node_of_the_workflow_names_its_pod_by_the_template() -> None:
    assert pod_logs.pod_names("signature-recognition-x7k2p-1234567890") == [
        "signature-recognition-x7k2p-retry-system-container-impl-1234567890",
        "signature-recognition-x7k2p-system-container-impl-1234567890",
        "signature-recognition-x7k2p-1234567890",
    ]


def test_templates_of_pods_with_labels_or_annotations_begin_with_the_numbers_of_both() -> None:
    executors = {"a": {"podMetadata": {"labels": {"x": "1", "y": "2"}}}, "b": {"timeout": 1}}
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}
    found = pod_logs.templates({"pipeline_spec": {}, "platform_spec": platform})
    assert found == [f"metadata-0-2-{name}" for name in pod_logs.TEMPLATES] + [*pod_logs.TEMPLATES]
    assert pod_logs.templates(None) == [*pod_logs.TEMPLATES]
    assert pod_logs.pod_names("wf-7", found)[0] == "wf-metadata-0-2-retry-system-container-impl-7"


def test_the_launchers_own_lines_are_left_out() -> None:
    log = (
        "I1130 15:20:31.1 launcher_v2.go:211] start\n"
        "train: step 7\n\n"
        "InputError: too few\n"
        'time="2026-11-30" level=info msg="sub-process exited"\n'
        "F1130 15:20:31.1 main.go:54] failed to execute component\n"
    )
    assert pod_logs.last_lines(log) == ["train: step 7", "InputError: too few"]
    many = "\n".join(str(number) for number in range(100))
    assert pod_logs.last_lines(many) == [str(number) for number in range(90, 100)]
