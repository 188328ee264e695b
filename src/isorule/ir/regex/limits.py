"""How large a pattern may be, and the errors that all readers of patterns raise."""

from __future__ import annotations

from isorule.diagnostics import Diagnostic, ParseError, Severity, UnsupportedError
from isorule.ir.losses import refusal
from isorule.ir.regex.tree import Repeat, Tree, size
from isorule.source import Span

MAX_NESTING = 30
"""Groups inside groups. A group is up to six trees deep, and what walks trees recurses with them."""

MAX_STACKED = 2
"""Quantifiers on one atom, as in `a{2}{3}`."""

MAX_COUNT = 10_000
"""The greatest count of a quantifier."""

MAX_SIZE = 50_000
"""Characters of a pattern whose counted repetitions are written out."""


def syntax_error(name: str, message: str, span: Span, hint: str | None = None) -> ParseError:
    """The error for a pattern that its flavor does not allow; the span lies within the pattern."""
    return ParseError(Diagnostic("REGEX", name, Severity.ERROR, message, hint=hint, span=span))


def too_deep(span: Span) -> UnsupportedError:
    """The error for a group inside too many others."""
    return refusal("regex-too-deep", f"the pattern nests more than {MAX_NESTING} groups", span=span)


def repeat(body: Tree, least: int, most: int | None, span: Span) -> Repeat:
    """A repetition; raises ParseError for counts that run backwards, UnsupportedError beyond the limits."""
    if most is not None and most < least:
        raise syntax_error("regex-repeat-range", f"the repetition runs backwards: {least} is more than {most}", span)
    if max(least, most or 0) > MAX_COUNT:
        raise refusal("regex-too-large", f"a repetition count is over {MAX_COUNT}", span=span)
    repeated = Repeat(body, least, most)
    if size(repeated) > MAX_SIZE:
        raise refusal("regex-too-large", f"the repetitions stand for more than {MAX_SIZE} characters", span=span)
    return repeated
