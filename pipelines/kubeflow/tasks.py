"""Bodies of the tasks. Those of the six steps parse their section, call the step and copy its
figures into KFP's artifacts.

KFP ships a function's source alone into the task's container, hence the imports inside; the steps
themselves are found on the image's PYTHONPATH.
"""

from typing import Any

from kfp.dsl import (
    HTML,
    Artifact,
    ClassificationMetrics,
    Dataset,
    Input,
    Markdown,
    Metrics,
    Model,
    Output,
)


def ask_registry(model: str) -> str:
    """Returns in a sentence which champion a new model will be compared with, or fails before
    anything is trained.

    Args:
        model: registered model.
    """
    from components.shared.runtime import cli
    from pipelines.registry import champion_check

    with cli.exit_codes():
        return champion_check.check(model)


def fingerprint(params: dict[str, Any], source: str = "") -> str:
    """Returns what the source holds now. As an argument of ingest, it decides whether ingest is
    taken from the cache.

    Args:
        params: section `ingest`.
        source: in place of the section's `source`, unless empty.
    """
    from components.ingest import fingerprint
    from components.ingest.params import IngestParams
    from components.shared.runtime import cli
    from components.shared.runtime.params import parse

    with cli.exit_codes():
        section = {**params, "source": source} if source else params
        return fingerprint.of_content(parse(IngestParams, "ingest", section, "pipeline argument"))


def ingest(
    params: dict[str, Any],
    fingerprint: str,
    raw: Output[Dataset],
    metrics: Output[Metrics],
    source: str = "",
) -> None:
    """Brings the source's images in, as they came.

    Args:
        params: section `ingest`.
        fingerprint: of the source; it changes nothing but the key of the cache.
        raw: the images and catalog.csv, on a cluster as one uncompressed archive.
        metrics: how many images and identities there are.
        source: in place of the section's `source`, unless empty.
    """
    from components.ingest import step
    from components.ingest.params import IngestParams
    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from pipelines.kubeflow import artifacts

    with cli.exit_codes():
        section = {**params, "source": source} if source else params
        parsed = parse(IngestParams, "ingest", section, "pipeline argument")
        artifacts.copy_params("ingest", parsed, raw)
        with artifacts.written_folder(raw) as folder:
            result = step.run(parsed, folder)
        raw.metadata |= result.origin
        artifacts.copy_figures(result.figures, metrics)


def preprocess(
    params: dict[str, Any], raw: Input[Dataset], prepared: Output[Dataset], metrics: Output[Metrics]
) -> None:
    """Normalises the images and packs them.

    Args:
        params: section `preprocess`.
        raw: output of ingest.
        prepared: images.npy, index.parquet, rejected.csv, duplicates.csv, normalise.json.
        metrics: how many images were prepared, rejected and left out as copies, and the probe of
            the source files.
    """
    from pathlib import Path

    from components.preprocess import step
    from components.preprocess.params import PreprocessParams
    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from pipelines.kubeflow import artifacts

    with cli.exit_codes():
        parsed = parse(PreprocessParams, "preprocess", params, "pipeline argument")
        artifacts.copy_params("preprocess", parsed, prepared, raw)
        with artifacts.read_folder(raw) as images:
            figures = step.run(parsed, images, Path(prepared.path))
        artifacts.copy_figures(figures, metrics)


def split(
    params: dict[str, Any],
    prepared: Input[Dataset],
    split: Output[Dataset],
    metrics: Output[Metrics],
) -> None:
    """Divides the identities into train, val and test.

    Args:
        params: section `split`.
        prepared: output of preprocess.
        split: split.parquet, and the parameters of the data, params.json.
        metrics: how many identities and images each part has.
    """
    from pathlib import Path

    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from components.split import step
    from components.split.params import SplitParams
    from pipelines.kubeflow import artifacts

    with cli.exit_codes():
        parsed = parse(SplitParams, "split", params, "pipeline argument")
        figures = step.run(parsed, Path(prepared.path), Path(split.path))
        artifacts.write_params("split", parsed, split, prepared)
        artifacts.copy_figures(figures, metrics)


def check_parts(
    train: dict[str, Any],
    evaluate: dict[str, Any],
    prepared: Input[Dataset],
    split: Input[Dataset],
) -> None:
    """Refuses parts that are too small for the training or the evaluation, before either begins.

    Args:
        train: section `train`.
        evaluate: section `evaluate`.
        prepared: output of preprocess.
        split: output of split.
    """
    from pathlib import Path

    from components.shared.runtime import cli
    from components.split.needs import Needs
    from pipelines.kubeflow import part_check

    with cli.exit_codes():
        needs = Needs.parse(train, evaluate, "pipeline argument")
        part_check.check(needs, Path(prepared.path), Path(split.path))


def train(
    params: dict[str, Any],
    prepared: Input[Dataset],
    split: Input[Dataset],
    embedder: Output[Model],
    metrics: Output[Metrics],
) -> None:
    """Trains the embedder and opens the MLflow run, or adopts the one named by `MLFLOW_RUN_ID`.

    Args:
        params: section `train`.
        prepared: output of preprocess.
        split: output of split.
        embedder: embedder.keras, normalise.json, history.csv, mlflow_run.json.
        metrics: the best checkpoint's figures on val.
    """
    from pathlib import Path

    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from components.train import step
    from components.train.params import TrainParams
    from pipelines.kubeflow import artifacts

    with cli.exit_codes():
        parsed = parse(TrainParams, "train", params, "pipeline argument")
        figures = step.run(
            parsed,
            Path(prepared.path),
            Path(split.path),
            Path(embedder.path),
            data_params=artifacts.read_params(split),
        )
        artifacts.copy_figures(figures, metrics)


def evaluate(
    params: dict[str, Any],
    prepared: Input[Dataset],
    split: Input[Dataset],
    embedder: Input[Model],
    evaluation: Output[Artifact],
    metrics: Output[Metrics],
    roc: Output[ClassificationMetrics],
    report: Output[HTML],
) -> None:
    """Measures the error rates on the test identities.

    Args:
        params: section `evaluate`.
        prepared: output of preprocess.
        split: output of split.
        embedder: output of train.
        evaluation: metrics.json, decision.json, scores, curves, pictures, report.
        metrics: the figures of metrics.json.
        roc: the ROC of skilled forgeries, where there are any, else of random ones.
        report: the report as one page, without names and pictures of people.
    """
    from pathlib import Path

    from components.evaluate import step
    from components.evaluate.params import EvaluateParams
    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from pipelines.kubeflow import artifacts

    with cli.exit_codes():
        parsed = parse(EvaluateParams, "evaluate", params, "pipeline argument")
        folders = [Path(artifact.path) for artifact in (prepared, split, embedder, evaluation)]
        result = step.run(parsed, *folders)
        artifacts.copy_figures(result.metrics, metrics)
        artifacts.copy_roc(result.roc, roc)
        artifacts.copy_page(result.uploaded_report, report)


def freeze(
    params: dict[str, Any],
    raw: Input[Dataset],
    prepared: Input[Dataset],
    split: Input[Dataset],
    embedder: Input[Model],
    evaluation: Input[Artifact],
    frozen: Output[Model],
    metrics: Output[Metrics],
) -> None:
    """Exports the embedder and proves that the exports equal it.

    Args:
        params: section `freeze`.
        raw: output of ingest.
        prepared: output of preprocess.
        split: output of split.
        embedder: output of train.
        evaluation: output of evaluate.
        frozen: what is shipped: SavedModel, frozen graph, model card, manifest.
        metrics: the largest differences between the exports and the Keras model, and the figures
            of quantised formats.
    """
    from pathlib import Path

    from components.freeze import step
    from components.freeze.params import FreezeParams
    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from pipelines.kubeflow import artifacts

    with cli.exit_codes():
        parsed = parse(FreezeParams, "freeze", params, "pipeline argument")
        inputs = (prepared, split, embedder, evaluation)
        folders = [Path(artifact.path) for artifact in (*inputs, frozen)]
        with artifacts.read_folder(raw) as images:
            figures = step.run(parsed, images, *folders)
        artifacts.copy_figures(figures, metrics)


def plan(
    settings: list[list[str]],
    split: dict[str, Any],
    train: dict[str, Any],
    evaluate: dict[str, Any],
    report: Output[Markdown],
) -> list[dict[str, dict[str, Any]]]:
    """Checks the settings of a comparison before anything runs, and returns the sections of each
    branch.

    Args:
        settings: `section.parameter=value` of each branch.
        split: the section that all branches start from.
        train: likewise.
        evaluate: likewise.
        report: the settings; its address is about as long as those of the branches' artifacts.
    """
    from components.shared.runtime import cli
    from pipelines.kubeflow import artifacts, branch_selection

    with cli.exit_codes():
        sections = {"split": split, "train": train, "evaluate": evaluate}
        result = branch_selection.branches(settings, sections, artifacts.address_bytes(report))
        lines = [f"- {' '.join(each)}\n" for each in settings]
        artifacts.write_report("# Settings to compare\n\n" + "".join(lines), report)
        return result


def choose(
    settings: list[list[str]],
    splits: Input[list[Dataset]],
    embedders: Input[list[Model]],
    evaluations: Input[list[Artifact]],
    split: Output[Dataset],
    embedder: Output[Model],
    report: Output[Markdown],
) -> None:
    """Chooses the best branch by its EER on val and puts the branches' MLflow runs under one
    parent.

    Args:
        settings: `section.parameter=value` of each branch.
        splits: output of split of each.
        embedders: output of train of each.
        evaluations: output of evaluate of each, on val, with the figures.
        split: of the best.
        embedder: of the best.
        report: all branches, and the paired interval of the difference between the best and the
            second.
    """
    from pathlib import Path

    from components.shared.runtime import cli
    from components.shared.verification import metrics_file
    from pipelines.kubeflow import artifacts, branch_selection

    with cli.exit_codes():
        folders = [Path(artifact.path) for artifact in evaluations]
        figures = [metrics_file.read(folder) for folder in folders]
        choice = branch_selection.choose(settings, figures, folders)
        artifacts.copy_artifact(splits[choice.best], split)
        artifacts.copy_artifact(embedders[choice.best], embedder)
        artifacts.write_report(choice.report, report)
        branch_selection.track(choice)


def promote(
    params: dict[str, Any],
    model: str,
    raw: Input[Dataset],
    prepared: Input[Dataset],
    split: Input[Dataset],
    frozen: Input[Model],
    metrics: Output[Metrics],
    report: Output[Markdown],
) -> str:
    """Measures the new model and the champion on the same test images, and registers the new one as
    champion or challenger.

    Args:
        params: section `evaluate`.
        model: registered model.
        raw: output of ingest.
        prepared: output of preprocess.
        split: output of split.
        frozen: output of freeze, the challenger.
        metrics: EERs of both and the interval of their difference.
        report: what was decided, and why.

    Returns:
        The new model's alias, `champion` or `challenger`.
    """
    from pathlib import Path

    from components.evaluate.params import EvaluateParams
    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from pipelines.kubeflow import artifacts
    from pipelines.registry import promotion

    with cli.exit_codes():
        parsed = parse(EvaluateParams, "evaluate", params, "pipeline argument")
        folders = [Path(artifact.path) for artifact in (prepared, split, frozen)]
        with artifacts.read_folder(raw) as images:
            result = promotion.promote(parsed, model, images, *folders)
        artifacts.copy_figures(result.figures, metrics)
        artifacts.write_report(result.report, report)
        return result.alias


def deploy(
    params: dict[str, Any],
    manifests: str,
    raw: Input[Dataset],
    frozen: Input[Model],
    metrics: Output[Metrics],
) -> None:
    """Brings the service with the new model onto the cluster that this task runs on, and proves it;
    where it fails, the version before comes back and the task fails with the reason.

    Args:
        params: section `freeze`; `publish` says where the service finds the model.
        manifests: of the service, as one line of JSON.
        raw: output of ingest.
        frozen: output of freeze.
        metrics: the largest difference of the running service's embeddings.
    """
    from pathlib import Path

    from components.freeze.params import FreezeParams
    from components.shared.runtime import cli
    from components.shared.runtime.params import parse
    from pipelines.deploy import errors, shipped_model
    from pipelines.kubeflow import artifacts

    with cli.exit_codes(), errors.told():
        parsed = parse(FreezeParams, "freeze", params, "pipeline argument")
        with artifacts.read_folder(raw) as images:
            figures = shipped_model.deploy(parsed, manifests, images, Path(frozen.path))
        artifacts.copy_figures(figures, metrics)
