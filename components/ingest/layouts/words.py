"""Words that name a kind of signature or a part of a data set, in file and folder names."""

import re


def tokens(name: str) -> list[str]:
    """Returns the words and numbers of a name in lower case: `SigForged1` has sig, forged, 1."""
    spaced = re.sub("(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W\d_]+|\d+", spaced.lower())


def words(name: str) -> list[str]:
    """Returns the words of a name in lower case: `B-S-1-Forg01` has b, s and forg."""
    return [token for token in tokens(name) if not token.isdecimal()]


GENUINE_WORDS = frozenset(
    words(
        "genuine genuines genuin gen authentic bonafide bona fide real reals original originals "
        "orig org true"
    )
)
FORGERY_WORDS = frozenset(
    words(
        "forgery forgeries forged forge forges forg fake fakes faked skilled simulated simulation "
        "simulations imitation imitations imitated counterfeit false"
    )
)
DISGUISED_WORDS = frozenset(words("disguised disguise disguises"))
PART_WORDS = {
    **dict.fromkeys(("train", "training", "trainset"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "valset", "dev"), "val"),
    **dict.fromkeys(("test", "testing", "testset"), "test"),
}
# Words that may stand beside one of a kind or part without a meaning of their own.
_FILLERS = frozenset(
    words(
        "full set data dataset signature signatures sign signs sig sigs image images img imgs "
        "sample samples"
    )
)


def kind_of(folder: str) -> str | None:
    """Returns the kind that a folder's whole name says, as `Skilled forgeries`; None for none."""
    meaning = _meaning(folder)
    if meaning and GENUINE_WORDS.issuperset(meaning):
        return "genuine"
    if meaning and FORGERY_WORDS.issuperset(meaning):
        return "forgery"
    if meaning and DISGUISED_WORDS.issuperset(meaning):
        return "disguised"
    return None


def part_of(folder: str) -> str | None:
    """Returns the part that a folder's whole name says, as `Validation set`; None for none."""
    meaning = _meaning(folder)
    return PART_WORDS.get(meaning[0]) if len(meaning) == 1 else None


def _meaning(folder: str) -> list[str]:
    """Returns the words of a name but fillers; none where it has a number."""
    if re.search(r"\d", folder):
        return []
    return [word for word in words(folder) if word not in _FILLERS]
