"""Which conditions are worth a proof: a cheap look for terms that others may make needless.

An analysis (`isorule.analysis`) proves what it says and takes milliseconds for every condition. Here values are
compared by samples of them (`samples`). What is passed over here is a finding less, never a wrong one; what is not
passed over is proved before anything is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import Enum, unique
from functools import cached_property
from itertools import permutations
from typing import Final, assert_never

from isorule.checks.logic.networks import holds, networks
from isorule.checks.logic.samples import ONE, RUN, Passes, Value, passes, samples
from isorule.ir.folding import fold
from isorule.ir.matchers import Matcher, OneOf, Present, Range
from isorule.ir.predicates import And, Const, Field, Nested, Not, Or, Predicate, Subject, Test, conjunction
from isorule.ir.walk import leaves

_MOST_PAIRS: Final = 60_000
"""So many pairs of one condition are looked at."""

_MOST_VALUES: Final = 400


@unique
class _Shape(Enum):
    LEAF = "leaf"
    EVERY = "every"
    SOME = "some"


@dataclass(frozen=True, eq=False)
class _Node:
    """A part of a condition, with every `not` pushed to the leaves. Leaves have a test, and whether it is to hold.

    What is asked of the test is made once: a test is compared with many others.
    """

    shape: _Shape
    parts: tuple[_Node, ...] = ()
    test: Test | None = None
    holds: bool = True

    @cached_property
    def matcher(self) -> Matcher:
        """What the test of a leaf asks."""
        assert self.test is not None
        return self.test.matcher

    @cached_property
    def samples(self) -> tuple[Value, ...] | None:
        """The samples of that matcher."""
        return samples(self.matcher)

    @cached_property
    def passes(self) -> Passes:
        """Whether a sample meets it."""
        return passes(self.matcher)

    @cached_property
    def subjects(self) -> frozenset[Subject]:
        """What the tests of this part look at."""
        return frozenset(leaf.test.subject for leaf in _leaves(self) if leaf.test is not None)


def worth_proving(predicate: Predicate, is_list: Callable[[str], bool]) -> frozenset[Subject]:
    """The subjects of terms that may be needless or dead because of other terms about the same subject.

    The predicate is resolved (`isorule.ir.resolve`); `is_list` tells the fields that hold lists. A condition with very
    many values is not worth its proof.
    """
    tests = [test for test, _ in leaves(predicate)]
    if _are_apart([{test.subject} for test in tests]) or sum(map(_size, tests)) > _MOST_VALUES:
        return frozenset()
    return frozenset(_Screen(is_list).found(_node(predicate, True)))


def narrowed(predicate: Predicate, subjects: frozenset[Subject]) -> Predicate:
    """A condition without those of its terms that say nothing about some subjects.

    What is needless or dead in it is so in the whole condition: a conjunct more shuts out events and lets none in.
    """
    if not isinstance(predicate, And):
        return predicate
    kept = tuple(term for term in predicate.terms if any(test.subject in subjects for test, _ in leaves(term)))
    return conjunction(kept, predicate.span)


def _size(test: Test) -> int:
    return len(test.matcher.options) if isinstance(test.matcher, OneOf) else 1


def _are_apart(subjects: Sequence[Set[Subject]]) -> bool:
    """Whether no subject is in two of the sets."""
    return len(set().union(*subjects)) == sum(map(len, subjects))


def _node(predicate: Predicate, holds: bool) -> _Node:
    match predicate:
        case Not(term):
            return _node(term, not holds)
        case And(terms) | Or(terms):
            shape = _Shape.EVERY if isinstance(predicate, And) is holds else _Shape.SOME
            parts = (_node(term, holds) for term in terms)
            flat = (inner for part in parts for inner in (part.parts if part.shape is shape else (part,)))
            return _Node(shape, tuple(flat))
        case Nested(_, term):
            return _node(term, holds)
        case Test():
            return _Node(_Shape.LEAF, test=predicate, holds=holds)
        case Const():
            return _Node(_Shape.LEAF, holds=holds)
        case _:
            assert_never(predicate)


@dataclass(slots=True)
class _Screen:
    is_list: Callable[[str], bool]
    looked_at: int = 0

    def found(self, root: _Node) -> Iterator[Subject]:
        """The subjects of the terms that other terms seem to settle."""
        pending = [root]
        while pending:
            node = pending.pop()
            pending += node.parts
            if len(node.parts) > 1:
                yield from self._siblings(node)
                if node.shape is _Shape.EVERY:
                    yield from self._across(node)

    def _siblings(self, node: _Node) -> Iterator[Subject]:
        """The subjects of parts that seem to follow from another one."""
        subjects = [part.subjects for part in node.parts]
        if _are_apart(subjects):
            return
        for first, second in permutations(range(len(node.parts)), 2):
            if subjects[second] <= subjects[first] and self._implies(node.parts[first], node.parts[second]):
                yield from subjects[second]

    def _implies(self, first: _Node, second: _Node) -> bool:
        """Whether the second part seems to hold where the first one does."""
        self.looked_at += 1
        if self.looked_at > _MOST_PAIRS:
            return False
        if first.test is not None and second.test is not None:
            return _follows(first, second, second.holds)
        if second.shape is not _Shape.LEAF:
            joined = all if second.shape is _Shape.EVERY else any
            return joined(self._implies(first, part) for part in second.parts)
        joined = any if first.shape is _Shape.EVERY else all
        return bool(first.parts) and joined(self._implies(part, second) for part in first.parts)

    def _across(self, node: _Node) -> Iterator[Subject]:
        """The subjects of tests that settle a test in one of the parts beside them."""
        below: dict[Subject, list[_Node]] = defaultdict(list)
        for leaf in _leaves(node):
            if leaf.test is not None:
                below[leaf.test.subject].append(leaf)
        for outer in node.parts:
            if outer.test is None:
                continue
            for leaf in below[outer.test.subject]:
                if leaf is not outer:
                    self.looked_at += 1
                    if self.looked_at > _MOST_PAIRS:
                        return
                    if self._settles(outer, leaf):
                        yield outer.test.subject
                        break

    def _settles(self, outer: _Node, inner: _Node) -> bool:
        if _follows(outer, inner, inner.holds) or _follows(outer, inner, not inner.holds):
            return True
        assert outer.test is not None
        subject = outer.test.subject
        if outer.holds and isinstance(subject, Field) and self.is_list(subject.path):
            return False
        return _some_is_dead(outer, inner)


def _leaves(node: _Node) -> Iterator[_Node]:
    pending = [node]
    while pending:
        part = pending.pop()
        if part.shape is _Shape.LEAF:
            yield part
        pending += part.parts


def _follows(first: _Node, second: _Node, holds: bool) -> bool:
    """Whether the second of two tests seems to hold (or fail, if not `holds`) where the first is as it is to be."""
    assert first.test is not None
    assert second.test is not None
    if first.test.subject != second.test.subject or first.test.quantifier is not second.test.quantifier:
        return False
    if isinstance(second.matcher, Present):
        return holds and first.holds
    if isinstance(first.matcher, Present):
        return not first.holds and not holds
    if first.holds is not holds:
        return False  # single values only: see `_some_is_dead`
    return _covers(second, first) if first.holds else _covers(first, second)


def _some_is_dead(outer: _Node, inner: _Node) -> bool:
    """Whether a value of one test cannot be where the other one holds, the field having one value at most."""
    allowed, options = outer.samples, inner.samples
    if options is None:
        return _may_be_apart(outer.matcher, inner.matcher)
    if not outer.holds:
        return inner.holds and any(outer.passes(sample) for sample, _ in options)
    let_in = outer.passes
    if any(alone and not let_in(sample) for sample, alone in options):
        return True
    if allowed is None:
        return False
    if any(all(_apart(sample, other) for other, _ in allowed) for sample, _ in options):
        return True
    if inner.holds:
        return False
    within = inner.passes
    whole = all(alone for _, alone in allowed)
    meets = [within(sample) for sample, _ in allowed]
    return any(meets) or (whole and any(not _touches(option, allowed, outer.passes) for option in options))


def _may_be_apart(first: Matcher, second: Matcher) -> bool:
    """Whether two tests without samples may have no value in common: ranges, and blocks of addresses that are apart."""
    if isinstance(first, Range) and isinstance(second, Range):
        return True
    blocks, others = networks(first), networks(second)
    return bool(blocks) and any(not any(holds(a, b) or holds(b, a) for a in blocks) for b in others)


def _apart(first: str, second: str) -> bool:
    """Whether two samples begin or end with texts of which no value can have both."""
    heads = [fold(_WILD.split(sample, maxsplit=1)[0]) for sample in (first, second)]
    tails = [fold(_WILD.split(sample)[-1])[::-1] for sample in (first, second)]
    return any(not a.startswith(b) and not b.startswith(a) for a, b in (heads, tails))


_WILD: Final = re.compile(f"[{RUN}{ONE}]")


def _touches(option: Value, allowed: tuple[Value, ...], let_in: Passes) -> bool:
    """Whether a value may have texts in common with a list of whole values."""
    sample, alone = option
    if alone:
        return let_in(sample)
    pattern = re.compile(re.escape(sample).replace(RUN, ".*").replace(ONE, "."), re.DOTALL | re.IGNORECASE)
    return any(pattern.fullmatch(text) for text, _ in allowed)


def _covers(weaker: _Node, stronger: _Node) -> bool:
    """Whether what meets the test of `stronger` seems to meet that of `weaker`."""
    if weaker.matcher == stronger.matcher:
        return True
    if stronger.samples is None:
        wide, narrow = networks(weaker.matcher), networks(stronger.matcher)
        ranges = isinstance(weaker.matcher, Range) and isinstance(stronger.matcher, Range)
        return ranges or (bool(narrow) and all(any(holds(a, b) for a in wide) for b in narrow))
    return all(weaker.passes(sample) for sample, _ in stronger.samples)
