from pathlib import PurePosixPath

from components.ingest.layouts.labels import Labels, read
from tests.ingest.layouts.trees import labelled, tree


def test_images_above_the_root_and_those_without_labels_are_misplaced() -> None:
    scan = read(
        tree("top/a/1.png", "top/b.png", "cover.png"),
        PurePosixPath("top"),
        lambda path: Labels(path.parts[0], "genuine") if len(path.parts) > 1 else None,
    )
    assert labelled(scan) == {"a/1.png": ("a", "genuine")}
    assert list(map(str, scan.misplaced)) == ["top/b.png", "cover.png"]
    assert str(scan.root) == "top"
