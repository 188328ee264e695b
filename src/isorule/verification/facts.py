"""What a leaf asks of one value of its field: a check by the evaluator, and bounds that proofs can stand on.

`over` describes at least the texts of the values that pass, `under` only texts of values that pass; `spans` are
exactly the numbers that pass, where a fact is about a number that the field keeps for the value (`axis`); `points` are
all values that can pass, where there are few. A fact without such bounds is a check and nothing else: it may lead to a
witness, never to a proof.

That the text of a value stands for the value is sound: a matcher about text gives a number or Boolean the same answer
as its text, and `Equals` with a number, which does not, has points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, unique

from isorule.evaluation.addresses import Network, address, network
from isorule.evaluation.date_formats import date_reader, date_span
from isorule.evaluation.dates import MILLISECOND, bound
from isorule.evaluation.matching import Kind, value_check
from isorule.evaluation.values import Value, coercion, text_of
from isorule.ir.axes import Case, TokenMode
from isorule.ir.core import CoreMatcher, Language, Single
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    InNetwork,
    Like,
    LikePart,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Scalar,
    Tokens,
    Wildcard,
)
from isorule.ir.precision import kept, limit
from isorule.ir.regex.casing import has_variants
from isorule.ir.regex.charset import ANY, DIGIT, LAST, NOTHING, CharSet, of_text
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
from isorule.verification.analyzed import in_one_token, phrase_over, phrase_under
from isorule.verification.hints import spelled
from isorule.verification.spans import ALL, Spans, between, in_units, union


@unique
class Domain(Enum):
    """What the values of a field are taken for: texts, the two Booleans, or numbers of some kind.

    LENGTH is only an axis: what texts are measured by.
    """

    TEXT = "text"
    BOOLEAN = "boolean"
    WHOLE = "whole number"
    NUMBER = "number"
    ADDRESS = "address"
    MILLISECOND = "moment to the millisecond"
    NANOSECOND = "moment to the nanosecond"
    LENGTH = "length of a text"


DOMAINS = {
    FieldType.KEYWORD: Domain.TEXT,
    FieldType.TEXT: Domain.TEXT,
    FieldType.VERSION: Domain.TEXT,
    FieldType.NESTED: Domain.TEXT,
    FieldType.OBJECT: Domain.TEXT,
    FieldType.BOOLEAN: Domain.BOOLEAN,
    FieldType.INTEGER: Domain.WHOLE,
    FieldType.DECIMAL: Domain.NUMBER,
    FieldType.IP: Domain.ADDRESS,
    FieldType.DATE: Domain.MILLISECOND,
    FieldType.DATE_NANOS: Domain.NANOSECOND,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """What a leaf asks of one value; see the module. `check` takes a scalar as an event has it."""

    check: Callable[[Scalar], bool]
    domain: Domain
    over: Tree = ANY_RUN
    under: Tree = NOTHING
    axis: Domain | None = None
    spans: Spans = ALL
    points: tuple[Scalar, ...] | None = None
    hints: tuple[Scalar, ...] = ()
    tokens: Tokens | None = None
    written: Tree = ANY_RUN
    """At least the texts of all values of the field."""


def fact(matcher: CoreMatcher, kind: Kind) -> Fact:
    """The fact of a matcher on a field of this kind.

    Raises `IsoruleError` as the evaluator does for what cannot be evaluated.
    """
    assert not isinstance(matcher, FieldRef | Single)
    check = _check(matcher, kind)
    coerce = coercion(kind.info)

    def of_scalar(raw: Scalar) -> bool:
        value: Value | None = raw if coerce is None else coerce(raw)
        return value is not None and check(value)

    return bounded(matcher, kind, Fact(of_scalar, DOMAINS[kind.info.type], written=_written(kind)))


_NUMBER_TEXT = Repeat(of_text("0123456789.eE+-") | CharSet(((0x80, LAST),)), 1, None)
"""At least the texts that write a number; digits may be those of any script."""

_ADDRESS_TEXT = concat(
    (
        Repeat(of_text("0123456789abcdefABCDEF.:"), 2, None),
        Repeat(concat((Literal("%"), ANY_RUN)), 0, 1),
    )
)
"""At least the texts that write an IP address, with the scope that an IPv6 address may have."""


def _written(kind: Kind) -> Tree:
    """At least the texts that values of such a field have."""
    match DOMAINS[kind.info.type]:
        case Domain.WHOLE:
            return concat((Repeat(Literal("-"), 0, 1), Repeat(DIGIT, 1, None)))
        case Domain.NUMBER:
            return _NUMBER_TEXT
        case Domain.ADDRESS:
            return _ADDRESS_TEXT
        case Domain.MILLISECOND | Domain.NANOSECOND if kind.info.format is None:
            return Repeat(of_text("0123456789-+:., TZe"), 1, None)
        case _:
            return ANY_RUN


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
        case Tokens(text, mode):
            if kind.info.type is FieldType.TEXT:
                return replace(
                    bare,
                    over=phrase_over(matcher),
                    under=phrase_under(matcher),
                    hints=(text, f"{text} a", f"a {text}"),
                    tokens=matcher,
                )
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
            return _range(matcher, kind, bare)
        case InNetwork(blocks):
            return _in_networks([block for text in blocks if (block := network(text)) is not None], bare)
        case OneOf(options):
            return _some([bounded(option, kind, bare) for option in options], bare)
        case Regex() | Complement() | FieldRef() | Single():
            return bare


def impossible(bare: Fact) -> Fact:
    """The fact that no value passes."""
    return replace(bare, check=lambda _: False, over=NOTHING, under=NOTHING, points=())


_DAY = 86_400_000
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
                return replace(bare, axis=bare.domain, spans=_moments(between(*found), bare), hints=(text,))
        case Domain.ADDRESS:
            block = network(text)
            if block is not None:
                return _in_networks([block], replace(bare, hints=(text,)))
    if kind.info.type is FieldType.TEXT and matcher.case is Case.MAPPED:
        if any(map(str.isalnum, text)):
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
            return replace(bare, axis=bare.domain, spans=_moments(between(at, at), bare))
        case _:
            return bare


def _like(matcher: Like, parts: tuple[LikePart, ...], kind: Kind, bare: Fact) -> Fact:
    if kind.info.type is FieldType.TEXT and matcher.case is Case.MAPPED:
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
    over = _ADDRESS_TEXT if bare.over == ANY_RUN else bare.over
    return replace(bare, axis=Domain.ADDRESS, spans=spans, over=over)


def _range(matcher: Range, kind: Kind, bare: Fact) -> Fact:
    """Bounds of a range of numbers, addresses or dates without `now`, which the evaluator reads in the same way.

    Of full text the words are compared, as texts: about the whole text that says nothing here.
    """
    ends = [end for end in (matcher.lower, matcher.upper) if end is not None]
    if any(isinstance(end.value, bool) for end in ends):
        return bare
    if kind.info.type is FieldType.TEXT:
        return replace(bare, hints=tuple(hint for end in ends for hint in _words_around(text_of(end.value))))
    axis = bare.domain
    limits: list[int | float | None]
    match bare.domain:
        case Domain.MILLISECOND | Domain.NANOSECOND:
            limits = [_instant(matcher, end is matcher.upper, kind) for end in ends]
        case Domain.ADDRESS:
            limits = [_address_number(end.value) for end in ends]
        case Domain.NUMBER | Domain.WHOLE:
            limits = [_bound(end, matcher, kind) for end in ends]
        case Domain.TEXT if _means_numbers(ends, kind):
            axis, limits = Domain.NUMBER, [_number(end.value) for end in ends]
        case _:
            return replace(bare, hints=tuple(end.value for end in ends))
    if any(limit is None for limit in limits):
        return replace(bare, hints=tuple(_around_now(ends, kind)))
    lower = limits.pop(0) if matcher.lower is not None else None
    upper = limits.pop(0) if matcher.upper is not None else None
    spans = between(
        lower,
        upper,
        lower_in=matcher.lower is None or matcher.lower.inclusive,
        upper_in=matcher.upper is None or matcher.upper.inclusive,
    )
    over = _NUMBER_TEXT if bare.domain is Domain.TEXT else bare.over
    return replace(bare, axis=axis, spans=_moments(spans, bare), over=over, hints=tuple(end.value for end in ends))


def _words_around(word: str) -> tuple[str, ...]:
    """A word, the next one after it, and the first of all words."""
    return word, f"{word}0", "0"


def _around_now(ends: list[Bound], kind: Kind) -> Iterator[Scalar]:
    """Moments a day from bounds that count from now: they may lead to a witness that holds for a while."""
    for end in ends:
        at = bound(end.value, False, kind.now) if isinstance(end.value, str) else None
        if at is not None:
            yield from (at // MILLISECOND + days * _DAY for days in (1, -1))


def _moments(spans: Spans, bare: Fact) -> Spans:
    """Spans of nanoseconds in the unit that the field keeps; other spans as they are."""
    return in_units(spans, MILLISECOND) if bare.domain is Domain.MILLISECOND else spans


def _means_numbers(ends: list[Bound], kind: Kind) -> bool:
    """As the evaluator has it for fields that are not numeric: texts that write numbers, where nothing is known."""
    if all(isinstance(end.value, int | float) for end in ends):
        return True
    return not kind.known and all(_number(end.value) is not None for end in ends)


def _instant(matcher: Range, is_upper: bool, kind: Kind) -> int | None:
    end = matcher.upper if is_upper else matcher.lower
    assert end is not None
    if isinstance(end.value, str):
        if end.value.startswith("now"):
            return None
        return bound(end.value, is_upper is end.inclusive, 0, date_reader(kind.info.format))
    return round(end.value * MILLISECOND)


def _address_number(value: Scalar) -> int | None:
    found = address(value) if isinstance(value, str) else None
    return found.number if found is not None else None


def _bound(end: Bound, matcher: Range, kind: Kind) -> int | float | None:
    """A bound as the numbers that the field keeps are compared with it."""
    number = _number(end.value)
    if number is None or kind.info.precision is None:
        return number
    return limit(number, kind.info.precision, (end is matcher.upper) is not end.inclusive)


def _number(value: Scalar) -> int | float | None:
    return as_number(value) if isinstance(value, str) else value


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
