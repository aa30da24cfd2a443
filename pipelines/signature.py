"""The pipeline: ingest → preprocess → split → train → evaluate → freeze."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Metrics, Model

from pipelines import tasks
from pipelines.cluster import Cluster, place, place_train


class Outputs(NamedTuple):
    """What the whole pipeline gives."""

    frozen: Model
    evaluation: Artifact
    metrics: Metrics


def build(image: str, defaults: Mapping[str, dict[str, Any]], cluster: Cluster) -> Any:
    """The pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
    """

    @dsl.pipeline(  # type: ignore[untyped-decorator]
        name="signature-recognition",
        description="Trains, measures and ships an embedder that verifies signatures.",
    )
    def signature_recognition(
        source: str = "",
        ingest: dict[str, Any] = defaults["ingest"],
        preprocess: dict[str, Any] = defaults["preprocess"],
        split: dict[str, Any] = defaults["split"],
        train: dict[str, Any] = defaults["train"],
        evaluate: dict[str, Any] = defaults["evaluate"],
        freeze: dict[str, Any] = defaults["freeze"],
        ingest_cpu: str = cluster.ingest.cpu,
        ingest_memory: str = cluster.ingest.memory,
        preprocess_cpu: str = cluster.preprocess.cpu,
        preprocess_memory: str = cluster.preprocess.memory,
        split_cpu: str = cluster.split.cpu,
        split_memory: str = cluster.split.memory,
        train_cpu: str = cluster.train.cpu,
        train_memory: str = cluster.train.memory,
        train_accelerator: str = cluster.accelerator,
        train_accelerator_count: str = str(cluster.accelerators),
        train_node_selector: dict[str, str] = cluster.node_selector,
        train_tolerations: list[dict[str, Any]] = cluster.tolerations,
        evaluate_cpu: str = cluster.evaluate.cpu,
        evaluate_memory: str = cluster.evaluate.memory,
        freeze_cpu: str = cluster.freeze.cpu,
        freeze_memory: str = cluster.freeze.memory,
        secret: str = cluster.secret,
    ) -> Outputs:
        """The data's source, one argument for each section of params.yaml, and what the tasks may use.

        Args:
            source: of the data, in place of that in `ingest`, unless empty; `dvc:<repo>@<rev>:<path>` pins a version.
            ingest: section `ingest`; a parameter left out takes the value that the code gives it.
            preprocess: section `preprocess`, likewise.
            split: section `split`, likewise.
            train: section `train`, likewise.
            evaluate: section `evaluate`, likewise.
            freeze: section `freeze`, likewise.
            ingest_cpu: CPU cores.
            ingest_memory: memory, in Kubernetes' units.
            preprocess_cpu: CPU cores.
            preprocess_memory: memory.
            split_cpu: CPU cores.
            split_memory: memory.
            train_cpu: CPU cores.
            train_memory: memory.
            train_accelerator: kind of accelerator, the cluster's resource name.
            train_accelerator_count: number of accelerators, 0 for none; as text, the one form that Kubeflow reads.
            train_node_selector: labels of the nodes that may train.
            train_tolerations: taints of nodes that train puts up with, as Kubernetes writes them.
            evaluate_cpu: CPU cores.
            evaluate_memory: memory.
            freeze_cpu: CPU cores.
            freeze_memory: memory.
            secret: name of the secret with the keys to the stores; it may be missing.
        """

        def task(function: Any, cpu: Any, memory: Any, **inputs: Any) -> Any:
            component = dsl.component(function, base_image=image, install_kfp_package=False)
            return place(component(**inputs), function.__name__, cluster, cpu, memory, secret)

        ingested = task(tasks.ingest, ingest_cpu, ingest_memory, params=ingest, source=source)
        raw = ingested.outputs["raw"]

        normalised = task(tasks.preprocess, preprocess_cpu, preprocess_memory, params=preprocess, raw=raw)
        prepared = normalised.outputs["prepared"]

        divided = task(tasks.split, split_cpu, split_memory, params=split, prepared=prepared).outputs["split"]

        trained = task(tasks.train, train_cpu, train_memory, params=train, prepared=prepared, split=divided)
        trained.set_accelerator_type(train_accelerator).set_accelerator_limit(train_accelerator_count)
        place_train(trained, cluster, train_node_selector, train_tolerations)
        embedder = trained.outputs["embedder"]

        data = {"prepared": prepared, "split": divided}
        evaluated = task(tasks.evaluate, evaluate_cpu, evaluate_memory, params=evaluate, embedder=embedder, **data)
        evaluation = evaluated.outputs["evaluation"]

        made = {"raw": raw, "embedder": embedder, "evaluation": evaluation}
        frozen = task(tasks.freeze, freeze_cpu, freeze_memory, params=freeze, **made)
        return Outputs(frozen.outputs["frozen"], evaluation, evaluated.outputs["metrics"])

    return signature_recognition
