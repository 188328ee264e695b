"""How a formula is laid out: which selections there are, what they are called, and how the condition joins them.

The layouts are those of SigmaHQ's collection: one `selection`, `all of selection_*`, `1 of selection_*`, each with
`not 1 of filter_main_*`; anything else is written with `and`, `or`, `not` and parentheses over named selections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, unique
from typing import assert_never

from isorule.dialects.sigma.formulas import Every, Formula, Never, Some, Truth, some
from isorule.dialects.sigma.items import Item
from isorule.dialects.sigma.naming import Names, hint, value_word
from isorule.dialects.sigma.selections import LONGEST_LIST, Block, as_block, branches, is_keywords


@unique
class Quantifier(Enum):
    """How many selections of a group must hold."""

    ANY = "1"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Group:
    """Selections with a common start of their names; `pattern` is meant to match these names and no others."""

    quantifier: Quantifier
    names: tuple[str, ...]
    pattern: str | None


@dataclass(frozen=True, slots=True)
class Both:
    """All of the plans; two at least."""

    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the plans; two at least."""

    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Not the plan."""

    plan: Plan


Plan = Group | Both | Either | Without


@dataclass(frozen=True, slots=True)
class _Stem:
    """How names start: those of what must hold, and those of what must not."""

    positive: str
    negative: str
    top: bool = False

    @property
    def required(self) -> str:
        """The first word of the names of what must hold: `selection`."""
        return self.positive.split("_")[0]

    @property
    def excluded(self) -> str:
        """The first word of the names of what must not hold: `filter`."""
        return self.negative.split("_")[0]


class Planner:
    """Lays out one formula; `selections` are the named blocks in their order."""

    def __init__(self) -> None:
        self.selections: dict[str, Block] = {}
        self._names = Names()

    def plan(self, term: Formula) -> Plan:
        """The plan of a formula that is not constant."""
        return self._plan(term, _Stem("selection", "filter_main", top=True))

    def _plan(self, term: Formula, stem: _Stem) -> Plan:
        block = as_block(term, 0 if stem.top else LONGEST_LIST)
        if block is not None:
            return self._single(block, stem)
        match term:
            case Every(terms):
                return self._every(terms, stem)
            case Some(terms):
                return self._some(terms, stem)
            case Never():
                return self._every((term,), stem)
            case Item() | Truth():
                raise AssertionError("an item is a block, and constants are refused before")
            case _:
                assert_never(term)

    def _single(self, block: Block, stem: _Stem) -> Plan:
        wanted = "keywords" if is_keywords(block[0]) and stem.required == "selection" else stem.positive
        return self._named(Quantifier.ALL, [block], [self._names.one(wanted)], None)

    def _named(self, quantifier: Quantifier, blocks: list[Block], names: list[str], pattern: str | None) -> Group:
        self.selections.update(zip(names, blocks, strict=True))
        return Group(quantifier, tuple(names), pattern)

    def _group(self, quantifier: Quantifier, blocks: list[Block], stem: str, *, by_value: bool = False) -> Group:
        words = [hint(block, by_value=by_value) for block in blocks]
        words = ["base" if stem.endswith(f"_{word}") else word for word in words]
        return self._named(quantifier, blocks, self._names.group(stem, words), f"{stem}_*")

    def _every(self, terms: tuple[Formula, ...], stem: _Stem) -> Plan:
        """All of the terms: what must hold, then alternatives, then filters."""
        items = tuple(term for term in terms if isinstance(term, Item))
        found: list[Block] = [(branch,) for branch in branches(items)]
        others: list[Formula] = []
        for term in terms:
            block = as_block(term) if isinstance(term, Some) else None
            if block is not None:
                found.append(block)
            elif isinstance(term, Some | Every):
                others.append(term)
        plans = self._required(found, bool(others), stem)
        if len(others) == 1 and stem.top:
            plans.append(self._plan(others[0], _Stem("selection", "filter")))
        else:
            plans += self._alternatives(others, stem)
        plans += self._excluded([term.term for term in terms if isinstance(term, Never)], stem)
        return plans[0] if len(plans) == 1 else Both(tuple(plans))

    def _required(self, blocks: list[Block], has_others: bool, stem: _Stem) -> list[Plan]:
        keywords = [block for block in blocks if is_keywords(block[0])]
        maps = [block for block in blocks if not is_keywords(block[0])]
        plans: list[Plan] = []
        if len(maps) == 1:
            plans.append(self._single(maps[0], stem))
        elif maps:
            start = f"{stem.positive}_base" if has_others and len(maps) > 2 else stem.positive
            plans.append(self._group(Quantifier.ALL, maps, start))
        if len(keywords) == 1:
            plans.append(self._single(keywords[0], stem))
        elif keywords:
            names = self._names.group("keywords", map(str, range(1, len(keywords) + 1)))
            plans.append(self._named(Quantifier.ALL, keywords, names, "keywords_*"))
        return plans

    def _alternatives(self, terms: list[Formula], stem: _Stem) -> list[Plan]:
        """Parts that take more than one selection each, named by what they ask, or numbered where that is the same."""
        words = [_first_word(term) for term in terms]
        if len(set(words)) < len(words) or any(stem.positive.endswith(f"_{word}") for word in words):
            words = [str(number + 1) for number in range(len(words))]
        stems = [self._inner(stem, word) for word in words]
        return [self._plan(term, inner) for term, inner in zip(terms, stems, strict=True)]

    def _inner(self, stem: _Stem, word: str) -> _Stem:
        """Names for a part of an alternative: `selection_word_*` and `filter_word_*`, short on every level."""
        return _Stem(self._names.stem(f"{stem.required}_{word}"), self._names.stem(f"{stem.excluded}_{word}"))

    def _flipped(self, stem: _Stem, word: str) -> _Stem:
        """Names for a part of what must not hold: `filter_word_*`, and `except_word_*` for what it leaves out."""
        exception = "except" if stem.excluded == "filter" else "filter"
        return _Stem(self._names.stem(f"{stem.excluded}_{word}"), self._names.stem(f"{exception}_{word}"))

    def _excluded(self, terms: list[Formula], stem: _Stem) -> list[Plan]:
        """What must not hold: all that fits into selections as one group of filters, and the rest one by one."""
        joined = some(terms)
        terms = list(joined.terms) if isinstance(joined, Some) else [joined] if terms else []
        blocks: list[Block] = []
        others: list[Formula] = []
        for term in terms:
            block = as_block(term)
            if block is not None:
                blocks.append(block)
            else:
                others.append(term)
        plans: list[Plan] = []
        if len(blocks) == 1 and not stem.top:
            plans.append(Without(self._named(Quantifier.ANY, blocks, [self._names.one(stem.negative)], None)))
        elif blocks:
            plans.append(Without(self._group(Quantifier.ANY, blocks, stem.negative, by_value=True)))
        plans += [Without(self._plan(term, self._flipped(stem, _first_word(term)))) for term in others]
        return plans

    def _some(self, terms: tuple[Formula, ...], stem: _Stem) -> Plan:
        """One of the terms: those that are selections as a group, and then the others."""
        blocks = [(term, as_block(term)) for term in terms]
        others = [term for term, block in blocks if block is None]
        maps = [block for _, block in blocks if block is not None and not is_keywords(block[0])]
        keywords = [block for _, block in blocks if block is not None and is_keywords(block[0])]
        plans: list[Plan] = []
        if len(maps) == 1 and stem.top:
            plans.append(self._single(maps[0], stem))
        elif len(maps) == 1:
            names = self._names.group(stem.positive, [hint(maps[0])])
            plans.append(self._named(Quantifier.ANY, maps, names, None))
        elif maps:
            start = f"{stem.positive}_any" if others and len(maps) > 2 else stem.positive
            plans.append(self._group(Quantifier.ANY, maps, start))
        plans += [self._single(block, stem) for block in keywords]
        plans += self._alternatives(others, stem)
        return plans[0] if len(plans) == 1 else Either(tuple(plans))


def _first_word(term: Formula) -> str:
    """A word for a part that takes more than one selection: that of its first value that is a word, or of its field."""
    items = list(_in_written_order(term, negative=False)) or list(_in_written_order(term, negative=True))
    items = [item for item in items if item.field is not None] or items
    words = (value_word(item) for item in items)
    return next((word for word in words if word), None) or hint((tuple(items),))


def _in_written_order(term: Formula, *, negative: bool) -> Iterator[Item]:
    """The items of a formula in the order in which they are written; with `negative` also those that must not hold."""
    match term:
        case Item():
            yield term
        case Every(terms):
            for inner in sorted(terms, key=_rank):
                yield from _in_written_order(inner, negative=negative)
        case Some(terms):
            for inner in terms:
                yield from _in_written_order(inner, negative=negative)
        case Never(inner):
            if negative:
                yield from _in_written_order(inner, negative=negative)
        case Truth():
            return
        case _:
            assert_never(term)


def _rank(term: Formula) -> int:
    return 0 if isinstance(term, Item) else 2 if isinstance(term, Never) else 1


Matching = Callable[[str, list[str]], list[str]]


def condition(plan: Plan, names: list[str], matching: Matching) -> str:
    """The condition of a plan. A pattern is used only where it matches the names that are meant and no others.

    `matching` gives those of the names that a pattern matches.
    """
    return _Writer(names, matching).text(plan, 0)


class _Writer:
    """Writes plans; levels of binding are 0 for `or`, 1 for `and`, 2 for `not` and names."""

    def __init__(self, names: list[str], matching: Matching) -> None:
        self._names = names
        self._matching = matching

    def text(self, plan: Plan, level: int) -> str:
        match plan:
            case Group():
                return self._group(plan, level)
            case Both(plans):
                return _wrapped(" and ".join(self.text(inner, 1) for inner in plans), 1, level)
            case Either(plans):
                return _wrapped(" or ".join(self._option(inner) for inner in plans), 0, level)
            case Without(inner):
                return f"not {self.text(inner, 2)}"
            case _:
                assert_never(plan)

    def _option(self, plan: Plan) -> str:
        """One side of an `or`: an `and` in it stands in parentheses, which help the reader."""
        is_any = isinstance(plan, Group) and plan.quantifier is Quantifier.ANY
        return self.text(plan, 0 if is_any else 2)

    def _group(self, group: Group, level: int) -> str:
        if group.pattern is not None and self._matching(group.pattern, self._names) == list(group.names):
            return f"{group.quantifier.value} of {group.pattern}"
        if len(group.names) == 1:
            return group.names[0]
        if group.quantifier is Quantifier.ALL:
            return _wrapped(" and ".join(group.names), 1, level)
        return _wrapped(" or ".join(group.names), 0, level)


def _wrapped(text: str, own: int, level: int) -> str:
    return f"({text})" if own < level else text
