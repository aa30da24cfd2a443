"""Parts drawn by seed: by fraction of the identities, and by folds."""

from components.shared.runtime.errors import InputError
from components.split.identity_groups import Group, shuffled, size


def by_fraction(groups: list[Group], val: float, test: float, seed: int) -> dict[str, str]:
    """Draws val and test as fractions of the identities, rounded half up, one identity at least;
    the rest is train.

    Raises:
        InputError: there are too few identities for three parts.
    """
    if len(groups) < 3:
        raise InputError(_too_few(groups, "a split into train, val and test needs at least 3"))
    order = shuffled(groups, seed)
    tested, rest = _take(order, _share(test, size(groups)), spare=2)
    validated, trained = _take(rest, _share(val, size(groups)), spare=1)
    return _named(train=trained, val=validated, test=tested)


def by_folds(
    groups: list[Group], folds: int, fold: int, val: float, seed: int
) -> tuple[dict[str, str], dict[str, int]]:
    """Deals the identities into folds of (nearly) equal size, tests one and draws val from the
    others.

    Returns:
        The part and the fold of each identity; every identity is tested in exactly one fold.

    Raises:
        InputError: there are too few identities.
    """
    if len(groups) < max(folds, 3):
        raise InputError(
            _too_few(
                groups, f"{folds} folds with train, val and test need at least {max(folds, 3)}"
            )
        )
    dealt: list[list[Group]] = [[] for _ in range(folds)]
    for group in sorted(shuffled(groups, seed), key=len, reverse=True):
        min(dealt, key=size).append(group)
    rest = [group for members in dealt[:fold] + dealt[fold + 1 :] for group in members]
    if len(rest) < 2:
        raise InputError(
            _too_few(groups, f"fold {fold} of {folds} leaves too few of them for train and val")
        )
    validated, trained = _take(shuffled(rest, seed, fold), _share(val, size(groups)), spare=1)
    number = {
        identity: i for i, members in enumerate(dealt) for group in members for identity in group
    }
    return _named(train=trained, val=validated, test=dealt[fold]), number


def halved(groups: list[Group], seed: int) -> tuple[list[Group], list[Group]]:
    """Two halves, drawn by seed; the first has the odd one."""
    second, first = _take(shuffled(groups, seed), size(groups) // 2, spare=1)
    return first, second


def _share(fraction: float, total: int) -> int:
    return max(1, int(fraction * total + 0.5))


def _take(groups: list[Group], wanted: int, spare: int) -> tuple[list[Group], list[Group]]:
    """Takes groups of `wanted` identities together, or nearly, leaving `spare` groups at least; and
    the rest.
    """
    taken: list[Group] = []
    rest: list[Group] = []
    for group in groups:
        left = len(groups) - len(taken) - 1
        fits = size(taken) + len(group) <= wanted and left >= spare
        (taken if fits else rest).append(group)
    if not taken:
        taken = [min(rest, key=len)]
        rest.remove(taken[0])
    return taken, rest


def _named(**parts: list[Group]) -> dict[str, str]:
    return {
        identity: part for part, groups in parts.items() for group in groups for identity in group
    }


def _too_few(groups: list[Group], need: str) -> str:
    together = size(groups) - len(groups)
    note = (
        f" ({together} more share images with another and must stand with it)" if together else ""
    )
    return f"the images show {len(groups)} identities{note}, but {need}; add identities, or set split.by to a csv"
