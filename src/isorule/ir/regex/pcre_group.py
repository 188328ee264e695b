"""What follows `(` in the Perl-like flavors: groups, inline flags, and much that is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, unique

from isorule.diagnostics import UnsupportedError
from isorule.ir.axes import RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.regex.limits import syntax_error
from isorule.source import Span


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags `i`, `s` and `m` at one place of a pattern."""

    insensitive: bool = False
    dotall: bool = False
    multiline: bool = False


@unique
class Opening(Enum):
    """What begins at a `(`."""

    GROUP = "group"
    FLAGS = "flags"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class GroupStart:
    """What begins at a `(`, the flags inside, and the offset after what opens it."""

    kind: Opening
    flags: Flags
    end: int


_NAME = re.compile(r"\(\?(P?)<([A-Za-z_]\w*)>", re.ASCII)
_FLAGS = re.compile(r"\(\?([A-Za-z]*)(?:-([A-Za-z]*))?([:)])")

_REFUSED = (
    ("(?=", "regex-lookaround", "a lookahead"),
    ("(?!", "regex-lookaround", "a negative lookahead"),
    ("(?<=", "regex-lookaround", "a lookbehind"),
    ("(?<!", "regex-lookaround", "a negative lookbehind"),
    ("(?>", "regex-atomic-group", "an atomic group"),
    ("(?|", "regex-branch-reset", "a branch reset group"),
    ("(?(", "regex-conditional", "a conditional group"),
    ("(?P=", "regex-backreference", "a back reference"),
    ("(?P>", "regex-recursion", "a call of a group"),
    ("(?&", "regex-recursion", "a call of a group"),
    ("(?R", "regex-recursion", "a recursion"),
    ("(?C", "regex-callout", "a callout"),
    ("(*", "regex-verb", "a verb"),
)


def read_opening(text: str, start: int, flavor: RegexFlavor, flags: Flags) -> GroupStart:
    """What begins at the `(` at offset `start`.

    Raises UnsupportedError for groups that no regular language has, ParseError for what no flavor allows.
    """
    if text.startswith("(*", start) and flavor is not RegexFlavor.SIGMA:
        raise syntax_error("regex-nothing-to-repeat", "`*` has nothing to repeat", Span(start + 1, start + 2))
    if not text.startswith(("(?", "(*"), start):
        return GroupStart(Opening.GROUP, flags, start + 1)
    for prefix, reason, what in _REFUSED:
        if text.startswith(prefix, start):
            raise _refused(reason, what, start, prefix)
    if text.startswith("(?#", start) and flavor is not RegexFlavor.RE2:
        end = text.find(")", start)
        if end < 0:
            raise syntax_error("regex-unterminated", "expected `)` to end this comment", Span(start, len(text)))
        return GroupStart(Opening.COMMENT, flags, end + 1)
    named = _NAME.match(text, start)
    if named and (named[1] or flavor is not RegexFlavor.PYTHON):
        return GroupStart(Opening.GROUP, flags, named.end())
    return _inline_flags(text, start, flavor, flags)


def _inline_flags(text: str, start: int, flavor: RegexFlavor, flags: Flags) -> GroupStart:
    found = _FLAGS.match(text, start)
    if found is None:
        if re.compile(r"\(\?[+-]?[0-9]").match(text, start):
            raise _refused("regex-recursion", "a call of a group", start, text[start : start + 3])
        message = "expected a group after `(?`, such as `(?:` or `(?i)`"
        raise syntax_error("regex-group", message, Span(start, min(start + 3, len(text))))
    span = Span(start, found.end())
    on, off, closer = found[1], found[2] or "", found[3]
    if flavor is RegexFlavor.PYTHON and closer == ")" and (start > 0 or off):
        raise syntax_error("regex-group", "Python wants inline flags at the start of the pattern", span)
    for letter in on:
        flags = _with(flags, letter, True, flavor, span)
    for letter in off:
        flags = _with(flags, letter, False, flavor, span)
    return GroupStart(Opening.GROUP if closer == ":" else Opening.FLAGS, flags, found.end())


def _with(flags: Flags, letter: str, value: bool, flavor: RegexFlavor, span: Span) -> Flags:
    match letter:
        case "i":
            return replace(flags, insensitive=value)
        case "s":
            return replace(flags, dotall=value)
        case "m":
            return replace(flags, multiline=value)
        case "U" if flavor is RegexFlavor.RE2:
            return flags
        case "a" if flavor is RegexFlavor.PYTHON and value:
            return flags
        case "x":
            raise refusal("regex-extended-mode", "the flag `x` (spaces do not count) is not read", span=span)
        case _:
            raise refusal("regex-flag", f"the inline flag `{letter}` is not read", span=span)


def _refused(reason: str, what: str, start: int, prefix: str) -> UnsupportedError:
    message = f"{what} (`{prefix}`) is more than a regular expression can say in every engine"
    return refusal(reason, message, span=Span(start, start + len(prefix)))
