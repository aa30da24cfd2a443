"""A frozen model on raw images: embedded by its own graph, judged by its own thresholds."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.evaluate.__main__ import main
from components.evaluate.external import run
from components.evaluate.params import EvaluateParams
from components.shared.model import bundle
from components.shared.model.image_sample import sample
from components.shared.runtime.errors import InputError
from components.shared.verification import error_rates
from tests.evaluate.external.frozen import write_graph
from tests.pictures import strokes

PARAMS = EvaluateParams(references=2, draws=2)
THRESHOLDS: list[dict[str, Any]] = [
    {
        "kind": "skilled",
        "references": 1,
        "policy": policy,
        "threshold": distance,
        "chosen_on": "val",
    }
    for policy, distance in (("equal_error", 0.18), ("far_0.5pct", 0.12))
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What freeze ships, of an embedder of two layers."""
    folder = tmp_path_factory.mktemp("frozen")
    write_graph(folder)
    (folder / "threshold.json").write_text(json.dumps(THRESHOLDS))
    bundle.write(folder, {"data": {"catalog.csv": "0" * 64}})
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, raw_folder: Path) -> Path:
    """The generated images as somebody else would keep them: a folder for each identity, in several
    formats, with copies.
    """
    folder = tmp_path_factory.mktemp("photos")
    catalog = pd.read_csv(raw_folder / "catalog.csv", dtype=str)
    for number, row in enumerate(catalog.to_dict("records")):
        place = folder / row["identity"] / row["kind"]
        place.mkdir(parents=True, exist_ok=True)
        with Image.open(raw_folder / row["path"]) as image:
            image.save(place / f"{number}.{('png', 'tiff', 'bmp')[number % 3]}")
    blank = folder / catalog["identity"][0] / "genuine"
    Image.new("L", (90, 60), 255).save(blank / "blank.png")
    (blank / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    for path in sorted(folder.glob("*/genuine/[0-9]*"))[::5]:
        with Image.open(path) as image:
            image.save(path.with_name(f"{path.stem}_copy.png"))
    (blank.parent / "disguised").mkdir()
    Image.fromarray(strokes(0)).save(blank.parent / "disguised" / "1.png")
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, model: Path, photos: Path, tracked: None) -> Path:
    """A whole run of the command."""
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "params.yaml").write_text(
        "evaluate: {references: 2, draws: 2, bootstrap: 20, part: val}\n"
    )
    options = [
        "--params",
        str(folder / "params.yaml"),
        "--model",
        str(model),
        "--data",
        str(photos),
    ]
    main([*options, "--out", str(folder / "out")])
    return folder / "out"


def figures(out: Path) -> Any:
    return json.loads((out / "metrics.json").read_text())


def distances(model: Path, photos: Path) -> tuple[list[float], list[float]]:
    """Genuine and skilled single-reference distances, file by file, by the exported graph."""
    import tensorflow as tf

    serve = tf.saved_model.load(str(model / "saved_model")).signatures["serving_default"]
    vectors: dict[tuple[str, str, str], np.ndarray] = {}
    for path in sorted(photos.rglob("*.*")):
        if path.stem not in ("blank", "broken") and not path.stem.endswith("_copy"):
            encoded = tf.io.encode_png(np.asarray(Image.open(path).convert("L"))[..., None])
            identity, kind = path.relative_to(photos).parts[:2]
            vectors[identity, kind, path.name] = serve(images=encoded[None])["embeddings"].numpy()[
                0
            ]
    genuine, skilled = [], []
    for (identity, kind, name), one in vectors.items():
        for (other, its_kind, its_name), two in vectors.items():
            if identity == other and kind == "genuine":
                distance = float(np.linalg.norm(one - two))
                if its_kind == "forgery":
                    skilled.append(distance)
                elif name < its_name:
                    genuine.append(distance)
    return genuine, skilled


@pytest.mark.slow
def test_its_figures_are_those_of_its_graph_on_every_identity(
    out: Path, model: Path, photos: Path
) -> None:
    rates = figures(out)["verification"]["skilled"]["refs_1"]
    genuine, skilled = distances(model, photos)
    assert rates["n_pairs"] == len(genuine) + len(skilled) == 8 * (6 + 12)
    assert rates["n_identities"] == 8
    assert rates["eer"] == pytest.approx(error_rates.eer(genuine, skilled).rate, abs=1e-6)
    far, frr = error_rates.rates_at(genuine, skilled, THRESHOLDS[0]["threshold"])
    assert (rates["far_at_threshold"], rates["frr_at_threshold"]) == (
        pytest.approx(far),
        pytest.approx(frr),
    )
    assert rates["far_at_threshold_ci_low"] <= far <= rates["far_at_threshold_ci_high"]
    assert 0 < far < 1
    far, frr = error_rates.rates_at(genuine, skilled, THRESHOLDS[1]["threshold"])
    policy = rates["policy"]["far_0.5pct"]
    assert (policy["far"], policy["frr"]) == (pytest.approx(far), pytest.approx(frr))
    assert policy["frr_ci_low"] <= frr <= policy["frr_ci_high"]
    assert "FAR ≤ 0.5 %" in (out / "summary.txt").read_text()


@pytest.mark.slow
def test_images_that_it_refuses_are_listed_and_counted(out: Path) -> None:
    rejected = pd.read_csv(out / "rejected.csv")
    assert {Path(path).name for path in rejected["path"]} == {"blank.png", "broken.png"}
    assert dict(zip(rejected["path"].map(lambda p: Path(p).name), rejected["reason"], strict=True))[
        "blank.png"
    ] == ("blank image: no ink found")
    assert (figures(out)["n_images"], figures(out)["n_rejected"]) == (8 * 7, 2)
    notice = "2 of 65 images cannot be used, and are in no comparison (failure to acquire, 3.08%: "
    assert notice in (out / "summary.txt").read_text()


@pytest.mark.slow
def test_copies_are_listed_and_counted_and_compared_once(out: Path) -> None:
    duplicates = pd.read_csv(out / "duplicates.csv")
    assert all("_copy" in path for path in duplicates["path"])
    assert not any("_copy" in path for path in duplicates["original"])
    assert (figures(out)["n_images"], figures(out)["n_duplicates"]) == (8 * 7, 7)
    assert "7 of 65 images are copies of others" in (out / "summary.txt").read_text()


@pytest.mark.slow
def test_disguised_signatures_have_figures_of_their_own(out: Path) -> None:
    metrics = figures(out)
    assert metrics["n_disguised"] == 1
    assert metrics["disguised"]["refs_1"]["n_images"] == 1
    outcome = metrics["disguised"]["refs_1"]
    assert outcome["accepted_at_threshold"] + outcome["rejected_at_threshold"] == pytest.approx(1)
    assert "disguised signatures" in (out / "summary.txt").read_text()


@pytest.mark.slow
def test_the_report_says_whose_thresholds_and_floors_these_are(out: Path) -> None:
    metrics = figures(out)
    assert json.loads((out / "decision.json").read_text())["thresholds"] == THRESHOLDS
    assert set(metrics["floor"]) == {"hog"}
    report = (out / "report.html").read_text()
    assert re.search(
        r"<h1>Evaluation of model [0-9a-f]{12} on photos\d+, \d+ \w+ \d{4}</h1>", report
    )
    assert {"prepared", "source"} <= set(metrics["probe"])
    assert "val" not in metrics
    summary = (out / "summary.txt").read_text()
    assert summary.startswith("The thresholds are the model's own, chosen on val")
    assert "seen in training" not in summary
    assert "8 test identities" in summary
    answer = summary.splitlines()[-3:]
    assert answer[0].startswith("At the model's own threshold (equal error, distance 0.180), ")
    assert answer[1].startswith("With one reference, skilled forgeries are told from genuine")
    assert answer[2].startswith("Of disguised signatures")
    assert summary.splitlines()[0] in (out / "report.html").read_text().replace("&#39;", "'")


def test_the_data_it_was_made_from_are_recognised_and_read_in_place(
    model: Path, raw_folder: Path, tmp_path: Path
) -> None:
    from components.shared.storage.files import sha256

    own = tmp_path / "model"
    shutil.copytree(model, own)
    (own / "threshold.json").write_text("[]")
    bundle.write(own, {"data": {"catalog.csv": sha256(raw_folder / "catalog.csv")}})
    params = PARAMS.model_copy(update={"protocols": ("identification",)})
    metrics = run.run(params, own, str(raw_folder), "auto", tmp_path / "out")
    summary = (tmp_path / "out/summary.txt").read_text()
    assert "seen in training" in summary
    assert "carries no threshold" in summary
    assert metrics["identification/refs_2/rank_1"] > 0
    assert not [
        name for name in metrics if "at_threshold" in name or name.startswith("verification/")
    ]
    assert metrics["n_images"] == 8 * 7


@pytest.mark.slow
def test_images_that_it_was_made_from_are_recognised_in_another_order_and_place(
    model: Path, raw_folder: Path, tmp_path: Path
) -> None:
    own, others = tmp_path / "model", tmp_path / "others"
    shutil.copytree(model, own)
    shutil.copytree(raw_folder, others)
    catalog = pd.read_csv(others / "catalog.csv", dtype=str)
    bundle.write(own, {"data": {"image_sample": sample(catalog["sha256"][:20])}})
    catalog[::-1].to_csv(others / "catalog.csv", index=False)
    run.run(PARAMS, own, str(others), "auto", tmp_path / "out")
    words = "20 of 56 images that were looked up are among those that the model was made from"
    for name in ("summary.txt", "report.html"):
        assert words in (tmp_path / "out" / name).read_text()


def test_what_ingest_refuses_is_refused_in_its_words(model: Path, tmp_path: Path) -> None:
    for data, layout, reason in (
        (tmp_path / "nowhere", "auto", "nowhere"),
        (tmp_path, "cedar", "holds no image"),
    ):
        with pytest.raises(InputError, match=reason):
            run.run(PARAMS, model, str(data), layout, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: (folder / "threshold.json").write_text("[]"),
            r"threshold\.json: its sha256 is not that of",
        ),
        (
            lambda folder: next(folder.glob("saved_model/variables/*data*")).unlink(),
            "no such file, but manifest",
        ),
        (
            lambda folder: (folder / "manifest.json").unlink(),
            r"manifest\.json: no such file; name a folder that freeze wrote",
        ),
        (
            lambda folder: (folder / "manifest.json").write_text('{"files": {}}'),
            "does not list saved_model",
        ),
        (lambda folder: (folder / "manifest.json").write_text("{"), "not valid JSON"),
    ],
)
def test_a_bundle_that_is_not_as_its_manifest_says_is_refused(
    model: Path, tmp_path: Path, damage: Any, message: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    damage(folder)
    with pytest.raises(InputError, match=message):
        bundle.read(folder)


def test_a_target_that_it_has_no_threshold_for_is_refused(model: Path, tmp_path: Path) -> None:
    params = PARAMS.model_copy(update={"target": 0.01})
    with pytest.raises(
        InputError,
        match=r"no threshold for far_1pct, evaluate\.target; "
        r"it has those for equal_error, far_0\.5pct",
    ):
        run.run(params, model, str(tmp_path), "auto", tmp_path / "out")


@pytest.mark.parametrize(
    "options", [["--model", "m"], ["--data", "d"], ["compare", "a"], ["compare", "a", "b", "c"]]
)
def test_options_that_go_together_are_asked_for_together(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(options)
    assert stopped.value.code == 2
    assert "together" in capsys.readouterr().err or "compare" in options
