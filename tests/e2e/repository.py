"""A clone of the project in which DVC runs on a tiny data set."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
TINY: dict[str, dict[str, Any]] = {
    "ingest": {
        "sample": {"seed": 0, "identities": 14, "genuine": 7, "forgeries": 2, "leak": "none"}
    },
    "preprocess": {"height": 32, "width": 48},
    "train": {
        "pooled_blocks": [3],  # the first of ResNet50's stages, quickly compiled
        "identities_per_batch": 3,
        "images_per_identity": 2,
        "forgeries_per_identity": 1,
        "steps": 3,
    },
    "evaluate": {"draws": 2},
    "freeze": {"parity_images": 4},
}


class Repository:
    """A clone of the project with tiny parameters and a home without a git identity.

    Args:
        folder: an existing one, for the clone and its home.
        store: an empty tracking store to begin with; None: the first run makes one, in seconds.
    """

    def __init__(self, folder: Path, store: Path | None = None) -> None:
        self.folder = folder / "project"
        tracked = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in tracked.stdout.splitlines():
            if name != "dvc.lock" and (PROJECT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(PROJECT / name, self.folder / name)
        home = folder / "home"
        home.mkdir()
        hidden = ("MLFLOW_", "DVC_", "GIT_", "PYTHONPATH", "CHECKPOINT_DIR", "TENSORBOARD_DIR")
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(hidden)
        } | {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.folder),
        }
        self.set(TINY)
        names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
        self.environment |= {f"GIT_{name}": "nobody" for name in names}
        self.run("git", "init", "-q")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "start")
        if store is not None:
            shutil.copyfile(store, self.folder / "mlruns" / "mlflow.db")

    def set(self, sections: dict[str, dict[str, Any]]) -> None:
        path = self.folder / "params.yaml"
        params = yaml.safe_load(path.read_text())
        for section, values in sections.items():
            params[section] |= values
        path.write_text(yaml.safe_dump(params))

    def run(self, *command: str) -> str:
        """Runs a command, which must succeed, and returns all that it printed."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done.stdout + done.stderr

    def repro(self, *arguments: str) -> list[str]:
        """Runs `dvc repro` and returns the stages that ran, without the fingerprint."""
        printed = self.run("dvc", "repro", *arguments)
        ran = [
            line.split("'")[1] for line in printed.splitlines() if line.startswith("Running stage")
        ]
        return [stage for stage in ran if stage != "fingerprint"]

    def runs(self) -> list[Any]:
        import mlflow

        client = mlflow.MlflowClient(f"sqlite:///{self.folder}/mlruns/mlflow.db")
        experiment = client.get_experiment_by_name("signature-recognition")
        return list(
            client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
        )

    def model(self, model_id: str) -> Any:
        import mlflow

        client = mlflow.MlflowClient(f"sqlite:///{self.folder}/mlruns/mlflow.db")
        return client.get_logged_model(model_id)

    def run_id(self, folder: str) -> str:
        return str(json.loads((self.folder / folder / "mlflow_run.json").read_text())["run_id"])
