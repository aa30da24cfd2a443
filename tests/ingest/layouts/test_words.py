import pytest

from components.ingest.layouts.words import kind_of, part_of, words


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("genuine", "Real", "ORIGINAL", "originals", "org", "Genuine signatures"), "genuine"),
        (("forged", "forge", "Fake", "forgery", "forgeries", "skilled", "simulated"), "forgery"),
        (("Skilled forgeries", "skilled_forgery", "full-forg", "Signatures_forged"), "forgery"),
        (("GenuineSignatures", "bona fide", "gen", "True", "real data"), "genuine"),
        (("SkilledForgeries", "false", "ForgedSigs"), "forgery"),
        (("", "session", "signatures", "1", "forged_1", "jane-forge", "real forgeries"), None),
    ],
)
def test_a_folder_names_a_kind_by_all_of_its_words(names: tuple[str, ...], kind: str) -> None:
    assert {name: kind_of(name) for name in names} == dict.fromkeys(names, kind)


@pytest.mark.parametrize(
    ("names", "part"),
    [
        (("train", "Training"), "train"),
        (("val", "valid", "Validation"), "val"),
        (("test", "TESTING"), "test"),
        (("train_data", "TrainingSet", "Train images"), "train"),
        (("test data", "TestSet"), "test"),
        (("trains", "ann", "", "data", "train1", "train test"), None),
    ],
)
def test_parts_have_several_names(names: tuple[str, ...], part: str) -> None:
    assert {name: part_of(name) for name in names} == dict.fromkeys(names, part)


def test_a_words_end_is_where_its_letters_end() -> None:
    assert words("B-S-1_Forg01.Ünal 山田") == ["b", "s", "forg", "ünal", "山田"]
    assert words("SigForged1") == ["sig", "forged"]
