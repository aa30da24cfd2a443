"""The pipeline: ingest → preprocess → split → train → evaluate → freeze."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Metrics, Model

from pipelines import tasks


class Outputs(NamedTuple):
    """What the whole pipeline gives."""

    frozen: Model
    evaluation: Artifact
    metrics: Metrics


def build(image: str, defaults: Mapping[str, dict[str, Any]]) -> Any:
    """The pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
    """

    def task(function: Any) -> Any:
        return dsl.component(function, base_image=image, install_kfp_package=False)

    @dsl.pipeline(  # type: ignore[untyped-decorator]
        name="signature-recognition",
        description="Trains, measures and ships an embedder that verifies signatures.",
    )
    def signature_recognition(
        ingest: dict[str, Any] = defaults["ingest"],
        preprocess: dict[str, Any] = defaults["preprocess"],
        split: dict[str, Any] = defaults["split"],
        train: dict[str, Any] = defaults["train"],
        evaluate: dict[str, Any] = defaults["evaluate"],
        freeze: dict[str, Any] = defaults["freeze"],
        train_cpu: str = "4",
        train_memory: str = "8Gi",
        train_accelerator: str = "nvidia.com/gpu",
        train_accelerator_count: str = "0",
    ) -> Outputs:
        """One argument for each section of params.yaml, and what the train task may use.

        Args:
            ingest: section `ingest`; a parameter left out takes the value that the code gives it.
            preprocess: section `preprocess`, likewise.
            split: section `split`, likewise.
            train: section `train`, likewise.
            evaluate: section `evaluate`, likewise.
            freeze: section `freeze`, likewise.
            train_cpu: CPU cores.
            train_memory: memory.
            train_accelerator: kind of accelerator, the cluster's resource name.
            train_accelerator_count: number of accelerators, 0 for none; as text, the one form that Kubeflow reads.
        """
        ingested = task(tasks.ingest)(params=ingest)
        ingested.set_caching_options(False)  # the source may have changed under an unchanged name
        raw = ingested.outputs["raw"]

        prepared = task(tasks.preprocess)(params=preprocess, raw=raw).outputs["prepared"]

        divided = task(tasks.split)(params=split, prepared=prepared).outputs["split"]

        trained = task(tasks.train)(params=train, prepared=prepared, split=divided)
        trained.set_cpu_limit(train_cpu).set_memory_limit(train_memory)
        trained.set_accelerator_type(train_accelerator).set_accelerator_limit(train_accelerator_count)
        embedder = trained.outputs["embedder"]

        evaluated = task(tasks.evaluate)(params=evaluate, prepared=prepared, split=divided, embedder=embedder)
        evaluation = evaluated.outputs["evaluation"]

        frozen = task(tasks.freeze)(params=freeze, raw=raw, embedder=embedder, evaluation=evaluation)
        return Outputs(frozen.outputs["frozen"], evaluation, evaluated.outputs["metrics"])

    return signature_recognition
