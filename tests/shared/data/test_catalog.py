"""catalog.csv: what was written is what is read, whatever identities are called."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from components.shared.data import catalog, partition
from components.shared.data.catalog import Entry
from components.shared.runtime.errors import InputError

NAMES = ["001", "NA", "None", "nan", "true"]
"""Initials and numbers of writers, each of which some csv reader takes for something else."""


def entries() -> list[Entry]:
    """Two genuine images and one forgery of each identity."""
    kinds: list[catalog.Kind] = ["genuine", "genuine", "forgery"]
    rows = itertools.product(NAMES, enumerate(kinds))
    return [
        Entry(f"{name}/{number}.png", name, kind, f"{name}-{number}")
        for name, (number, kind) in rows
    ]


def test_a_catalog_is_read_as_it_was_written_sorted_by_path(tmp_path: Path) -> None:
    written = catalog.write(reversed(entries()), tmp_path)
    table = catalog.read(tmp_path)
    assert [entry.path for entry in written] == sorted(entry.path for entry in entries())
    assert [Entry(*row) for row in table.to_numpy()] == written
    assert sorted(set(table["identity"])) == NAMES


def test_the_parts_of_a_source_stand_in_the_catalog_only_where_it_has_some(tmp_path: Path) -> None:
    one, other = entries()[:2]
    catalog.write([one, other], tmp_path)
    assert list(catalog.read(tmp_path)) == ["path", "identity", "kind", "sha256"]
    catalog.write(
        [Entry(one.path, one.identity, one.kind, one.sha256, part="train"), other], tmp_path
    )
    assert catalog.read(tmp_path)["part"].tolist() == ["train", ""]


def test_collections_stand_in_the_catalog_only_where_there_are_several(tmp_path: Path) -> None:
    one, other = entries()[:2]
    catalog.write([replace(one, collection="a"), replace(other, collection="b")], tmp_path)
    assert list(catalog.read(tmp_path)) == ["path", "identity", "kind", "sha256", "collection"]
    assert catalog.read(tmp_path)["collection"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no such file; run ingest first"),
        ("", "not a catalog"),
        ("path,identity,kind\n", "lacks the column sha256"),
        ("path,identity,kind,sha256\n", "lists no images"),
        ("path,identity,kind,sha256\na.png,,genuine,0\n", "line 2 has no identity"),
        ("path,identity,kind,sha256\na.png,A,copied,0\n", "unknown kind 'copied'"),
        ("path,identity,kind,sha256\na.png,A,genuine,0\na.png,A,genuine,0\n", "lists a.png twice"),
        ("path,identity,kind,sha256\n../a.png,A,genuine,0\n", r"\.\./a.png lies outside"),
    ],
)
def test_a_damaged_catalog_is_refused_in_words(
    tmp_path: Path, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "catalog.csv").write_text(text)
    with pytest.raises(InputError, match=rf"catalog.csv: .*{message}"):
        catalog.read(tmp_path)


def test_identities_keep_their_names_from_the_catalog_to_the_pooled_folds(tmp_path: Path) -> None:
    from components.evaluate.params import EvaluateParams
    from components.evaluate.report.scores_file import write_scores
    from components.evaluate.scoring.evaluation_set import select_part
    from components.evaluate.scoring.verification import verifications
    from components.shared.data.image_store import open_store, write_store
    from components.shared.data.normalisation import Normalisation
    from components.split import step as split
    from components.split.params import SplitParams
    from pipelines.experiments.pooled_folds import Fold, pool

    catalog.write(entries(), tmp_path)
    table = catalog.read(tmp_path)
    size = Normalisation(height=16, width=16)
    images = np.zeros((len(table), *size.shape), np.uint8)
    write_store(tmp_path, images, table.assign(height=16, width=16), size)
    index = open_store(tmp_path).index
    assert sorted(set(index["identity"])) == NAMES

    parts = ["train", "val", "test", "test", "test"]
    lines = [f"{name},{where}" for name, where in zip(NAMES, parts, strict=True)]
    (tmp_path / "parts.csv").write_text("\n".join(["identity,part", *lines]) + "\n")
    split.run(SplitParams(by=str(tmp_path / "parts.csv")), tmp_path, tmp_path / "split")
    tested = select_part(index, partition.read(tmp_path / "split", index), "test")
    assert tested.names == NAMES[2:]

    embeddings = np.random.default_rng(0).normal(size=(len(tested.rows), 4)).astype(np.float32)
    params = EvaluateParams(references=2)
    results = verifications(embeddings, tested.labels, [params.draws_of(1)])
    write_scores(tmp_path, results, tested, params)
    scores = pd.read_parquet(tmp_path / "scores.parquet")
    assert sorted(set(scores["identity"])) == NAMES[2:]
    metrics = {f"{v.key}/n_pairs": float(v.scored.n_pairs) for v in results}
    together = pool([Fold(metrics, scores)]).pooled
    assert [len(set(v.genuine.identity)) for v in together] == [3, 3]


def test_an_identity_in_two_unicode_forms_is_read_as_one_and_written_as_it_came(
    tmp_path: Path,
) -> None:
    names = ["Jose\u0301", "Jos\u00e9", "JOS\u00c9"]
    entries = [Entry(f"{i}.png", name, "genuine", f"{i}") for i, name in enumerate(names)]
    catalog.write(entries, tmp_path)
    text = (tmp_path / catalog.CATALOG).read_text(encoding="utf-8")
    assert [line.split(",")[1] for line in text.splitlines()[1:]] == names
    assert catalog.read(tmp_path)["identity"].tolist() == [names[0], names[0], names[2]]
