"""The two-valued core: predicates as sets of events, in one normal form.

Kleene logic is two formulas, "is true" and "is false"; an event matches where the first holds. The core of a predicate
is its "is true" formula in negation normal form over atoms that are true or false of every event:

- `T(test absent=UNKNOWN) = ∃v p(v)`, `F(test absent=UNKNOWN) = present ∧ ¬∃v p(v)`
- `T(test absent=FALSE) = ∃v p(v)`, `F(test absent=FALSE) = ¬∃v p(v)`
- ALL: `present ∧ ¬∃v ¬p(v)`, where a field that p refers to is present, too
- SOLE: exactly one value, and that meets p (else null).

Conjunctions and disjunctions are sets, so order, repetition and nesting do not count; a list of values is a
disjunction; letter case does not count where a text has none; an expression that is a wildcard pattern is that pattern.
Every step keeps the set of matching events, so equal cores mean equal meaning; the converse is for `verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import assert_never

from isorule.diagnostics import IsoruleError
from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.detections import Detection
from isorule.ir.folding import fold, has_case, lowered
from isorule.ir.matchers import (
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    LikePart,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
    like,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Const,
    Field,
    Nested,
    Not,
    Or,
    Predicate,
    Subject,
    Test,
)
from isorule.ir.regex import as_like, language
from isorule.ir.regex.tree import Tree
from isorule.ir.resolve import resolve, resolve_category
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import map_predicates, predicates


@dataclass(frozen=True, slots=True)
class Truth:
    """All events, or none."""

    value: bool


@dataclass(frozen=True, slots=True)
class Language:
    """A core matcher: the text of the value is in a regular language."""

    tree: Tree


@dataclass(frozen=True, slots=True)
class Single:
    """A core matcher: the subject has exactly one value."""


CoreMatcher = Matcher | Language | Single


@dataclass(frozen=True, slots=True)
class Atom:
    """Some value of the subject meets the matcher; or, where `holds` is false, none does."""

    subject: Subject
    matcher: CoreMatcher
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Inside:
    """Some object under the path meets the term; or, where `holds` is false, none does."""

    path: str
    term: Core
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Every:
    """All of the terms; at least two."""

    terms: frozenset[Core]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of the terms; at least two."""

    terms: frozenset[Core]


Core = Truth | Atom | Inside | Every | Some


def core(predicate: Predicate) -> Core:
    """The set of events for which the predicate is true, in normal form.

    Roles and leaves that the mapping decides should have been resolved (`isorule.ir.resolve`); an unresolved one is
    an atom that only equals itself.
    """
    return _formula(predicate, True)


@dataclass(frozen=True, slots=True)
class CoreDetection:
    """A detection with its conditions taken out, and their cores in the order of the text."""

    shape: Detection
    conditions: tuple[Core, ...]


def core_detection(detection: Detection, schema: FieldSchema, category_field: str) -> CoreDetection:
    """The core of a detection: equal ones give the same alerts for every stream of events.

    `schema` decides what the mapping decides, `category_field` plays the event category.
    """
    shape = map_predicates(detection, lambda _: Const(True))
    conditions = predicates(detection)
    return CoreDetection(
        shape, tuple(core(resolve(resolve_category(term, category_field), schema)) for term in conditions)
    )


def _formula(predicate: Predicate, wanted: bool) -> Core:
    """The events for which the predicate is true (or, where `wanted` is false, is false)."""
    match predicate:
        case Const(value):
            return Truth(value is wanted)
        case Not(term):
            return _formula(term, not wanted)
        case And(terms) | Or(terms):
            parts = [_formula(term, wanted) for term in terms]
            return every(parts) if isinstance(predicate, And) is wanted else some(parts)
        case Nested(path, term):
            inner = _formula(term, True)
            return Truth(not wanted) if inner == Truth(False) else Inside(path, inner, wanted)
        case Test():
            return _test(predicate, wanted)
        case _:
            assert_never(predicate)


def _test(test: Test, wanted: bool) -> Core:
    subject = Field(test.subject.path) if isinstance(test.subject, Field) else test.subject
    held = _held(subject, test.matcher, test.quantifier)
    if wanted:
        return held
    failed = negated(held)
    if test.quantifier is Quantifier.SOLE:
        failed = every([failed, Atom(subject, Single())])
    if test.absent is Absent.FALSE or isinstance(test.matcher, Present):
        return failed
    return every([failed, *(_exists(needed, Present()) for needed in _needed(subject, test.matcher))])


def _needed(subject: Subject, matcher: Matcher) -> list[Subject]:
    """What must have a value for a test not to be null."""
    return [subject, Field(matcher.path)] if isinstance(matcher, FieldRef) else [subject]


def _held(subject: Subject, matcher: Matcher, quantifier: Quantifier) -> Core:
    match quantifier:
        case Quantifier.ANY:
            return _exists(subject, matcher)
        case Quantifier.ALL:
            present = [_exists(needed, Present()) for needed in _needed(subject, matcher)]
            return every([*present, negated(_exists(subject, Complement(matcher)))])
        case Quantifier.SOLE:
            return every([Atom(subject, Single()), _exists(subject, matcher)])
        case _:
            assert_never(quantifier)


def _exists(subject: Subject, matcher: Matcher) -> Core:
    """Some value of the subject meets the matcher; of all fields together, some one always has a value."""
    match matcher:
        case OneOf(options):
            return some([_exists(subject, option) for option in options])
        case InNetwork(blocks):
            return some([Atom(subject, InNetwork((_block(block),))) for block in blocks])
        case Complement(Present()):
            return Truth(False)
        case Complement(Complement(inner)):
            return _exists(subject, inner)
        case Complement():
            return Atom(subject, matcher)
        case Tokens() | Near() if not isinstance(subject, Field):
            return Atom(subject, matcher)  # some of the fields may be keywords, which compare letter case
        case _:
            found = _normal(matcher)
            return Truth(True) if found == Present() and isinstance(subject, AnyField) else Atom(subject, found)


def _block(block: str) -> str:
    try:
        return str(ip_network(block, strict=False))
    except ValueError:
        return block


def _normal(matcher: Matcher) -> CoreMatcher:
    match matcher:
        case Equals(bool() as value):
            return _normal_like(("true" if value else "false",), Case.SENSITIVE)
        case Equals(str() as text, case):
            return _normal_like((text,), case)
        case Like(parts, case):
            return _normal_like(parts, case)
        case Regex():
            return _normal_regex(matcher)
        case Tokens(text, mode):
            return Tokens(_folded_words(text), mode)
        case Near(text, slop):
            return Near(_folded_words(text), slop)
        case Present() | Equals() | Range() | FieldRef() | InNetwork() | Indexed() | OneOf() | Complement():
            return matcher
        case _:
            assert_never(matcher)


def _folded_words(text: str) -> str:
    """Words without letter case; not what may be a date, where it counts: `now/M` is a month and `now/m` a minute.

    No character that is not ASCII becomes one that is: to some analyzers it parts words (`isorule.ir.analyzers`).
    """
    if text[:1].isdigit() or text.startswith("now"):
        return text
    return "".join(low if low.isascii() is one.isascii() else one for one, low in zip(text, lowered(text), strict=True))


def _normal_like(parts: tuple[LikePart, ...], case: Case) -> Matcher:
    cased = any(isinstance(part, str) and has_case(part) for part in parts)
    if not cased and case is not Case.MAPPED:
        case = Case.INSENSITIVE
    if case is Case.INSENSITIVE:
        parts = tuple(fold(part) if isinstance(part, str) else part for part in parts)
    normal = like(parts, case)
    of_any_text = isinstance(normal, Like) and normal.parts == (Wildcard.RUN,)
    return Present() if of_any_text and case is not Case.MAPPED else normal  # an analyzed text may have no words


def _normal_regex(matcher: Regex) -> CoreMatcher:
    """The language of an expression; an expression that isorule cannot read stays as it is.

    One of a single text is no `Equals`, which numeric, date and ip fields do not compare by text.
    """
    try:
        tree = language(matcher)
    except IsoruleError:
        return matcher
    match as_like(tree):
        case Like(parts, case):
            return _normal_like(parts, case)
        case _:
            return Language(tree)


def every(terms: list[Core]) -> Core:
    """All of the terms, flattened."""
    found: set[Core] = set()
    for term in terms:
        match term:
            case Truth(value):
                if not value:
                    return term
            case Every(inner):
                found |= inner
            case _:
                found.add(term)
    return _single(found) if len(found) == 1 else Every(frozenset(found)) if found else Truth(True)


def some(terms: list[Core]) -> Core:
    """At least one of the terms, flattened."""
    found: set[Core] = set()
    for term in terms:
        match term:
            case Truth(value):
                if value:
                    return term
            case Some(inner):
                found |= inner
            case _:
                found.add(term)
    return _single(found) if len(found) == 1 else Some(frozenset(found)) if found else Truth(False)


def _single(found: set[Core]) -> Core:
    return next(iter(found))


def negated(term: Core) -> Core:
    """The events outside of a term."""
    match term:
        case Truth(value):
            return Truth(not value)
        case Atom(subject, matcher, holds):
            return Atom(subject, matcher, not holds)
        case Inside(path, inner, holds):
            return Inside(path, inner, not holds)
        case Every(terms):
            return some([negated(inner) for inner in terms])
        case Some(terms):
            return every([negated(inner) for inner in terms])
        case _:
            assert_never(term)
