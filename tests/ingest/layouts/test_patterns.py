"""Each published collection, from file names as its documentation and its readers have them."""

import pytest

from components.ingest import layout
from components.ingest.layouts import patterns
from tests.ingest.layouts.trees import labelled, tree

TREES = {
    "bhsig260": {
        "BHSig260/Bengali/001/B-S-1-G-01.tif": ("B-1", "genuine"),
        "BHSig260/Bengali/001/B-S-1-F-30.tif": ("B-1", "forgery"),
        "BHSig260/Hindi/160/H-S-160-G-24.tif": ("H-160", "genuine"),
        "BHSig260/Hindi/160/H-S-160-F-01.tif": ("H-160", "forgery"),
        "BHSig260/Hindi/001/H-S-1-G-01.tif": ("H-1", "genuine"),
    },
    "sigcomp2009": {
        "genuines/NFI-00101001.png": ("NFI-001", "genuine"),
        "forgeries/NFI-00602023.png": ("NFI-023", "forgery"),
        "forgeries/NFI-02103002.png": ("NFI-002", "forgery"),
        "training/NISDCC-001_001_001_6g.PNG": ("NISDCC-001", "genuine"),
        "training/NISDCC-051_012_005_6g.PNG": ("NISDCC-012", "forgery"),
    },
    "sigcomp2011": {
        "OfflineSignatures/Dutch/TrainingSet/Offline Genuine/001_01.PNG": (
            "Dutch-TrainingSet-001",
            "genuine",
        ),
        "OfflineSignatures/Dutch/TrainingSet/Offline Forgeries/0102014_01.png": (
            "Dutch-TrainingSet-014",
            "forgery",
        ),
        "OfflineSignatures/Chinese/TrainingSet/Offline Genuine/001_1.png": (
            "Chinese-TrainingSet-001",
            "genuine",
        ),
        "SigComp11-Offlinetestset/Dutch/Reference(646)/052/06_052.png": ("Dutch-052", "genuine"),
        "SigComp11-Offlinetestset/Dutch/Questioned(1287)/052/12_052.png": ("Dutch-052", "genuine"),
        "SigComp11-Offlinetestset/Dutch/Questioned(1287)/052/01_0106052.PNG": (
            "Dutch-052",
            "forgery",
        ),
        "SigComp11-Offlinetestset/Chinese/Ref(115)/001/01_001.png": ("Chinese-001", "genuine"),
        "Questioned(487)/001/01_0101001.png": ("001", "forgery"),
    },
    "kaggle": {
        "sign_data/train/001/001_01.PNG": ("001", "genuine"),
        "sign_data/train/001_forg/0119001_01.png": ("001", "forgery"),
        "sign_data/sign_data/test/052/06_052.png": ("052", "genuine"),
        "sign_data/sign_data/test/052_forg/01_0106052.PNG": ("052", "forgery"),
        "Dataset_Signature_Final/Dataset/dataset1/real/00100001.png": ("dataset1-001", "genuine"),
        "Dataset_Signature_Final/Dataset/dataset1/forge/0210001 .png": ("dataset1-001", "forgery"),
        "Dataset_Signature_Final/Dataset/dataset2/forge/02104001.png": ("dataset2-001", "forgery"),
        "sample_Signature/sample_Signature/genuine/NFI-02103021.png": ("NFI-021", "genuine"),
        "sample_Signature/sample_Signature/forged/NFI-00602023.png": ("NFI-023", "forgery"),
    },
    "mcyt75": {
        "0000/0000v00.bmp": ("0000", "genuine"),
        "0000/0000f00.bmp": ("0000", "forgery"),
        "0001/0003_0001f04.bmp": ("0001", "forgery"),
    },
    "gpds": {
        "001/c-001-01.jpg": ("001", "genuine"),
        "001/cf-001-01.jpg": ("001", "forgery"),
        "10000/cf-10000-30.jpg": ("10000", "forgery"),
    },
    "utsig": {
        "UTSig/Genuine/1/1.tif": ("1", "genuine"),
        "UTSig/Forgery/Skilled/1/1.tif": ("1", "forgery"),
        "UTSig/Forgery/Simple/115/36.tif": ("115", "forgery"),
        "UTSig/Forgery/Opposite Hand/1/1.tif": ("1", "disguised"),
    },
    "lfw": {
        "lfw/Aaron_Eckhart/Aaron_Eckhart_0001.jpg": ("Aaron_Eckhart", "genuine"),
        "lfw/Jean-Luc_Bideau/Jean-Luc_Bideau_0002.jpg": ("Jean-Luc_Bideau", "genuine"),
    },
    "casia-webface": {"CASIA-WebFace/0000045/001.jpg": ("0000045", "genuine")},
    "vggface2": {
        "train/n000002/0001_01.jpg": ("n000002", "genuine"),
        "test/n000001/0002_01.jpg": ("n000001", "genuine"),
    },
}


def test_every_collection_of_the_table_is_tested() -> None:
    assert list(TREES) == list(layout.BY_NAME)


@pytest.mark.parametrize("name", TREES)
def test_the_names_of_a_collection_give_identity_and_kind(name: str) -> None:
    scan = patterns.scan(tree(*TREES[name]), layout.BY_NAME[name])
    assert labelled(scan) == TREES[name]


@pytest.mark.parametrize("name", TREES)
def test_auto_takes_a_collection_for_what_it_is(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        scan = layout.scan(tree(*TREES[name]), "auto", "source")
    assert labelled(scan) == TREES[name]
    assert f"auto takes {name}: " in caplog.text


@pytest.mark.parametrize("name", TREES)
def test_other_names_are_misplaced(name: str) -> None:
    others = ["cover.png", "ann/1.png", "1/X-S-1-G-01.tif", "train/ann/1.png", "Forgery/1/1.tif"]
    scan = patterns.scan(tree(*others), layout.BY_NAME[name])
    assert not scan.images
    assert list(map(str, scan.misplaced)) == others


def test_the_sources_own_parts_are_kept() -> None:
    for name in ("kaggle", "vggface2"):
        scan = patterns.scan(tree(*TREES[name]), layout.BY_NAME[name])
        for image in scan.images:
            part = next((part for part in ("train", "test") if part in image.path.parts), None)
            assert image.labels.part == part


def test_a_signature_is_genuine_where_its_writer_is_its_author() -> None:
    names = [
        f"NFI-{writer:03}{n:02}{author:03}.png"
        for writer in (1, 12)
        for author in (1, 12)
        for n in (1, 12)
    ]
    labels = labelled(patterns.scan(tree(*names), layout.BY_NAME["sigcomp2009"]))
    for name, (identity, kind) in labels.items():
        assert identity == f"NFI-{name[9:12]}"
        assert kind == ("genuine" if name[4:7] == name[9:12] else "forgery")
