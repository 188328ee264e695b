"""A condition as terms: its predicate with every negation pushed to the leaves, each term with its place in the text.

Where a condition is true only grows with where its leaves hold, so a term can be left out exactly if no event tells the
condition apart from the one in which the term is always true (in a conjunction) or never (in a disjunction).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, unique

from isorule.ir.axes import Quantifier
from isorule.ir.core import Core, core
from isorule.ir.matchers import InNetwork, Matcher, OneOf
from isorule.ir.predicates import And, Nested, Not, Or, Predicate, Test
from isorule.source import Span
from isorule.verification.formulas import Formula, Joint


@unique
class Shape(Enum):
    """LEAF: a formula of the core. EVERY: all of the parts. SOME: at least one of them."""

    LEAF = "leaf"
    EVERY = "every"
    SOME = "some"


@dataclass(slots=True, eq=False)
class Term:
    """A part of a condition that could be left out: a predicate inside it, or one value of a list.

    `node` is what stands in the text, with the `not` around it; `negated` says that an odd number of further ones
    stands around that. `core` is the meaning of a leaf as it counts here: negated with everything around it.
    """

    shape: Shape
    node: Predicate
    span: Span | None
    negated: bool
    core: Core | None = None
    parts: tuple[Term, ...] = ()
    parent: Term | None = None
    formula: Formula = 0
    places: frozenset[str] = frozenset()
    removed: bool = False
    """Found to be needless: later questions take the condition without it."""
    removed_from_single: bool = False
    """The same where every field has one value at most."""

    def is_out(self, single: bool) -> bool:
        """Whether a question leaves the term out; `single` is a question about events with single values."""
        return self.removed or (single and self.removed_from_single)

    def live_formula(self, single: bool) -> Formula:
        """The meaning of the term without what was left out of it."""
        if self.shape is Shape.LEAF or not self._has_gaps(single):
            return self.formula
        kept = tuple(part.live_formula(single) for part in self.parts if not part.is_out(single))
        return Joint(self.shape is Shape.EVERY, kept)

    def _has_gaps(self, single: bool) -> bool:
        return any(part.is_out(single) or part._has_gaps(single) for part in self.parts)


def terms_of(predicate: Predicate) -> Term:
    """The terms of a predicate whose roles and mapped leaves are resolved (`isorule.ir.resolve`)."""
    return _term(predicate, True)


def walk_terms(root: Term) -> Iterator[Term]:
    """A term and all terms in it, outer ones first, in the order of the text."""
    pending = [root]
    while pending:
        term = pending.pop()
        yield term
        pending.extend(reversed(term.parts))


def _term(predicate: Predicate, wanted: bool) -> Term:
    match predicate:
        case Not(inner):
            found = _term(inner, not wanted)
            found.node, found.span, found.negated = predicate, predicate.span or found.span, not wanted
            return found
        case And(terms) | Or(terms):
            shape = Shape.EVERY if isinstance(predicate, And) is wanted else Shape.SOME
            return _joint(shape, predicate, wanted, tuple(_term(term, wanted) for term in terms))
        case Test() if items := _items(predicate):
            shape = Shape.SOME if wanted else Shape.EVERY
            return _joint(shape, predicate, wanted, tuple(_leaf(item, wanted) for item in items))
        case _:
            return _leaf(predicate, wanted)


def _joint(shape: Shape, node: Predicate, wanted: bool, parts: tuple[Term, ...]) -> Term:
    term = Term(shape, node, node.span, not wanted, parts=parts)
    for part in parts:
        part.parent = term
    return term


def _leaf(node: Predicate, wanted: bool) -> Term:
    return Term(Shape.LEAF, node, node.span, not wanted, core(node if wanted else Not(node)))


def _items(test: Test) -> tuple[Test, ...]:
    """One test for each value of a list, where some value of the field has to meet some of them."""
    if test.quantifier is not Quantifier.ANY:
        return ()
    match test.matcher:
        case OneOf(options):
            return tuple(replace(test, matcher=option, span=_span(option)) for option in options)
        case InNetwork(blocks) if len(blocks) > 1:
            return tuple(replace(test, matcher=InNetwork((block,)), span=None) for block in blocks)
        case _:
            return ()


def _span(matcher: Matcher) -> Span | None:
    return getattr(matcher, "span", None)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A term beside another one, and whether it has to hold or to fail for the other one to decide."""

    term: Term
    holds: bool = field(default=True)


def circumstances(term: Term, single: bool) -> list[Circumstance]:
    """What must be so for a term to decide: conjuncts around it hold, alternatives to it fail; near ones first."""
    found: list[Circumstance] = []
    inner, outer = term, term.parent
    while outer is not None:
        holds = outer.shape is Shape.EVERY
        found += [Circumstance(part, holds) for part in outer.parts if part is not inner and not part.is_out(single)]
        inner, outer = outer, outer.parent
    return found


def inner_predicates(root: Term) -> Iterator[Predicate]:
    """The terms of nested objects among the leaves: each is a condition of its own."""
    for term in walk_terms(root):
        node = term.node
        while isinstance(node, Not):
            node = node.term
        if term.shape is Shape.LEAF and isinstance(node, Nested):
            yield node.term
