"""Selections: maps, lists of maps, and lists of keywords.

A branch is what one map says (all of its items); a block is one named selection, of which one branch must hold.
"""

from __future__ import annotations

from isorule.dialects.sigma.formulas import Every, Formula, Some
from isorule.dialects.sigma.items import Item

Branch = tuple[Item, ...]
Block = tuple[Branch, ...]

LONGEST_LIST = 8
"""A list of maps with more items in all is hard to read; its maps become selections of their own."""


def branches(items: tuple[Item, ...]) -> list[Branch]:
    """Items, all of which must hold, as maps with distinct keys; keywords stand in maps of their own.

    Single values for one key become a list with `all`; what does not fit in the first map goes to the next.
    """
    gathered = _with_all(items)
    maps: list[dict[str, Item]] = []
    keywords: list[Branch] = []
    for item in gathered:
        if item.field is None:
            keywords.append((item,))
            continue
        free = next((found for found in maps if item.key not in found), None)
        if free is None:
            free = {}
            maps.append(free)
        free[item.key] = item
    return [*(tuple(found.values()) for found in maps), *keywords]


def _with_all(items: tuple[Item, ...]) -> list[Item]:
    singles: dict[tuple[str | None, tuple[str, ...]], list[Item]] = {}
    for item in items:
        if _may_join(item):
            singles.setdefault((item.field, item.modifiers), []).append(item)
    out: list[Item] = []
    for item in items:
        group = singles.get((item.field, item.modifiers), []) if _may_join(item) else []
        if len(group) < 2:
            out.append(item)
        elif item is group[0]:
            values = tuple(value for single in group for value in single.values)
            out.append(Item(item.field, item.modifiers, values, every=True))
    return out


def _may_join(item: Item) -> bool:
    return len(item.values) == 1 and not item.is_null and item.modifiers != ("exists",)


def as_branch(term: Formula) -> Branch | None:
    """A formula as one map, where it is one."""
    match term:
        case Item():
            return (term,)
        case Every(terms):
            found = tuple(inner for inner in terms if isinstance(inner, Item))
            if len(found) != len(terms):
                return None
            maps = branches(found)
            return maps[0] if len(maps) == 1 else None
        case _:
            return None


def as_block(term: Formula, longest: int = LONGEST_LIST) -> Block | None:
    """A formula as one selection, where it is one that reads well: single items, or maps of `longest` items in all."""
    branch = as_branch(term)
    if branch is not None:
        return (branch,)
    if not isinstance(term, Some):
        return None
    found = [as_branch(inner) for inner in term.terms]
    maps = tuple(inner for inner in found if inner is not None and not is_keywords(inner))
    if len(maps) != len(found):
        return None
    length = sum(map(len, maps))
    return maps if length == len(maps) or length <= longest else None


def is_keywords(branch: Branch) -> bool:
    """Whether a map stands for keywords."""
    return any(item.field is None for item in branch)


def written(block: Block) -> object:
    """A selection as plain values: a map, a list of maps, or a list of keywords."""
    if len(block) > 1:
        return [_map(branch) for branch in block]
    (branch,) = block
    if len(branch) == 1 and branch[0].key == "":
        return list(branch[0].values)
    return _map(branch)


def _map(branch: Branch) -> dict[str, object]:
    return {item.key: item.plain for item in branch}
