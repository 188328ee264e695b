"""What a pattern uses: for lint, and for messages about what a target lacks."""

from __future__ import annotations

import re
from enum import Enum, unique

from isorule.diagnostics import IsoruleError
from isorule.ir.axes import RegexFlavor
from isorule.ir.matchers import Regex
from isorule.ir.regex.effort import effort
from isorule.ir.regex.parse import parse_regex


@unique
class Feature(Enum):
    """A part of regular expression syntax that not every engine has, or that people get wrong."""

    ANCHOR = "anchor"
    ATOMIC_GROUP = "atomic group"
    BACKREFERENCE = "back reference"
    CLASS_ESCAPE = "class escape"
    CONDITIONAL = "conditional group"
    INLINE_FLAG = "inline flag"
    LAZY_QUANTIFIER = "lazy quantifier"
    LOOKAROUND = "lookaround"
    LUCENE_OPERATOR = "Lucene operator"
    NAMED_GROUP = "named group"
    NON_CAPTURING_GROUP = "non-capturing group"
    POSIX_CLASS = "POSIX class"
    POSSESSIVE_QUANTIFIER = "possessive quantifier"
    RECURSION = "recursion"
    RUNAWAY = "runaway risk"
    UNICODE_PROPERTY = "Unicode property"
    WORD_BOUNDARY = "word boundary"


_CLASS = r"\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]"

_PCRE_TOKEN = re.compile(
    rf"""(?P<CLASS>{_CLASS})
    | (?P<BACKREFERENCE>\\[1-9] | \\[kg] | \(\?P=)
    | (?P<UNICODE_PROPERTY>\\[pP])
    | (?P<WORD_BOUNDARY>\\[bB])
    | (?P<CLASS_ESCAPE>\\[dDwWsShHvVNRX])
    | (?P<ANCHOR>\\[AzZG] | [\^$])
    | (?P<ESCAPE>\\.)
    | (?P<LOOKAROUND>\(\?<?[=!])
    | (?P<ATOMIC_GROUP>\(\?>)
    | (?P<CONDITIONAL>\(\?\()
    | (?P<RECURSION>\(\?(?:R|&|P>|[+-]?[0-9]))
    | (?P<NAMED_GROUP>\(\?P?<\w+>)
    | (?P<NON_CAPTURING_GROUP>\(\?:)
    | (?P<INLINE_FLAG>\(\?[A-Za-z-]+[:)])
    | (?P<QUANTIFIED>(?:[*+?]|\{{[0-9]+(?:,[0-9]*)?\}})(?P<SUFFIX>[?+]?))
    """,
    re.VERBOSE | re.DOTALL,
)

_LUCENE_TOKEN = re.compile(
    r"""(?P<CLASS>\[\^?(?:\\.|.)(?:\\.|[^\]\\])*\])
    | (?P<CLASS_ESCAPE>\\[dDwWsS])
    | (?P<ESCAPE>\\.)
    | (?P<LUCENE_OPERATOR>"[^"]*" | <[^>]*> | [~&@\#])
    """,
    re.VERBOSE | re.DOTALL,
)


def features(pattern: str, flavor: RegexFlavor) -> frozenset[Feature]:
    """What the pattern uses, also where it is refused by `parse_regex`.

    RUNAWAY says that a backtracking engine may need exponential time: known for patterns that can be read, and never
    said of LUCENE, which has no such engine.
    """
    found: set[Feature] = set()
    token = _LUCENE_TOKEN if flavor is RegexFlavor.LUCENE else _PCRE_TOKEN
    for match in token.finditer(pattern):
        found |= _of_token(match, flavor)
    if flavor is not RegexFlavor.LUCENE and _may_run_away(pattern, flavor):
        found.add(Feature.RUNAWAY)
    return frozenset(found)


def _of_token(match: re.Match[str], flavor: RegexFlavor) -> set[Feature]:
    groups = match.groupdict()
    if groups.get("CLASS") is not None:
        return _of_class(match[0], flavor)
    if groups.get("QUANTIFIED") is not None:
        suffixes = {"?": Feature.LAZY_QUANTIFIER, "+": Feature.POSSESSIVE_QUANTIFIER}
        return {suffixes[match["SUFFIX"]]} if match["SUFFIX"] else set()
    return {Feature[name] for name, text in groups.items() if text is not None and name in Feature.__members__}


def _of_class(text: str, flavor: RegexFlavor) -> set[Feature]:
    found = set()
    if re.search(r"(?<!\\)(?:\\\\)*\\[dDwWsS]", text):
        found.add(Feature.CLASS_ESCAPE)
    if flavor is not RegexFlavor.LUCENE:
        if "[:" in text[1:]:
            found.add(Feature.POSIX_CLASS)
        if re.search(r"(?<!\\)(?:\\\\)*\\[pP]", text):
            found.add(Feature.UNICODE_PROPERTY)
    return found


def _may_run_away(pattern: str, flavor: RegexFlavor) -> bool:
    try:
        tree = parse_regex(Regex(pattern, flavor))
    except IsoruleError:
        return False
    return effort(tree).exponential
