"""From a matcher to its tree: one entry for all flavors."""

from __future__ import annotations

from typing import assert_never

from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.losses import refusal
from isorule.ir.matchers import Regex
from isorule.ir.regex.limits import MAX_SIZE
from isorule.ir.regex.lucene import parse_lucene
from isorule.ir.regex.pcre import parse_pcre
from isorule.ir.regex.pcre_group import Flags
from isorule.ir.regex.tree import Tree, size
from isorule.source import Span


def parse_regex(matcher: Regex) -> Tree:
    """The tree of the matcher's pattern, as near to its text as a tree is: order kept, nothing simplified.

    Letter case is applied: what ignores case is a folded literal or a set with all variants. Anchoring is not
    (`normal.language` does that): the tree describes the whole value where `anchored`, else a part of it.

    Raises ParseError for a pattern that its flavor does not allow, and UnsupportedError, with a reason code, for what
    is beyond regular languages, means different things in different engines, or is too large. Spans count code
    points of `matcher.pattern`. Case.MAPPED is refused: `ir.resolve` replaces it.
    """
    if matcher.case is Case.MAPPED:
        raise refusal("regex-case-unresolved", "the letter case of this pattern depends on the field's type")
    insensitive = matcher.case is Case.INSENSITIVE
    match matcher.flavor:
        case RegexFlavor.LUCENE:
            tree = parse_lucene(matcher.pattern, insensitive=insensitive)
        case RegexFlavor.SIGMA | RegexFlavor.RE2 | RegexFlavor.PYTHON:
            flags = Flags(insensitive, matcher.dotall, matcher.multiline)
            tree = parse_pcre(matcher.pattern, matcher.flavor, flags)
        case _:
            assert_never(matcher.flavor)
    if size(tree) > MAX_SIZE:
        span = Span(0, len(matcher.pattern))
        raise refusal("regex-too-large", f"the pattern stands for more than {MAX_SIZE} characters", span=span)
    return tree
