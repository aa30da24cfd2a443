"""The pipeline that compares settings: each is trained and measured on val, and only the best on
test and shipped.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Markdown, Model

from pipelines.kubeflow import branch_selection, definition, tasks
from pipelines.kubeflow.cluster import Cluster
from pipelines.kubeflow.definition import Argument, Tasks


class Outputs(NamedTuple):
    """What the pipeline gives: the best of the settings, and how it was found."""

    comparison: Markdown
    frozen: Model
    evaluation: Artifact


def build(
    image: str,
    defaults: Mapping[str, dict[str, Any]],
    cluster: Cluster,
    settings: Sequence[Sequence[str]],
) -> Any:
    """The pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
        settings: `section.parameter=value` of each branch, of split and train.

    Raises:
        InputError: a setting is refused.
    """
    branch_selection.branches(settings, dict(defaults))

    def flow(given: Mapping[str, Any]) -> Outputs:
        task = Tasks(image, cluster, given)
        sections = {name: given[name] for name in ("split", "train", "evaluate")}
        planned = task(tasks.plan, like="split", settings=given["settings"], **sections)
        raw = (
            task(tasks.ingest, params=given["ingest"], source=given["source"])
            .after(planned)
            .outputs["raw"]
        )
        prepared = task(tasks.preprocess, params=given["preprocess"], raw=raw).outputs["prepared"]

        with dsl.ParallelFor(planned.output) as branch:
            divided = task(tasks.split, params=branch.split, prepared=prepared).outputs["split"]
            data = {"prepared": prepared, "split": divided}
            embedder = task(tasks.train, params=branch.train, **data).outputs["embedder"]
            measured = task(tasks.evaluate, params=branch.evaluate, embedder=embedder, **data)

        made = {"splits": divided, "embedders": embedder}
        made |= {
            "evaluations": measured.outputs["evaluation"],
            "metrics": measured.outputs["metrics"],
        }
        collected = {name: dsl.Collected(output) for name, output in made.items()}
        best = task(tasks.choose, like="split", settings=given["settings"], **collected)

        data = {"prepared": prepared, "split": best.outputs["split"]}
        embedder = best.outputs["embedder"]
        evaluated = task(tasks.evaluate, params=given["evaluate"], embedder=embedder, **data)
        evaluation = evaluated.set_display_name("evaluate the best").outputs["evaluation"]
        frozen = task(
            tasks.freeze, params=given["freeze"], raw=raw, embedder=embedder, evaluation=evaluation
        )
        return Outputs(best.outputs["report"], frozen.outputs["frozen"], evaluation)

    told = "of each branch: a list of `section.parameter=value`, of split and train."
    arguments = {"settings": Argument(list[list[str]], [list(each) for each in settings], told)}
    arguments |= definition.arguments(defaults, cluster)
    description = "Trains several settings, compares them on val, and measures and ships the best."
    return definition.define("signature-comparison", description, arguments, Outputs, flow)
