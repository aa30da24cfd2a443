"""Words that name a kind of signature or a part of a data set, in file and folder names."""

import re


def words(name: str) -> list[str]:
    """Returns the words of a name in lower case: `B-S-1-Forg01` has b, s and forg."""
    return re.findall(r"[^\W\d_]+", name.lower())


GENUINE_WORDS = frozenset(
    words("genuine genuines genuin authentic bonafide real reals original originals orig org")
)
FORGERY_WORDS = frozenset(
    words(
        "forgery forgeries forged forge forges forg fake fakes faked skilled simulated simulation "
        "simulations imitation imitations imitated counterfeit"
    )
)
PART_WORDS = {
    **dict.fromkeys(("train", "training", "trainset"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "valset", "dev"), "val"),
    **dict.fromkeys(("test", "testing", "testset"), "test"),
}
# Words that may stand beside one of a kind without a meaning of their own.
_FILLERS = frozenset(
    words("full set signature signatures sign signs sig sigs image images img imgs sample samples")
)


def kind_of(folder: str) -> str | None:
    """Returns the kind that a folder's whole name says, as `Skilled forgeries`; None for none."""
    if re.search(r"\d", folder):
        return None
    meaning = [word for word in words(folder) if word not in _FILLERS]
    if meaning and GENUINE_WORDS.issuperset(meaning):
        return "genuine"
    if meaning and FORGERY_WORDS.issuperset(meaning):
        return "forgery"
    return None


def part_of(folder: str) -> str | None:
    """Returns the part that a folder's name says, as `Validation`; None for none."""
    return PART_WORDS.get(folder.lower())
