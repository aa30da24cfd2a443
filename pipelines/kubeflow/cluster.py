"""Settings of tasks on a cluster: resources, tries, secrets, security. One machine ignores them."""

import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from components.shared.runtime.errors import InputError, holds_credentials
from components.shared.runtime.params import StepParams, load, parse
from components.shared.storage.s3_address import is_s3
from pipelines import sections

SECTION = "cluster"
CHECKPOINTS = "/checkpoints"
PAUSE, GROWTH = 60, 2.0
"""Seconds before the second try, and how many times as long the next pause is."""
SECRET = re.compile(
    "SECRET|PASSW|PASSPHRASE|PWD$|TOKEN|API_?KEY|(ACCESS|PRIVATE|ENCRYPTION|STORAGE|ACCOUNT)_KEY"
    "|CREDENTIAL|CONNECTION_STRING",
    re.IGNORECASE,
)
"""How variables are named that hold a secret."""
KEY = re.compile(r"\b(bearer|basic)[ %]\S|PRIVATE KEY-----|\bAccountKey=", re.IGNORECASE)
"""How values look that do, whatever the variable's name; addresses are looked at beside them."""

Cpu = Annotated[str, BeforeValidator(str), Field(pattern=r"^([0-9]+(\.[0-9]+)?|[0-9]+m)$")]
Memory = Annotated[str, BeforeValidator(str), Field(pattern="^[0-9]+([EPTGMK]i?)?$")]
ToleranceKey = Literal["key", "operator", "value", "effect", "tolerationSeconds"]
Tolerations = list[dict[ToleranceKey, str | int]]
Name = Annotated[str, Field(pattern="^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]


def quantity(text: str) -> float:
    """Returns the number that a quantity of Kubernetes stands for.

    >>> quantity("500m"), quantity("1.5"), quantity("2Ki"), quantity("2M")
    (0.5, 1.5, 2048.0, 2000000.0)
    """
    number = text.rstrip("mKMGTPEi")
    unit = text[len(number) :]
    if unit == "m":
        return float(number) / 1000
    base = 1024.0 if unit.endswith("i") else 1000.0
    return float(number) * base ** " KMGTPE".index(unit[:1] or " ")


class StepResources(StepParams):
    """Resources and tries of one task."""

    cpu: Cpu = Field("4", description="Cores, in Kubernetes' units.")
    memory: Memory = Field("8Gi", description="Memory, in Kubernetes' units.")
    timeout: int = Field(21600, ge=1, description="Seconds after which a try is stopped.")
    retries: int = Field(1, ge=0, description="Further tries of a task that failed.")
    cache: bool = Field(
        True,
        description="Outputs for equal inputs, cpu and memory among them, are taken from an "
        "earlier run.",
    )
    cpu_request: Cpu | None = Field(
        None, description="Cores that a node must have free for it; null: as many as `cpu`."
    )
    memory_request: Memory | None = Field(
        None, description="Memory that a node must have free for it; null: as much as `memory`."
    )
    node_selector: dict[str, str] = Field(
        {}, description="Labels, with their values, of the nodes that it may run on."
    )
    tolerations: Tolerations = Field(
        [], description="Taints that it puts up with, as Kubernetes writes tolerations."
    )


class Cluster(StepParams):
    """Section `cluster` of cluster.yaml."""

    ingest: StepResources = StepResources(cpu="2", memory="4Gi", retries=3)
    preprocess: StepResources = StepResources()
    split: StepResources = StepResources(cpu="1", memory="4Gi", timeout=3600)
    train: StepResources = StepResources(timeout=172800, retries=3)
    evaluate: StepResources = StepResources()
    freeze: StepResources = StepResources(cpu="2", timeout=3600)
    accelerator: str = Field(
        "nvidia.com/gpu",
        min_length=1,
        description="The cluster's name for the accelerators that train may use.",
    )
    accelerators: int = Field(0, ge=0, description="Accelerators of train.")
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
        {},
        description="For each variable of every task, the key of the secret that fills it; none "
        "that is not named here.",
    )
    user: int | None = Field(
        10001,
        ge=1,
        description="User and group of every task; null: those of the namespace, never root.",
    )
    service_account: Name | None = Field(
        None,
        description="Service account of submitted runs; null: the server's choice.",
    )
    image_pull_secret: Name | None = Field(
        None, description="Secret of the namespace by which the image is pulled."
    )
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = Field(
        None, description="When the image is pulled; null: as Kubernetes decides by its tag."
    )
    labels: dict[str, str] = Field({}, description="Labels of every pod.")
    annotations: dict[str, str] = Field({}, description="Annotations of every pod.")
    parallelism: int = Field(
        0, ge=0, description="Branches of `compare` that run at once; 0: all of them."
    )
    deploy: str | None = Field(
        None,
        min_length=1,
        description="What the task `deploy` applies after `freeze`, or after `promote` where the "
        "new model is champion: a folder or file of manifests, as the command `deploy` takes; it "
        "needs `freeze.publish`. null: there is no such task.",
    )

    def contradictions(self) -> list[str]:
        """Returns the requests that are above their limits."""
        result = []
        for step, resource in itertools.product(sections.STEPS, ("cpu", "memory")):
            limit = getattr(getattr(self, step), resource)
            request = getattr(getattr(self, step), f"{resource}_request")
            if request is not None and quantity(request) > quantity(limit):
                result.append(
                    f"cluster.{step}.{resource}_request {request} is above {resource} {limit}"
                )
        return result


LOCAL = Cluster(**{step: StepResources(retries=0) for step in sections.STEPS})


def read(path: Path, assignments: Iterable[str]) -> Cluster:
    """Reads cluster.yaml, with single values set, as in `cluster.train.memory=16Gi`.

    Raises:
        InputError: the file is missing, a value unknown or wrong, a secret stands among the
            variables, or a variable is one of the secret's too.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; run from the project's root or pass --cluster")
    values = load(Cluster, SECTION, path).model_dump()
    for assignment in assignments:
        values = sections.assign(values, assignment)
    cluster = parse(Cluster, SECTION, values, "-S")
    for name, value in cluster.environment.items():
        if SECRET.search(name) or KEY.search(value) or holds_credentials(value):
            raise InputError(
                f"cluster.environment: all could read {name} in the manifest; put it in the secret"
            )
        if name in cluster.secret_keys:
            raise InputError(
                f"{name} stands in cluster.environment and in cluster.secret_keys, and Kubernetes "
                "takes no pod that names a variable so twice: leave it in one of them"
            )
    return cluster


def configure_task(
    task: Any, name: str, cluster: Cluster, cpu: Any, memory: Any, secret: Any
) -> Any:
    """Sets a task's resources, tries, variables, secrets and security, and returns it.

    Args:
        task: of KFP.
        name: of its step.
        cluster: values that KFP fixes when compiling.
        cpu: the pipeline's argument with the cores.
        memory: likewise.
        secret: name of the secret, likewise.
    """
    from kfp import kubernetes

    step: StepResources = getattr(cluster, name)
    task.set_cpu_limit(cpu).set_memory_limit(memory)
    task.register_pipeline_channels([cpu, memory])  # else KFP would not pass them on into a loop
    task.set_caching_options(step.cache)
    if step.retries:
        task.set_retry(
            step.retries,
            backoff_duration=f"{PAUSE}s",
            backoff_factor=GROWTH,
            backoff_max_duration=f"{seconds_of_all_tries(step)}s",
        )
    for variable, value in cluster.environment.items():
        task.set_env_variable(variable, value)
    kubernetes.set_timeout(task, step.timeout)
    kubernetes.set_security_context(task, cluster.user, cluster.user, run_as_non_root=True)
    for variable, key in cluster.secret_keys.items():
        kubernetes.use_secret_as_env(task, secret, {key: variable}, optional=True)
    return task


def seconds_of_all_tries(step: StepResources) -> int:
    """Returns how long all tries of a task may take, with the pauses between them.

    KFP's `backoff_max_duration` becomes Argo's `retryStrategy.backoff.maxDuration`, which is no
    limit of a pause: it counts from the beginning of the first try, and after it no other begins.

    >>> seconds_of_all_tries(StepResources(timeout=1000, retries=2))
    3180
    """
    pauses = sum(PAUSE * GROWTH**number for number in range(step.retries))
    return (step.retries + 1) * step.timeout + round(pauses)


def configure_training(task: Any, cluster: Cluster, node_selector: Any, tolerations: Any) -> None:
    """Sets the training's nodes, its shared memory and a folder for checkpoints that outlives a
    try.

    Args:
        task: of KFP.
        cluster: values that KFP fixes when compiling.
        node_selector: the pipeline's argument with the labels of the nodes.
        tolerations: likewise, with the tolerations.
    """
    from kfp import kubernetes

    kubernetes.add_node_selector_json(task, node_selector)
    kubernetes.add_toleration_json(task, tolerations)
    shared_memory = "/dev/shm"  # noqa: S108
    kubernetes.empty_dir_mount(task, "shm", shared_memory, medium="Memory", size_limit=cluster.shm)
    if cluster.checkpoints is None:
        return
    if is_s3(cluster.checkpoints):
        task.set_env_variable("CHECKPOINT_DIR", cluster.checkpoints)
    else:
        kubernetes.mount_pvc(task, cluster.checkpoints, CHECKPOINTS)
        task.set_env_variable("CHECKPOINT_DIR", CHECKPOINTS)
