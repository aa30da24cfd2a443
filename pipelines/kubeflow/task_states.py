"""States of a run's tasks, as KFP's server tells them: what changed, what failed, what waits.

The server lists the nodes of Argo's workflow. A task is a node that has another beside it with
`-driver` at its name's end. The task's pods are nodes below it: `executor`, or `executor(0)`,
`executor(1)` … where it may be tried again. A node names those below it by their identifiers, but
not its own.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

ROOT, DRIVER, POD = "root", "-driver", "executor"
LONG = 180.0  # seconds for which a pod may be pending before it is spoken of
MAY_BE = (
    "no node may have the cpu, memory or accelerators free that it asks for, or the labels and "
    "taints that it names; or a quota is used up, the image is not pulled, a volume claim is not "
    "bound. It says so itself: kubectl{namespace} describe pods -l pipeline/runid={run}"
)


def failed_tasks(run: Any) -> list[str]:
    """Returns the names of the tasks that failed, each once.

    Args:
        run: as KFP describes it.
    """
    nodes = _nodes(run)
    tasks = _task_names(nodes)
    failed = [node.display_name for node in nodes if node.state == "FAILED"]
    named = [name.removesuffix(DRIVER) for name in failed]
    return [name for name in dict.fromkeys(named) if name in tasks]


def failed_nodes(run: Any) -> list[str]:
    """Returns the identifiers of nodes that may be pods of failed tasks, a task's last try first.

    Args:
        run: as KFP describes it.
    """
    nodes = _nodes(run)
    tasks = _task_names(nodes)
    tried_again = [node for node in nodes if node.display_name == POD]
    once = [node for node in nodes if node.display_name in tasks]
    result: list[str] = []
    for node in tried_again + once:
        if node.state == "FAILED":
            result += [child.pod_name for child in reversed(node.child_tasks or [])]
    return [name for name in dict.fromkeys(result) if name]


class Watch:
    """A watch over a run that has something to say whenever a task's state changes.

    Args:
        namespace: of the run's pods; None: the server has one alone.
        clock: time in seconds.
    """

    def __init__(self, namespace: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._option = f" -n {namespace}" if namespace else ""
        self._clock = clock
        self._labels: dict[str, str] = {}
        self._count: Counter[str] = Counter()
        self._states: dict[str, str] = {}
        self._pending_since: float | None = None
        self._has_spoken = False

    def lines(self, run: Any) -> Iterator[str]:
        """Yields a line for each task whose state is another than at the last call, and one where
        a pod has been pending for long.

        Args:
            run: as KFP describes it.
        """
        nodes = _nodes(run)
        tasks = _task_names(nodes)
        for node in nodes:
            if node.display_name in tasks and node.state:
                yield from self._changes(node)
        yield from self._waiting(run, nodes, tasks)

    def _changes(self, node: Any) -> Iterator[str]:
        if node.task_id not in self._labels:
            self._count[node.display_name] += 1
            number = self._count[node.display_name]
            label = f"{node.display_name} #{number}" if number > 1 else node.display_name
            self._labels[node.task_id] = label
        if self._states.get(node.task_id) != node.state:
            self._states[node.task_id] = node.state
            yield f"{self._labels[node.task_id]}: {node.state.lower()}"

    def _waiting(self, run: Any, nodes: list[Any], tasks: set[str]) -> Iterator[str]:
        if not any(node.state == "PENDING" and _is_pod(node) for node in nodes):
            self._pending_since, self._has_spoken = None, False
            return
        now = self._clock()
        if self._pending_since is None:
            self._pending_since = now
        seconds = now - self._pending_since
        if seconds < LONG or self._has_spoken:
            return
        self._has_spoken = True
        busy = [
            node.display_name
            for node in nodes
            if node.display_name in tasks and node.state in {"RUNNING", "PENDING"}
        ]
        names = ", ".join(dict.fromkeys(busy)) or "a task"
        reasons = MAY_BE.format(namespace=self._option, run=run.run_id)
        yield f"{names}: a pod has been pending for {seconds / 60:.0f} minutes: {reasons}"


def _nodes(run: Any) -> list[Any]:
    details = run.run_details
    return list(details.task_details or []) if details else []


def _task_names(nodes: list[Any]) -> set[str]:
    names = {node.display_name for node in nodes}
    return {name for name in names if f"{name}{DRIVER}" in names} - {ROOT}


def _is_pod(node: Any) -> bool:
    name: str = node.display_name
    return name.startswith(POD) or name.endswith(DRIVER)
