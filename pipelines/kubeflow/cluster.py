"""How the tasks run on a cluster: resources, tries, secrets, security. One machine ignores it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from components.shared.runtime.errors import InputError
from components.shared.runtime.params import StepParams, load, parse
from components.shared.storage.s3_address import is_s3
from pipelines import sections

SECTION = "cluster"
CHECKPOINTS = "/checkpoints"
BACKOFF = {"backoff_duration": "60s", "backoff_factor": 2.0, "backoff_max_duration": "900s"}
SECRET = re.compile("SECRET|PASSWORD|TOKEN|ACCESS_KEY|CREDENTIAL", re.IGNORECASE)

Cpu = Annotated[str, BeforeValidator(str), Field(pattern=r"^([0-9]+(\.[0-9]+)?|[0-9]+m)$")]
Memory = Annotated[str, BeforeValidator(str), Field(pattern="^[0-9]+([EPTGMK]i?)?$")]
Name = Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]


class Step(StepParams):
    """Resources and tries of one task."""

    cpu: Cpu = Field("4", description="Cores, in Kubernetes' units.")
    memory: Memory = Field("8Gi", description="Memory, in Kubernetes' units.")
    timeout: int = Field(21600, ge=1, description="Seconds after which a try is stopped.")
    retries: int = Field(1, ge=0, description="Further tries of a task that failed.")


class CachedStep(Step):
    """The same for a task that gives equal outputs for equal inputs."""

    cache: bool = Field(True, description="Outputs for equal inputs are taken from an earlier run.")


class Cluster(StepParams):
    """Section `cluster` of cluster.yaml."""

    ingest: Step = Step(cpu="2", memory="4Gi", retries=3)
    preprocess: CachedStep = CachedStep()
    split: CachedStep = CachedStep(cpu="1", memory="4Gi", timeout=3600)
    train: CachedStep = CachedStep(timeout=172800, retries=3)
    evaluate: CachedStep = CachedStep()
    freeze: CachedStep = CachedStep(cpu="2", timeout=3600)
    accelerator: str = Field(
        "nvidia.com/gpu",
        min_length=1,
        description="The cluster's name for the accelerators that train may use.",
    )
    accelerators: int = Field(0, ge=0, description="Accelerators of train.")
    node_selector: dict[str, str] = Field(
        {}, description="Labels, with their values, of the nodes that train may run on."
    )
    tolerations: list[dict[str, Any]] = Field(
        [],
        description="Tolerations of train, as Kubernetes writes them.",
    )
    shm: Memory = Field("2Gi", description="Size of `/dev/shm` for train.")
    checkpoints: str | None = Field(
        None,
        pattern="^(s3://.+|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$",
        description="Place of train's checkpoints, from which a retry goes on: "
        "`s3://bucket/prefix`, or the name of a volume claim.",
    )
    environment: dict[str, str] = Field(
        {},
        description="Environment variables of every task, as `AWS_ENDPOINT_URL`, "
        "`MLFLOW_TRACKING_URI`; never a secret.",
    )
    secret: Name = Field(
        "signature-recognition",
        description="Secret of the namespace; it, or any of its keys, may be missing.",
    )
    secret_keys: dict[str, str] = Field(
        {}, description="For each variable of every task, the key of the secret that fills it."
    )
    user: int | None = Field(
        10001,
        ge=1,
        description="User and group of every task; null: those of the namespace, never root.",
    )


LOCAL = Cluster(
    **{
        step: Step(retries=0) if step == "ingest" else CachedStep(retries=0)
        for step in sections.STEPS
    }
)


def read(path: Path, assignments: Iterable[str]) -> Cluster:
    """Reads cluster.yaml, with single values set, as in `cluster.train.memory=16Gi`.

    Raises:
        InputError: the file is missing, a value unknown or wrong, or a secret stands among the
            variables.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; run from the project's root or pass --cluster")
    values = load(Cluster, SECTION, path).model_dump()
    for assignment in assignments:
        values = sections.assign(values, assignment)
    cluster = parse(Cluster, SECTION, values, "-S")
    for name, value in cluster.environment.items():
        if SECRET.search(name) or re.search("//[^/]*@", value):
            raise InputError(
                f"cluster.environment: all could read {name} in the manifest; put it in the secret"
            )
    return cluster


def place(task: Any, name: str, cluster: Cluster, cpu: Any, memory: Any, secret: Any) -> Any:
    """Gives a task what it needs on the cluster.

    Args:
        task: of KFP.
        name: of its step.
        cluster: what KFP fixes when compiling.
        cpu: the pipeline's argument with the cores.
        memory: likewise.
        secret: name of the secret, likewise.
    """
    from kfp import kubernetes

    step: Step = getattr(cluster, name)
    task.set_cpu_limit(cpu).set_memory_limit(memory)
    task.register_pipeline_channels([cpu, memory])  # else KFP would not pass them on into a loop
    task.set_caching_options(isinstance(step, CachedStep) and step.cache)
    if step.retries:
        task.set_retry(step.retries, **BACKOFF)
    for variable, value in cluster.environment.items():
        task.set_env_variable(variable, value)
    kubernetes.set_timeout(task, step.timeout)
    kubernetes.set_security_context(task, cluster.user, cluster.user, run_as_non_root=True)
    for variable, key in cluster.secret_keys.items():
        kubernetes.use_secret_as_env(task, secret, {key: variable}, optional=True)
    return task


def place_train(task: Any, cluster: Cluster, node_selector: Any, tolerations: Any) -> None:
    """Gives the training its node, its shared memory and a place for checkpoints that outlives a
    try.
    """
    from kfp import kubernetes

    kubernetes.add_node_selector_json(task, node_selector)
    kubernetes.add_toleration_json(task, tolerations)
    kubernetes.empty_dir_mount(task, "shm", "/dev/shm", medium="Memory", size_limit=cluster.shm)  # noqa: S108
    if cluster.checkpoints is None:
        return
    if is_s3(cluster.checkpoints):
        task.set_env_variable("CHECKPOINT_DIR", cluster.checkpoints)
    else:
        kubernetes.mount_pvc(task, cluster.checkpoints, CHECKPOINTS)
        task.set_env_variable("CHECKPOINT_DIR", CHECKPOINTS)
