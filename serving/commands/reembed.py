"""`python -m serving reembed`: carries people over to another model, from their kept images."""

import argparse
import sys
from typing import TYPE_CHECKING, NamedTuple

from components.shared.data.outcomes import Rejected
from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from serving.commands import bundles, opened
from serving.commands.arguments import Commands

if TYPE_CHECKING:
    from serving.engine.embedder import Embedder
    from serving.engine.model import ServedModel
    from serving.store.store import Store

AT_ONCE = 16
"""Number of references that are stored in one transaction."""


class CarriedOver(NamedTuple):
    """The outcome.

    Attributes:
        embedded: number of references that got an embedding now.
        refused: number of those whose image the new model cannot take.
        people: number of people.
        stale: number of people without any embedding in the new space.
    """

    embedded: int
    refused: int
    people: int
    stale: int


def add_reembed(commands: Commands) -> None:
    """Adds the command."""
    command = opened.add(
        commands,
        "reembed",
        "carry people over to another model, then make it the database's",
        "reembed --model models/frozen",
        "Embeddings of two models cannot be compared, so those of the new one are computed from "
        "the kept images (keep_images). After an interruption it goes on where it stopped; until "
        "it is done the old model stays the database's. People without a kept image become stale: "
        "they are enrolled anew. Services that run answer with the old model until they are "
        "started with the new one.",
    )
    command.add_argument("--model", required=True, metavar="BUNDLE", help="the new model")
    cli.add_quiet(command)
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    from components.shared.model import bundle
    from serving.engine import model as served

    cache = opened.settings(options).cache
    with bundles.folder_of(options.model, cache) as folder, opened.store(options) as store:
        model = served.load(folder)
        done = carry_over(store, model)
        store.audit.append(None, "reembed", None, "done", model_version=model.version)
    words = [f"references embedded: {done.embedded}"]
    if done.refused:
        words.append(f"images that this model cannot take: {done.refused}")
    words.append(f"people ready: {done.people - done.stale}, stale: {done.stale}")
    sys.stdout.write(f"{bundle.short(model.version)} is the database's model; {'; '.join(words)}\n")


def carry_over(store: "Store", model: "ServedModel") -> CarriedOver:
    """Embeds what has no embedding in a model's space, and makes the space the current one.

    Raises:
        InputError: there are people, and nobody could be carried over; nothing is changed then.
    """
    from serving.engine.embedder import Embedder

    embedded = refused = 0
    with Embedder(model, judged=False) as embedder:  # they were judged when they were enrolled
        while True:  # services enrol meanwhile
            now, refused = _embed(store, model, embedder)
            embedded += now
            if not now:
                break
    people, stale = store.people.count(), store.spaces.stale(model.space)
    if people and stale == people:
        raise InputError(
            "no image is kept that this model could embed: nobody can be carried over, and nothing "
            "was changed; `run --accept-new-space` starts with everybody stale"
        )
    store.spaces.use(model.space, model.version, model.dimension)
    return CarriedOver(embedded, refused, people, stale)


def _embed(store: "Store", model: "ServedModel", embedder: "Embedder") -> tuple[int, int]:
    """Embeds once all that has no embedding; returns the numbers of embedded and of refused."""
    embedded = refused = 0
    last = ""
    with progress_bar("reembed", "reference", store.spaces.count_without(model.space)) as bar:
        while images := store.spaces.images_without(model.space, AT_ONCE, after=last):
            results = embedder.embed([image.encoded for image in images])
            vectors = {}
            for image, result in zip(images, results, strict=True):
                if not isinstance(result, Rejected):
                    vectors[image.reference_id] = result
            refused += len(images) - len(vectors)
            embedded += store.spaces.add_vectors(model.space, model.version, vectors)
            last = images[-1].reference_id
            bar.update(len(images))
    return embedded, refused
