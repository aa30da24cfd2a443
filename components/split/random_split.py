"""Parts drawn by seed: by fraction of the identities, and by folds."""

from itertools import chain

from components.shared.runtime.errors import InputError
from components.split.identity_groups import Group, count_identities, shuffled


def by_fraction(groups: list[Group], val: float, test: float, seed: int) -> dict[str, str]:
    """Draws val and test as fractions of the identities, rounded half up, one identity at least;
    the rest is train.

    Raises:
        InputError: there are too few identities for three parts.
    """
    if len(groups) < 3:
        raise InputError(_too_few(groups, "a split into train, val and test needs at least 3"))
    order = shuffled(groups, seed)
    total = count_identities(groups)
    test_groups, others = _take(order, _share(test, total), spare=2)
    val_groups, train_groups = _take(others, _share(val, total), spare=1)
    return _name_parts(train=train_groups, val=val_groups, test=test_groups)


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
    least = max(folds, 3)
    if len(groups) < least:
        raise InputError(
            _too_few(groups, f"{folds} folds with train, val and test need at least {least}")
        )
    members = _deal(groups, folds, seed)
    others = list(chain.from_iterable(members[:fold] + members[fold + 1 :]))
    if len(others) < 2:
        raise InputError(
            _too_few(groups, f"fold {fold} of {folds} leaves too few of them for train and val")
        )
    order = shuffled(others, seed, fold)
    val_groups, train_groups = _take(order, _share(val, count_identities(groups)), spare=1)
    numbers: dict[str, int] = {}
    for number, fold_groups in enumerate(members):
        numbers |= dict.fromkeys(chain.from_iterable(fold_groups), number)
    return _name_parts(train=train_groups, val=val_groups, test=members[fold]), numbers


def halved(groups: list[Group], seed: int) -> tuple[list[Group], list[Group]]:
    """Draws two halves by seed; the first has the odd identity."""
    second, first = _take(shuffled(groups, seed), count_identities(groups) // 2, spare=1)
    return first, second


def drawn(groups: list[Group], fraction: float, total: int, seed: int) -> list[Group]:
    """Draws groups of a fraction of `total` identities by seed; one group at least is left."""
    return _take(shuffled(groups, seed), _share(fraction, total), spare=1)[0]


def _deal(groups: list[Group], folds: int, seed: int) -> list[list[Group]]:
    """Deals groups into folds, the largest first, each to the smallest fold so far."""
    members: list[list[Group]] = [[] for _ in range(folds)]
    for group in sorted(shuffled(groups, seed), key=len, reverse=True):
        min(members, key=count_identities).append(group)
    return members


def _share(fraction: float, total: int) -> int:
    """Returns a fraction of `total`, rounded half up, one at least."""
    return max(1, int(fraction * total + 0.5))


def _take(groups: list[Group], target: int, spare: int) -> tuple[list[Group], list[Group]]:
    """Takes groups, in their order, of at most `target` identities together.

    Of groups of 2, 3, 1 and 1 identities and a target of 4, it takes those of 2, 1 and 1. One
    group is taken at least, the smallest where none fits, and `spare` groups at least are left.

    Returns:
        The groups taken, and the others.
    """
    part: list[Group] = []
    others: list[Group] = []
    for group in groups:
        left = len(groups) - len(part) - 1
        fits = count_identities(part) + len(group) <= target and left >= spare
        (part if fits else others).append(group)
    if not part:
        part = [min(others, key=len)]
        others.remove(part[0])
    return part, others


def _name_parts(**parts: list[Group]) -> dict[str, str]:
    """Returns the part of each identity."""
    names: dict[str, str] = {}
    for part, groups in parts.items():
        names |= dict.fromkeys(chain.from_iterable(groups), part)
    return names


def _too_few(groups: list[Group], need: str) -> str:
    together = count_identities(groups) - len(groups)
    note = (
        f" ({together} more share images with another and must stand with it)" if together else ""
    )
    return (
        f"the images show {len(groups)} identities{note}, but {need}; "
        "add identities, or set split.by to a csv"
    )
