from pathlib import Path

import pytest

from components.ingest import step
from components.ingest.listing import read
from components.shared.runtime.errors import InputError
from tests.ingest.conftest import fingerprint_of, folder_with, labels, params_for


def test_linked_files_and_folders_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    elsewhere = folder_with(tmp_path / "elsewhere", ["carl/1.png", "2.png"])
    (source / "carl").symlink_to(elsewhere / "carl")
    (source / "ann/2.png").symlink_to(elsewhere / "2.png")
    (source / "ann/loop").symlink_to(source)
    step.run(params_for(source), tmp_path / "out")
    assert {path for path, _, _ in labels(tmp_path / "out")} == {
        "ann/1.png",
        "ann/2.png",
        "bob/1.png",
        "carl/1.png",
    }
    assert not (tmp_path / "out/ann/2.png").is_symlink()


def test_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    (source / "ann/2.png").symlink_to("gone.png")
    with pytest.raises(InputError, match=r"ann/2.png: is a link to nothing"):
        step.run(params_for(source), tmp_path / "out")


@pytest.mark.parametrize(
    "name", ["علی\u200cرضا", "山田\u3000太郎", "a\u00a0b", "✍\ufe0f😀", "Bild 9.41\u202fAM"]
)
def test_ordinary_text_is_no_ground_for_refusal(name: str, tmp_path: Path) -> None:
    source = folder_with(tmp_path / "source", [f"{name}/{name}.png", "bob/1.png", "bob/Icon\r"])
    step.run(params_for(source), tmp_path / "out")
    assert (f"{name}/{name}.png", name, "genuine") in labels(tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ann\u202egnp/1.png", r"'ann\\u202egnp/1\.png' has an override of the direction"),
        ("ann/1\n.png", r"'ann/1\\n\.png' has a control character \(U\+000A\)"),
        ("ann/a\\b.png", r"has a backslash"),
        (b"ann/Jos\xe9.png".decode(errors="surrogateescape"), r"bytes that are no Unicode"),
    ],
)
def test_a_dangerous_name_of_an_image_is_refused_and_of_another_file_is_not(
    name: str, message: str, tmp_path: Path
) -> None:
    source = folder_with(tmp_path / "source", ["ann/1.png", "bob/1.png"])
    for other in (name.replace(".png", ".txt"), f"text {name}.txt"):
        path = source / other
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"text")
    assert fingerprint_of(params_for(source), tmp_path)
    step.run(params_for(source), tmp_path / "out")
    assert len(labels(tmp_path / "out")) == 2
    (source / name).parent.mkdir(exist_ok=True)
    (source / name).write_bytes(b"image")
    with pytest.raises(InputError, match=f"^{source}: the name .*{message}.*: rename it$"):
        step.run(params_for(source), tmp_path / "other")


def test_litter_is_listed_once_at_its_top(tmp_path: Path) -> None:
    names = ["ann/1.png", "@eaDir/1.png/S.jpg", "@eaDir/2.png/S.jpg", "ann/.1.png"]
    listing = read(folder_with(tmp_path / "source", names), "photos")
    assert [str(file.path) for file in listing.files] == ["ann/1.png"]
    assert sorted(map(str, listing.litter)) == ["@eaDir", "ann/.1.png"]


def test_a_message_names_the_source_and_the_path_in_it(tmp_path: Path) -> None:
    (folder_with(tmp_path / "cache", ["ann/1.png"]) / "ann/2.png").symlink_to("gone.png")
    with pytest.raises(InputError, match=r"^s3://data/photos/ann/2.png: is a link to nothing$"):
        read(tmp_path / "cache", "s3://data/photos")
    with pytest.raises(InputError, match=r"^s3://data/photos: cannot be read: No such file"):
        read(tmp_path / "nowhere", "s3://data/photos")
