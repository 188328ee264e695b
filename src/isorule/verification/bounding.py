"""The fact of each matcher, except for ranges: the texts and numbers that pass, as far as proofs can stand on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from isorule.evaluation.addresses import Network, address, network
from isorule.evaluation.date_formats import date_span
from isorule.evaluation.dates import MILLISECOND
from isorule.evaluation.matching import Kind, value_check
from isorule.evaluation.values import Value, coercion, text_of
from isorule.ir.analyzers import Runs, has_words
from isorule.ir.axes import Case, TokenMode
from isorule.ir.core import CoreMatcher, Language, Single
from isorule.ir.matchers import (
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    LikePart,
    Near,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Scalar,
    Tokens,
    Wildcard,
)
from isorule.ir.precision import kept
from isorule.ir.regex.casing import has_variants
from isorule.ir.regex.charset import ANY
from isorule.ir.regex.match import compile_tree
from isorule.ir.regex.normal import normalize
from isorule.ir.regex.tree import (
    ANY_RUN,
    EMPTY,
    Alternate,
    Assertion,
    Concat,
    Empty,
    Intersection,
    Literal,
    Repeat,
    Tree,
    alternate,
    concat,
    has_assertions,
)
from isorule.ir.regex.tree import Complement as Negation
from isorule.ir.resolve import as_number
from isorule.ir.schema import FieldType
from isorule.verification.analyzed import Search, in_one_run, in_one_token, phrase_over, phrase_under, samples
from isorule.verification.facts import (
    ADDRESS_TEXT,
    DOMAINS,
    Domain,
    Fact,
    held_numbers,
    impossible,
    in_kept_units,
    kept_moment,
    written_texts,
)
from isorule.verification.hints import spelled
from isorule.verification.ranges import range_fact
from isorule.verification.spans import ALL, Spans, between, union


def fact(matcher: CoreMatcher, kind: Kind) -> Fact:
    """The fact of a matcher on a field of this kind.

    Raises `IsoruleError` as the evaluator does for what cannot be evaluated.
    """
    assert not isinstance(matcher, FieldRef | Single)
    check = _check(matcher, kind)
    coerce = coercion(kind.info)

    def read(raw: Scalar) -> Value | None:
        return raw if coerce is None else coerce(raw)

    def passes(raw: Scalar) -> bool:
        value = read(raw)
        return value is not None and check(value)

    bare = Fact(
        passes,
        DOMAINS[kind.info.type],
        written=written_texts(kind),
        held=held_numbers(kind.info),
        reads=lambda raw: read(raw) is not None,
    )
    return bounded(matcher, kind, bare)


def _check(matcher: CoreMatcher, kind: Kind) -> Callable[[Value], bool]:
    tree = matcher.tree if isinstance(matcher, Language) else _whole_text(matcher, kind)
    if tree is not None:
        test = compile_tree(tree)
        return lambda value: test(text_of(value))
    assert not isinstance(matcher, Language | Single)
    return value_check(matcher, kind)


def _whole_text(matcher: CoreMatcher, kind: Kind) -> Tree | None:
    """The language of a text on an analyzed field that `ir.resolve` has left: it is compared as a whole.

    The core ignores the case of texts that have none, and the evaluator would take that for a phrase.
    """
    match matcher:
        case Equals(str() as text, Case.SENSITIVE | Case.INSENSITIVE as case) if kind.info.type is FieldType.TEXT:
            return normalize(Literal(text, case is Case.INSENSITIVE)) if text else EMPTY
        case _:
            return None


def bounded(matcher: CoreMatcher, kind: Kind, bare: Fact) -> Fact:
    """The bare fact with the bounds that the matcher has on fields of this kind."""
    match matcher:
        case Like(case=Case.MAPPED) | Regex(case=Case.MAPPED) if kind.among_others and bare.domain is not Domain.TEXT:
            return impossible(bare)
        case Present():
            return replace(bare, under=ANY_RUN, axis=bare.domain if bare.domain in _NUMBERED else None)
        case Language(tree) if has_assertions(tree):
            return replace(bare, over=_without_assertions(tree))
        case Language(tree):
            return replace(bare, over=tree, under=tree, points=_points(tree))
        case Tokens() | Near() if kind.info.type is FieldType.TEXT:
            search = Search(matcher, kind.info.analyzer)
            over, under = phrase_over(search), phrase_under(search)
            return replace(bare, over=over, under=under, hints=samples(search), tokens=search)
        case Near(text):
            return bounded(Tokens(text, TokenMode.PHRASE), kind, bare)
        case Tokens(text, mode):
            number = as_number(text) if not kind.known and mode is TokenMode.ANY else None
            if number is not None and text_of(number) == text:
                return _equals_number(number, kind, bare)
            return bounded(Equals(text, Case.MAPPED), kind, bare)
        case Equals(str() as text):
            return _equals_text(matcher, text, kind, bare)
        case Equals(value):
            return _equals_number(value, kind, bare)
        case Like(parts):
            return _like(matcher, parts, kind, bare)
        case Range():
            return range_fact(matcher, kind, bare)
        case InNetwork(blocks):
            return _in_networks([block for text in blocks if (block := network(text)) is not None], bare)
        case Indexed(inner) if kind.info.type is not FieldType.TEXT:
            return bounded(inner, kind, bare)
        case OneOf(options):
            return _some([bounded(option, kind, bare) for option in options], bare)
        case Regex() | Indexed() | Complement() | FieldRef() | Single():
            return bare


_NUMBERED = (Domain.WHOLE, Domain.NUMBER, Domain.ADDRESS, Domain.MILLISECOND, Domain.NANOSECOND)


def _equals_text(matcher: Equals, text: str, kind: Kind, bare: Fact) -> Fact:
    match bare.domain:
        case Domain.NUMBER | Domain.WHOLE:
            number = as_number(text)
            spans = _same_number(number, kind) if number is not None else ()
            return replace(bare, axis=bare.domain, spans=spans)
        case Domain.MILLISECOND | Domain.NANOSECOND:
            if text.startswith("now"):
                return bare
            found = date_span(text, kind.info.format, 0)
            if found is not None:
                return replace(bare, axis=bare.domain, spans=_moments(*found, bare), hints=(text,))
        case Domain.ADDRESS:
            block = network(text)
            if block is not None:
                return _in_networks([block], replace(bare, hints=(text,)))
    if kind.info.type is FieldType.TEXT and matcher.case is Case.MAPPED:
        if has_words(text, kind.info.analyzer):
            return bounded(Tokens(text, TokenMode.PHRASE), kind, bare)
        return bare
    folded = _folds(matcher.case, kind)
    tree = Literal(text, folded) if text else EMPTY
    return replace(bare, over=tree, under=tree, points=_points(tree), hints=spelled((text,), folded))


def _points(tree: Tree) -> tuple[Scalar, ...] | None:
    """All values of which the text is described, as far as a field tells values apart; None where there are many."""
    match tree:
        case Empty():
            return ("",)
        case Literal(text, folded) if not (folded and has_variants(text)):
            return _readings(text)
        case _:
            return None


def _readings(text: str) -> tuple[Scalar, ...]:
    """All scalars that have this text."""
    number = as_number(text)
    found: list[Scalar] = [text]
    if number is not None and text_of(number) == text:
        found.append(number)
    if text in ("true", "false"):
        found.append(text == "true")
    return tuple(found)


def _folds(case: Case, kind: Kind) -> bool:
    return case is Case.INSENSITIVE or kind.info.folded


def _same_number(number: int | float, kind: Kind) -> Spans:
    """The one number that a field keeps where it is asked for this one."""
    if kind.info.precision is None:
        return between(number, number)
    found = kept(number, kind.info.precision)
    return () if found is None else between(found, found)


def _equals_number(value: int | float | bool | str, kind: Kind, bare: Fact) -> Fact:
    assert not isinstance(value, str)
    match bare.domain:
        case Domain.TEXT if not isinstance(value, bool):
            points = tuple(dict.fromkeys((value, text_of(value))))
            others = (float(value) if abs(value) < 1e300 else value, int(value))
            twins = tuple(other for other in others if other == value and type(other) is not type(value))
            zeros = (-0.0,) if value == 0 else ()
            points = (*points, *twins, *zeros)
            texts = dict.fromkeys(map(text_of, points))
            return replace(
                bare, over=alternate(map(Literal, texts)), under=Literal(text_of(value)), points=points, hints=points
            )
        case Domain.TEXT:
            text = text_of(value)
            return replace(bare, over=Literal(text), under=Literal(text), hints=(text, value))
        case Domain.NUMBER | Domain.WHOLE if not isinstance(value, bool):
            return replace(bare, axis=bare.domain, spans=_same_number(value, kind), hints=(value,))
        case Domain.MILLISECOND | Domain.NANOSECOND if not isinstance(value, bool):
            at = round(value * MILLISECOND)
            return replace(bare, axis=bare.domain, spans=_moments(at, at, bare))
        case _:
            return bare


def _moments(first: int, last: int, bare: Fact) -> Spans:
    """A span of nanoseconds that a field is asked for, its ends cut to what the field keeps."""
    return in_kept_units(between(kept_moment(first, bare), kept_moment(last, bare)), bare)


def _like(matcher: Like, parts: tuple[LikePart, ...], kind: Kind, bare: Fact) -> Fact:
    if kind.info.type is FieldType.TEXT and matcher.case is Case.MAPPED:
        if isinstance(kind.info.analyzer, Runs):
            words = in_one_run(parts, kind.info.analyzer)
            return replace(bare, over=words, under=words, hints=spelled(parts, True))
        return replace(bare, over=in_one_token(parts), hints=spelled(parts, True))
    folded = _folds(matcher.case, kind)
    tree = _tree(parts, folded)
    found = replace(bare, over=tree, under=tree, hints=spelled(parts, folded))
    if bare.domain is Domain.ADDRESS and len(parts) == 2 and parts[1] is Wildcard.RUN and isinstance(parts[0], str):
        block = _octets(parts[0])
        return _in_networks([block], found) if block is not None else found
    return found


def _tree(parts: tuple[LikePart, ...], folded: bool) -> Tree:
    found: list[Tree] = []
    for part in parts:
        match part:
            case str():
                found.append(Literal(part, folded))
            case Wildcard.RUN:
                found.append(ANY_RUN)
            case Wildcard.ONE:
                found.append(ANY)
            case Placeholder():
                raise AssertionError("the evaluator refuses placeholders")
    return concat(found)


def _without_assertions(tree: Tree) -> Tree:
    """At least the texts of a tree that asks where in the value it stands: as if every place would do."""
    match tree:
        case Assertion():
            return EMPTY
        case Concat(parts):
            return concat(map(_without_assertions, parts))
        case Alternate(options):
            return alternate(map(_without_assertions, options))
        case Repeat(body, least, most):
            return Repeat(_without_assertions(body), least, most)
        case Intersection() | Negation() if has_assertions(tree):
            return ANY_RUN
        case _:
            return tree


def _octets(prefix: str) -> Network | None:
    """The IPv4 addresses that begin with whole octets (`10.`); an IPv6 address has no dots in its canonical text."""
    octets = prefix.split(".")
    if not 2 <= len(octets) <= 4 or octets.pop() != "" or address(".".join(octets + ["0"] * (4 - len(octets)))) is None:
        return None
    return network(".".join(octets + ["0"] * (4 - len(octets))) + f"/{8 * len(octets)}")


def _in_networks(blocks: list[Network], bare: Fact) -> Fact:
    if bare.domain not in (Domain.TEXT, Domain.ADDRESS):
        return bare
    spans: Spans = ()
    for block in blocks:
        spans = union(spans, between(block.first, block.last))
    over = ADDRESS_TEXT if bare.over == ANY_RUN else bare.over
    return replace(bare, axis=Domain.ADDRESS, spans=spans, over=over)


def _some(options: list[Fact], bare: Fact) -> Fact:
    """The bounds of a value that passes one of several facts."""
    axes = {option.axis for option in options}
    axis = axes.pop() if len(axes) == 1 else None
    spans: Spans = ()
    for option in options:
        spans = union(spans, option.spans)
    return replace(
        bare,
        over=alternate(option.over for option in options),
        under=alternate(option.under for option in options),
        axis=axis,
        spans=spans if axis is not None else ALL,
        hints=tuple(hint for option in options for hint in option.hints),
    )
