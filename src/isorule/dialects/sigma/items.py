"""Leaves of the representation as items of a Sigma selection: `field|modifiers: values`.

What Sigma cannot say is refused with a reason code; nothing is changed on the way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from ipaddress import ip_network
from typing import Final, assert_never

from isorule.diagnostics import UnsupportedError
from isorule.dialects.sigma.chains import SHAPES, TIME_UNITS
from isorule.dialects.sigma.encodings import DASHES, flag_dashes, with_hyphens
from isorule.dialects.sigma.patterns import is_placeholder_name, write_text
from isorule.dialects.sigma.shapes import is_open, shaped
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation
from isorule.ir.folding import has_case
from isorule.ir.losses import refusal
from isorule.ir.matchers import (
    Bound,
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
    Placeholder,
    Present,
    Range,
    Regex,
    Tokens,
    options_of,
)
from isorule.ir.predicates import AnyField, Call, EventCategory, Field, FieldGlob, Literal, Subject, Test
from isorule.source import Span

Plain = str | int | float | bool | None

_RELATION_SHAPES: Final[Mapping[Relation, tuple[str, ...]]] = {
    Relation.EQUALS: (),
    Relation.STARTSWITH: ("startswith",),
    Relation.ENDSWITH: ("endswith",),
    Relation.CONTAINS: ("contains",),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One key of a selection map and its values; `field` is None for keywords.

    One of the values must be met, or with `every` (two values at least) all of them. Values of different types are
    different, `1` and `true` too, which Python holds to be equal: hence `types`.
    """

    field: str | None
    modifiers: tuple[str, ...]
    values: tuple[Plain, ...]
    every: bool = False
    types: tuple[type, ...] = dataclass_field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", tuple(map(type, self.values)))

    @property
    def key(self) -> str:
        """The key as it is written, `all` behind the modifier that says where in the field."""
        modifiers = list(self.modifiers)
        if self.every:
            at = 1 if modifiers and modifiers[0] in SHAPES else len(modifiers)
            modifiers.insert(at, "all")
        return "|".join([self.field or "", *modifiers])

    @property
    def plain(self) -> object:
        """The value as it is written: one value stands alone, several in a list."""
        return self.values[0] if len(self.values) == 1 else list(self.values)

    @property
    def is_null(self) -> bool:
        """Whether the item asks for a field without a value."""
        return self.values == (None,)

    def opposite(self) -> Item | None:
        """The item that is met where this one is not; only the two that ask for presence have one."""
        if self.is_null:
            return Item(self.field, ("exists",), (True,))
        if self.modifiers == ("exists",):
            return Item(self.field, (), (None,))
        return None


def absent(test: Test) -> Item | None:
    """The item for the negation of a test, where Sigma has one of its own: a field without a value is `null`."""
    if isinstance(test.matcher, Present) and isinstance(test.subject, Field):
        return Item(_field_name(test.subject.path, test.span), (), (None,))
    return None


def items(test: Test) -> list[Item]:
    """The items of a leaf: it holds where one of them does.

    Raises UnsupportedError for what Sigma has no word for.
    """
    _check_axes(test)
    field, prefix = _subject(test.subject, test.span)
    options = _soft_case(options_of(test.matcher))
    return _gathered(field, [written for option in options for written in _written(option, field, prefix, test.span)])


def _check_axes(test: Test) -> None:
    if test.quantifier is not Quantifier.ANY:
        raise refusal(
            f"quantifier-{test.quantifier.value}",
            "in Sigma one of the values of a field is enough; it cannot ask for all of them, or for a single one",
            span=test.span,
        )
    if test.absent is not Absent.FALSE:
        raise refusal(
            "absent-unknown", "Sigma is two-valued: a test on a field without a value is false", span=test.span
        )


def _subject(subject: Subject, span: Span | None) -> tuple[str | None, tuple[str, ...]]:
    """The field name and the time modifier of a subject."""
    match subject:
        case Field(path):
            return _field_name(path, span), ()
        case AnyField():
            return None, ()
        case Call(unit, (Field(path),)) if unit in TIME_UNITS:
            return _field_name(path, span), (unit,)
        case Call(function):
            raise refusal("computed-operand", f"Sigma cannot compute {function}(…)", span=span)
        case EventCategory():
            raise refusal("category-role", "the field of the event category is not known", span=span)
        case FieldGlob(pattern):
            raise refusal("field-wildcard", f"Sigma has no wildcards in field names ({pattern})", span=span)
        case Literal():
            raise refusal("literal-operand", "Sigma compares fields, not constants", span=span)
        case _:
            assert_never(subject)


def _field_name(path: str, span: Span | None) -> str:
    if not path or "|" in path:
        raise refusal("field-name", f"{path!r} cannot be a field name in Sigma", span=span)
    return path


def _soft_case(options: tuple[Matcher, ...]) -> list[Matcher]:
    """The options with letter case only where it counts: a text without letters takes the case of the others."""
    texts = [option for option in options if isinstance(option, Equals | Like) and _letters(option)]
    cased = bool(texts) and all(option.case is Case.SENSITIVE for option in texts)
    usual = Case.SENSITIVE if cased else Case.INSENSITIVE

    def softened(option: Matcher) -> Matcher:
        if isinstance(option, Like) or (isinstance(option, Equals) and isinstance(option.value, str)):
            return option if _letters(option) or option.case is Case.MAPPED else replace(option, case=usual)
        return option

    return [softened(option) for option in options]


def _letters(option: Equals | Like) -> bool:
    """Whether letter case counts in a text; what a placeholder stands for may have letters."""
    if isinstance(option, Like):
        return any(isinstance(part, Placeholder) or (isinstance(part, str) and has_case(part)) for part in option.parts)
    return isinstance(option.value, str) and has_case(option.value)


@dataclass(frozen=True, slots=True)
class _Written:
    """One value with its modifiers; a text is kept in parts until its dashes are looked at."""

    modifiers: tuple[str, ...]
    value: Plain | tuple[LikePart, ...]


def _written(matcher: Matcher, field: str | None, prefix: tuple[str, ...], span: Span | None) -> list[_Written]:
    if field is None and not isinstance(matcher, Like | Regex):
        raise _no_keyword(span)
    if prefix and not isinstance(matcher, Range | Equals):
        raise refusal("computed-operand", f"Sigma compares the {prefix[0]} of a field with numbers only", span=span)
    match matcher:
        case Present():
            return [_Written(("exists",), True)]
        case Equals(str() as text, case):
            if prefix:
                raise refusal("computed-operand", f"the {prefix[0]} of a field is a number in Sigma", span=span)
            return [_text((text,) if text else (), (), case, span)]
        case Equals(value):
            return [_Written(prefix, _number(value, span))]
        case Like(parts, case):
            shape, rest = shaped(parts)
            if field is None and not is_open(parts):
                raise _no_keyword(span)
            return [_text(rest, (shape,) if shape and field is not None else (), case, span)]
        case Regex():
            return [_regex(matcher, span)]
        case Range(lower, upper):
            if matcher.case is Case.MAPPED:
                raise refusal("case-mapped", "Sigma does not leave the letter case of bounds to a mapping", span=span)
            return [_range(lower, upper, prefix, span)]
        case InNetwork(blocks):
            return [_Written(("cidr",), _block(block, span)) for block in blocks]
        case FieldRef():
            return [_field_reference(matcher, span)]
        case Tokens() | Near() | Indexed():
            raise refusal("full-text", "Sigma knows no analyzed text", span=span)
        case Complement():
            message = "Sigma cannot ask for a value that differs, only for no value that is equal"
            raise refusal("value-complement", message, span=span)
        case OneOf():
            return [written for option in matcher.options for written in _written(option, field, prefix, span)]
        case _:
            assert_never(matcher)


def _no_keyword(span: Span | None) -> UnsupportedError:
    return refusal("keyword-shape", "without a field, Sigma can only look for a text anywhere in the event", span=span)


def _text(rest: tuple[LikePart, ...], shape: tuple[str, ...], case: Case, span: Span | None) -> _Written:
    modifiers = [*shape, *_cased(case, span)]
    names = [part.name for part in rest if isinstance(part, Placeholder)]
    if names:
        modifiers.append("expand")
    for name in names:
        if not is_placeholder_name(name):
            raise refusal("placeholder-name", f"{name!r} cannot be the name of a placeholder", span=span)
    return _Written(tuple(modifiers), rest)


def _cased(case: Case, span: Span | None) -> tuple[str, ...]:
    if case is Case.MAPPED:
        raise refusal("case-mapped", "Sigma has no letter case that depends on the type of the field", span=span)
    return ("cased",) if case is Case.SENSITIVE else ()


def _regex(matcher: Regex, span: Span | None) -> _Written:
    if matcher.flavor is not RegexFlavor.SIGMA:
        message = f"the expression is written for {matcher.flavor.value}, not in Sigma's part of PCRE"
        raise refusal("regex-flavor", message, span=span)
    if matcher.anchored:
        raise refusal("regex-anchored", "an expression in Sigma may match anywhere in the value", span=span)
    flags = (("i", matcher.case is Case.INSENSITIVE), ("m", matcher.multiline), ("s", matcher.dotall))
    _cased(matcher.case, span)
    return _Written(("re", *(flag for flag, is_set in flags if is_set)), matcher.pattern)


def _range(lower: Bound | None, upper: Bound | None, prefix: tuple[str, ...], span: Span | None) -> _Written:
    bound = lower or upper
    if bound is None or (lower is not None and upper is not None):
        message = "two bounds for one value: in Sigma two values of the field could meet one bound each"
        raise refusal("two-sided-range", message, span=span)
    if isinstance(bound.value, bool) or not isinstance(bound.value, int | float):
        raise refusal("range-on-text", "Sigma compares numbers only", span=span)
    name = ("gt" if bound is lower else "lt") + ("e" if bound.inclusive else "")
    return _Written((*prefix, name), _number(bound.value, span))


def _number(value: Plain, span: Span | None) -> Plain:
    if isinstance(value, float) and not math.isfinite(value):
        raise refusal("not-a-number", f"{value} cannot be written in Sigma", span=span)
    return value


def _block(block: str, span: Span | None) -> str:
    """A block as it is written, but without host bits, which pySigma refuses."""
    try:
        network = ip_network(block, strict=False)
    except ValueError:
        raise refusal("invalid-network", f"{block!r} is not an address block", span=span) from None
    try:
        ip_network(block)
    except ValueError:
        return str(network)
    return block


def _field_reference(matcher: FieldRef, span: Span | None) -> _Written:
    """A field reference. `cased` stands first: pySigma takes it for a modifier of texts."""
    path = _field_name(matcher.path, span)
    modifiers = (*_cased(matcher.case, span), "fieldref", *_RELATION_SHAPES[matcher.relation])
    return _Written(modifiers, write_text((path,)))


def _gathered(field: str | None, written: Iterable[_Written]) -> list[Item]:
    """Items for values in their order: those with the same modifiers share a list."""
    groups: dict[tuple[str, ...], list[Plain | tuple[LikePart, ...]]] = {}
    for value in written:
        groups.setdefault(value.modifiers, []).append(value.value)
    found: dict[tuple[str, ...], list[Plain]] = {}
    for modifiers, values in groups.items():
        for more, plain in _folded(values):
            found.setdefault((*modifiers, *more), []).append(plain)
    return [Item(field, modifiers, _distinct(values)) for modifiers, values in found.items()]


def _folded(values: list[Plain | tuple[LikePart, ...]]) -> list[tuple[tuple[str, ...], Plain]]:
    """Plain values with the modifier `windash` where a value stands there with all of its dashes."""
    variants: dict[tuple[LikePart, ...], dict[tuple[LikePart, ...], None]] = {}
    for value in values:
        if isinstance(value, tuple) and flag_dashes(value):
            variants.setdefault(with_hyphens(value), {})[value] = None
    complete = {base for base, found in variants.items() if len(found) == len(DASHES) ** flag_dashes(base)}
    out: list[tuple[tuple[str, ...], Plain]] = []
    for value in values:
        if not isinstance(value, tuple):
            out.append(((), value))
            continue
        base = with_hyphens(value)
        if base in complete:
            if value == _first_usual(base, variants[base]):
                out.append((("windash",), write_text(value)))
        else:
            joins = bool(complete) and not flag_dashes(value)
            out.append((("windash",) if joins else (), write_text(value)))
    return out


def _first_usual(base: tuple[LikePart, ...], variants: Iterable[tuple[LikePart, ...]]) -> tuple[LikePart, ...]:
    """The first spelling whose flags start with `-` or `/`, the only dashes that pySigma looks for."""
    return next(found for found in variants if _unusual_dashes(found) == _unusual_dashes(base))


def _unusual_dashes(parts: tuple[LikePart, ...]) -> int:
    return sum(part.count(dash) for part in parts if isinstance(part, str) for dash in DASHES[2:])


def _distinct(values: Iterable[Plain]) -> tuple[Plain, ...]:
    """The values without repetitions; `1`, `1.0` and `true` are three."""
    return tuple({(type(value), value): value for value in values}.values())
