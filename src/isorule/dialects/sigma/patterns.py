r"""Sigma's text values: `*` and `?` are wildcards, and a backslash takes them at their word.

https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md#escaping:
`\*` and `\?` are the plain characters, `\\` is one backslash, and a backslash before anything else is itself. In a
value with the modifier `expand`, `%name%` is a placeholder and `\%` a plain percent sign (section "Placeholders").
"""

from __future__ import annotations

import re
from typing import Final

from isorule.ir.matchers import LikePart, Placeholder, Wildcard

_WILDCARDS: Final = {"*": Wildcard.RUN, "?": Wildcard.ONE}
_SPECIAL = re.compile(r"[\\*?]")
_SPECIAL_EXPANDED = re.compile(r"[\\*?%]")
_PLACEHOLDER = re.compile(r"%([^%\\*?]+)%")
_BACKSLASHES = re.compile(r"\\+")


def read_text(value: str, *, expand: bool = False) -> tuple[LikePart, ...]:
    """The parts of a text value; texts that stand side by side are joined, and an empty value has no parts.

    `expand` tells that the value has the modifier of that name.
    """
    special = _SPECIAL_EXPANDED if expand else _SPECIAL
    if not special.search(value):
        return (value,) if value else ()
    escapable = r"\*?%" if expand else r"\*?"
    parts: list[LikePart] = []
    plain: list[str] = []
    at = 0

    def close(part: LikePart) -> None:
        if text := "".join(plain):
            parts.append(text)
        plain.clear()
        parts.append(part)

    while found := special.search(value, at):
        plain.append(value[at : found.start()])
        at = found.end()
        character = found[0]
        if character in _WILDCARDS:
            close(_WILDCARDS[character])
        elif character == "%":
            placeholder = _PLACEHOLDER.match(value, found.start())
            if placeholder:
                close(Placeholder(placeholder[1]))
                at = placeholder.end()
            else:
                plain.append("%")
        elif at < len(value) and value[at] in escapable:
            plain.append(value[at])
            at += 1
        else:
            plain.append("\\")
    plain.append(value[at:])
    rest = "".join(plain)
    return (*parts, rest) if rest else tuple(parts)


def write_text(parts: tuple[LikePart, ...]) -> str:
    r"""The text value for parts, with as few backslashes as the specification recommends.

    A single backslash stays single; two and more are doubled (`\\\\` is the plain value `\\`), as is any backslash
    before a wildcard, a placeholder or an escaped character. Where there is a placeholder, the value is one for
    `expand`, and percent signs are escaped.
    """
    expand = any(isinstance(part, Placeholder) for part in parts)
    out: list[str] = []
    for index, part in enumerate(parts):
        match part:
            case Wildcard():
                out.append(part.value)
            case Placeholder(name):
                out.append(f"%{name}%")
            case str():
                out.append(_escaped(part, before_text_end=index == len(parts) - 1, expand=expand))
    return "".join(out)


def is_placeholder_name(name: str) -> bool:
    """Whether a name can stand between percent signs."""
    return _PLACEHOLDER.fullmatch(f"%{name}%") is not None


def _escaped(text: str, *, before_text_end: bool, expand: bool) -> str:
    """A plain text as part of a value; `before_text_end` where no wildcard or placeholder follows it."""
    special = "*?%" if expand else "*?"

    def double(found: re.Match[str]) -> str:
        run = found[0]
        at_end = found.end() == len(text)
        followed = not before_text_end if at_end else text[found.end()] in special
        return run * 2 if followed or len(run) > 1 else run

    doubled = _BACKSLASHES.sub(double, text)
    return re.sub(f"[{re.escape(special)}]", r"\\\g<0>", doubled)
