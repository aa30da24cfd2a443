"""Nodes of Argo's workflow as KFP's server lists them."""

import itertools
from typing import Any

IDS = itertools.count()


def node(name: str, state: str, *below: str, task_id: str | None = None) -> dict[str, Any]:
    """Returns a node; the identifiers are those of the nodes below it."""
    return {
        "task_id": task_id or f"task-{next(IDS)}",
        "display_name": name,
        "state": state,
        "child_tasks": [{"pod_name": name} for name in below],
    }


def task(name: str, state: str, *below: str, task_id: str | None = None) -> list[dict[str, Any]]:
    """Returns the nodes of a task: its driver, and itself."""
    own = node(name, state, *below, task_id=task_id or f"id of {name}")
    return [node(f"{name}-driver", "SUCCEEDED"), own]
