from components.ingest.layouts import cedar
from tests.ingest.layouts.trees import labelled, tree


def test_names_in_cedars_two_folders_give_writer_and_kind_and_others_are_misplaced() -> None:
    scan = cedar.scan(
        tree("x/full_org/original_7_1.png", "x/full_forg/forgeries_7_2.PNG", "x/full_org/page.png")
    )
    assert labelled(scan) == {
        "full_org/original_7_1.png": ("7", "genuine"),
        "full_forg/forgeries_7_2.PNG": ("7", "forgery"),
    }
    assert list(map(str, scan.misplaced)) == ["x/full_org/page.png"]


def test_one_of_the_two_folders_alone_is_not_cedar() -> None:
    assert not cedar.scan(tree("full_org/original_7_1.png")).images
