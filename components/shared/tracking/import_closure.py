"""The source files that decide a step's output: its folder and all that it imports.

They are read from the source text, without importing anything. DVC's dependencies are checked
against them, and the key of a training's checkpoints is made of them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from components.shared.storage.files import code_root

NO_INFLUENCE = {
    "components/shared/runtime/cli.py": "command line and exit codes",
    "components/shared/runtime/cores.py": "threads; no output depends on their number",
    "components/shared/runtime/errors.py": "errors and their wording",
    "components/shared/tracking/import_closure.py": "names the files; their content decides",
    "components/shared/tracking/data_set.py": "record of an execution: its data set",
    "components/shared/tracking/mlflow_names.py": "names in MLflow",
    "components/shared/tracking/data_version.py": "record of an execution: the version of the data",
    "components/shared/runtime/heap.py": "memory; no output depends on it",
    "components/shared/runtime/params.py": "reads parameters; DVC and the key compare their values",
    "components/shared/runtime/processes.py": "names of temporary files",
    "components/shared/runtime/temporary.py": "the place of temporary files",
    "components/shared/runtime/progress.py": "progress on stderr",
    "components/shared/runtime/progress_lines.py": "progress on stderr",
    "components/shared/tracking/code_version.py": "record of an execution: code and libraries",
    "components/shared/tracking/run.py": "record of an execution: MLflow",
    "components/shared/data/pixel_budget.py": "memory; no output depends on who waits",
    "components/shared/storage/failure_table.py": "of a step that fails",
    "components/shared/model/operations.py": "refuses a model, or lets it be",
    "components/shared/model/pinned.py": "refuses a model, or lets it be",
    "components/shared/model/published_bundle.py": "carries bundles as they are, or fails",
    "components/shared/model/registered_bundle.py": "carries bundles as they are, or fails",
    "components/shared/storage/file_lock.py": "keeps processes from writing at once",
    "components/shared/storage/s3.py": "carries bytes as they are, or fails",
    "components/shared/storage/s3_errors.py": "errors and their wording",
    "components/shared/storage/s3_address.py": "tells an address from a path",
    "components/shared/storage/slow_servers.py": "gives up a download, or lets it be",
    "components/shared/tracking/mlflow_store.py": "record of an execution: MLflow",
    "components/shared/tracking/record.py": "record of an execution: its file",
    "components/shared/tracking/store_requests.py": "record of an execution: MLflow",
    "components/shared/tracking/step_runs.py": "record of an execution: MLflow",
}
"""Files that no figure, image or weight depends on, and the reason.

What only they import has no influence either.
"""


def deciding_files(step: str, root: Path | None = None) -> list[Path]:
    """Returns the files whose change may change the output of a step.

    Args:
        step: the name of its folder in components/.
        root: the folder that holds components/; None: that of the running code.

    Returns:
        All modules of the step's folder and of its sub-folders, and what they import of
        components/, directly or not, but for `NO_INFLUENCE`; relative to `root`, sorted.
    """
    root = code_root() if root is None else root
    waiting = [path.relative_to(root) for path in (root / "components" / step).rglob("*.py")]
    files: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in files and path.as_posix() not in NO_INFLUENCE:
            files.add(path)
            waiting.extend(imported_files(path, root))
    return sorted(files)


def imported_files(path: Path, root: Path) -> Iterator[Path]:
    """Yields the modules of components/ that a file imports anywhere, in functions too.

    Their paths are relative to `root`. The `__init__.py` of a package holds a docstring alone and
    is left out.
    """
    for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
        for name in _imported_names(node, path):
            module = Path(*name.split(".")).with_suffix(".py")
            if name.startswith("components.") and (root / module).is_file():
                yield module


def _imported_names(node: ast.AST, path: Path) -> list[str]:
    """Returns dotted names that may be modules: of `from a import b` both `a` and `a.b`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    package = path.parent.parts[: len(path.parent.parts) + 1 - node.level] if node.level else ()
    base = ".".join([*package, *filter(None, [node.module])])
    return [base, *(f"{base}.{alias.name}" for alias in node.names)]
