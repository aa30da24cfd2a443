from components.shared.data.identities import nfc, unify

COMPOSED, DECOMPOSED = "Jos\u00e9", "Jose\u0301"


def test_composed_and_decomposed_characters_are_one_name_and_case_is_not() -> None:
    assert nfc(DECOMPOSED) == COMPOSED
    assert nfc("Ann") != nfc("ann")
    assert nfc("\ufb01n") != nfc("fin")  # NFKC would make them one


def test_every_spelling_becomes_the_first_one_as_it_came() -> None:
    assert unify([DECOMPOSED, "ann", COMPOSED, "Ann"]) == [DECOMPOSED, "ann", DECOMPOSED, "Ann"]
    assert unify(iter([COMPOSED, DECOMPOSED])) == [COMPOSED, COMPOSED]
    assert unify([]) == []
