"""Chains of modifiers: which stand behind a field name, and which may follow which.

https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-appendix-modifiers.md (version 2.1.0).
`ignorecase`, `multiline` and `dotall` are pySigma's long names for `i`, `m` and `s`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import Final

from isorule.dialects.sigma.problems import problem
from isorule.source import Span

_ALIASES: Final = {"ignorecase": "i", "multiline": "m", "dotall": "s", "wide": "utf16le"}

SHAPES: Final = ("startswith", "endswith", "contains")
UTF16: Final = ("utf16le", "utf16be", "utf16")
BASE64: Final = ("base64", "base64offset")
COMPARISONS: Final = ("lt", "lte", "gt", "gte")
TIME_UNITS: Final = ("minute", "hour", "day", "week", "month", "year")
REGEX_FLAGS: Final = ("i", "m", "s")
_TEXT: Final = (*SHAPES, "cased", "windash", "expand", *UTF16, *BASE64)
_GENERIC: Final = ("all", "neq")

MODIFIERS: Final = frozenset(
    (*_TEXT, *_GENERIC, *COMPARISONS, *TIME_UNITS, *REGEX_FLAGS, "re", "cidr", "exists", "fieldref", *_ALIASES)
)


@unique
class Kind(Enum):
    """What a chain makes of its values; the modifier of that name stands first (but for `all`, `neq` and `cased`)."""

    TEXT = "text"
    REGEX = "re"
    NETWORK = "cidr"
    FIELD = "fieldref"
    PRESENCE = "exists"
    COMPARISON = "comparison"
    TIME = "time"


_ALLOWED: Final = {
    Kind.TEXT: frozenset(_TEXT),
    Kind.REGEX: frozenset(("re", "contains", *REGEX_FLAGS)),
    Kind.NETWORK: frozenset(("cidr",)),
    Kind.FIELD: frozenset(("fieldref", "cased", *SHAPES)),
    Kind.PRESENCE: frozenset(("exists",)),
    Kind.COMPARISON: frozenset(COMPARISONS),
    Kind.TIME: frozenset((*TIME_UNITS, *COMPARISONS)),
}

_HINTS: Final = {
    (Kind.REGEX, "cased"): "a regular expression is case-sensitive unless it has the modifier i",
    (Kind.REGEX, "startswith"): "start the expression with ^ instead",
    (Kind.REGEX, "endswith"): "end the expression with $ instead",
    (Kind.REGEX, "expand"): "write the values of the placeholder into the expression",
}

_ONE_OF_EACH: Final = (SHAPES, BASE64, UTF16, COMPARISONS, TIME_UNITS)


@dataclass(frozen=True, slots=True)
class Chain:
    """A field name (None for keywords) and its modifiers in their order, by their canonical names, found legal.

    `steps` are those that act on a value one after the other; `every` stands for `all`, `negated` for `neq`.
    """

    field: str | None
    kind: Kind
    steps: tuple[str, ...] = ()
    every: bool = False
    negated: bool = False
    cased: bool = False

    @property
    def shape(self) -> str | None:
        """`startswith`, `endswith` or `contains`."""
        return next((step for step in self.steps if step in SHAPES), None)


def read_chain(key: str, span: Span | None = None) -> Chain:
    """The chain of a key such as `CommandLine|contains|all`; `span` is the place of the key.

    Raises ParseError for an unknown modifier, one that stands twice, and one that cannot follow those before it.
    """
    field, *written = key.split("|")
    if not field and not written:
        raise problem("empty-field-name", "a selection has an empty field name", span=span)
    places = _places(key, span)
    names = [_canonical(name, place) for name, place in zip(written, places, strict=True)]
    kind = _kind(names)
    previous: list[str] = []
    for name, spelling, place in zip(names, written, places, strict=True):
        _check(kind, previous, name, spelling, place)
        previous.append(name)
    if not field:
        _check_keyword(kind, names, written, places)
    steps = tuple(name for name in names if name not in ("all", "neq", "cased"))
    return Chain(field or None, kind, steps, "all" in names, "neq" in names, "cased" in names)


def _places(key: str, span: Span | None) -> list[Span | None]:
    """The place of each modifier; that of the whole key where it is written with escapes."""
    length = 0 if span is None else span.end - span.start
    if span is None or length not in (len(key), len(key) + 2):
        return [span] * key.count("|")
    at = span.start + (length - len(key)) // 2 + key.find("|")
    places: list[Span | None] = []
    for name in key.split("|")[1:]:
        places.append(Span(at + 1, at + 1 + len(name)))
        at += 1 + len(name)
    return places


def _canonical(name: str, place: Span | None) -> str:
    if name in MODIFIERS:
        return _ALIASES.get(name, name)
    raise problem("unknown-modifier", f"there is no modifier {name!r}", span=place, hint=_similar(name))


def _similar(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), sorted(MODIFIERS), n=1)
    return f"did you mean {near[0]!r}?" if near else f"one of {', '.join(sorted(MODIFIERS))}"


def _kind(names: list[str]) -> Kind:
    """What the first modifier that says so makes of the values; the checks find those that do not fit to it."""
    for name in names:
        match name:
            case "re" | "i" | "m" | "s":
                return Kind.REGEX
            case "cidr":
                return Kind.NETWORK
            case "fieldref":
                return Kind.FIELD
            case "exists":
                return Kind.PRESENCE
            case "lt" | "lte" | "gt" | "gte":
                return Kind.COMPARISON
            case "minute" | "hour" | "day" | "week" | "month" | "year":
                return Kind.TIME
            case "all" | "neq" | "cased":
                continue
            case _:
                return Kind.TEXT
    return Kind.TEXT


def _check(kind: Kind, previous: list[str], name: str, spelling: str, place: Span | None) -> None:
    if name in previous:
        raise problem("duplicate-modifier", f"the modifier {spelling!r} stands twice", span=place)
    if name in ("all", "neq"):
        if name == "all" and kind is Kind.PRESENCE:
            raise _illegal(kind, previous, name, spelling, place)
        return
    if name not in _ALLOWED[kind]:
        raise _illegal(kind, previous, name, spelling, place)
    for group in _ONE_OF_EACH:
        if name in group and any(other in group for other in previous):
            raise _illegal(kind, previous, name, spelling, place)
    acting = [other for other in previous if other not in ("all", "neq", "cased")]
    if not _in_order(kind, acting, name):
        raise _illegal(kind, previous, name, spelling, place)


def _in_order(kind: Kind, acting: list[str], name: str) -> bool:
    """Whether a modifier may follow those that have acted on the value before it."""
    match kind:
        case Kind.REGEX:
            return (name == "re") is (not acting)
        case Kind.FIELD:
            return name == "cased" or (name == "fieldref") is (not acting)
        case Kind.TIME:
            return (name in TIME_UNITS) is (not acting)
        case Kind.TEXT:
            encoded = any(other in UTF16 or other in BASE64 for other in acting)
            if name in BASE64:
                return not any(other in SHAPES for other in acting)
            if name in UTF16:
                return not any(other in BASE64 for other in acting)
            return not (name == "expand" and encoded)
        case _:
            return True


def _illegal(kind: Kind, previous: list[str], name: str, spelling: str, place: Span | None) -> Exception:
    if previous:
        message = f"the modifier {spelling!r} cannot follow {'|'.join(previous)!r}"
    elif name in REGEX_FLAGS:
        message = f"the modifier {spelling!r} must follow 're'"
    else:
        message = f"the modifier {spelling!r} does not go with the one that follows it"
    reason = "placeholder-in-regex" if (kind, name) == (Kind.REGEX, "expand") else "illegal-modifier-chain"
    return problem(reason, message, span=place, hint=_HINTS.get((kind, name)))


def _check_keyword(kind: Kind, names: list[str], written: list[str], places: list[Span | None]) -> None:
    """Keywords are looked for anywhere in an event, so a modifier that speaks of one value of a field has no sense."""
    for name, spelling, place in zip(names, written, places, strict=True):
        if kind not in (Kind.TEXT, Kind.REGEX) or name in ("startswith", "endswith"):
            raise problem(
                "keyword-modifier",
                f"the modifier {spelling!r} needs a field",
                span=place,
                hint="a keyword is looked for anywhere in the event",
            )
