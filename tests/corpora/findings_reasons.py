"""Why a query that pySigma's Elasticsearch backend writes does not mean what its Sigma rule means.

A reason for a difference is a repair of the query as it was read: it explains a witness if the repaired query, and no
smaller repair, gives the rule's answer. A reason for an unreadable query is the name of the diagnostic. Every reason
has a small rule of our own that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.matchers import Equals, InNetwork, Like, Matcher, Regex, Tokens
from isorule.ir.predicates import Predicate
from isorule.ir.walk import rewrite_leaves, rewrite_matchers

Repair = Callable[[Matcher], Matcher]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason by name, what it is in a sentence or two, and the `detection` of a rule that shows it, as YAML.

    `target` is the backend that the example is for, `plain` asks for plain keyword fields.
    """

    name: str
    text: str
    target: str
    example: str
    plain: bool = False


def _searched(matcher: Matcher) -> Matcher:
    return replace(matcher, anchored=False) if isinstance(matcher, Regex) else matcher


def _cased(matcher: Matcher) -> Matcher:
    return replace(matcher, case=Case.SENSITIVE) if isinstance(matcher, Regex) else matcher


def _own_syntax(matcher: Matcher) -> Matcher:
    return replace(matcher, flavor=RegexFlavor.SIGMA, dotall=False) if isinstance(matcher, Regex) else matcher


def _folded(matcher: Matcher) -> Matcher:
    match matcher:
        case Like(case=Case.MAPPED) | Equals(value=str(), case=Case.MAPPED):
            return replace(matcher, case=Case.INSENSITIVE)
        case Tokens(text):
            return Equals(text, Case.INSENSITIVE)
        case _:
            return matcher


def _network(matcher: Matcher) -> Matcher:
    match matcher:
        case Tokens(text) if "/" in text:
            return InNetwork((text,))
        case _:
            return matcher


REPAIRS: dict[str, Repair] = {
    "letter-case": _folded,
    "regex-whole-value": _searched,
    "regex-letter-case": _cased,
    "regex-syntax": _own_syntax,
    "network-as-text": _network,
}


def repaired(predicate: Predicate) -> Iterator[tuple[tuple[str, ...], Predicate]]:
    """The predicate after every repair, then after every two of them and so on, with their names."""
    for count in range(1, len(REPAIRS) + 1):
        for names in combinations(REPAIRS, count):
            yield names, _after(predicate, names)


def _after(predicate: Predicate, names: tuple[str, ...]) -> Predicate:
    for name in names:
        predicate = rewrite_leaves(
            predicate,
            lambda test, _, repair=REPAIRS[name]: replace(test, matcher=rewrite_matchers(test.matcher, repair)),
        )
    return predicate


NOT_READ: dict[str, str] = {
    "not-a-string": "colon-with-number",
    "not-a-condition": "keywords-as-condition",
    "not-a-number": "field-with-dash",
    "bad-escape": "escape-in-string",
    "unexpected-character": "regex-quote",
    "unterminated-string": "regex-quote",
}
"""The reason for each diagnostic of an EQL query that cannot be read."""

REASONS = (
    Reason(
        "letter-case",
        "On a keyword field without a lower-casing normalizer Lucene compares letter case; a Sigma value ignores it.",
        "lucene",
        r"{sel: {Image|endswith: '\tool.exe'}, condition: sel}",
        plain=True,
    ),
    Reason(
        "colon-with-number",
        "A number stands after `:`, which Elasticsearch's EQL allows between a field and a text only; `==` would do.",
        "eql",
        "{sel: {EventID: 4242}, condition: sel}",
    ),
    Reason(
        "field-with-dash",
        "A field name with a dash is not put in backticks, so that EQL reads a subtraction.",
        "eql",
        "{sel: {cs-method: TRACE}, condition: sel}",
    ),
    Reason(
        "keywords-as-condition",
        "A keyword becomes a bare text, which is no condition in EQL.",
        "eql",
        "{keywords: [frobnicate], condition: keywords}",
    ),
    Reason(
        "regex-whole-value",
        "A Sigma expression is searched for in the value; EQL and Lucene match it against the whole value, and the "
        "backend adds no `.*`.",
        "lucene",
        "{sel: {CommandLine|re: 'ab+c'}, condition: sel}",
    ),
    Reason(
        "regex-syntax",
        "The expression is handed over as it is: `^`, `$`, `(?i)`, lookarounds and lazy quantifiers mean nothing, or "
        "plain characters, in Lucene's syntax, and its `.` also matches a line break.",
        "lucene",
        "{sel: {CommandLine|re: '^ab+c$'}, condition: sel}",
    ),
    Reason(
        "regex-letter-case",
        "A Sigma expression compares letter case; `regex~` and a field with a lower-casing normalizer do not.",
        "eql",
        "{sel: {CommandLine|re: '.*ab+c.*'}, condition: sel}",
    ),
    Reason(
        "escape-in-string",
        "A literal `*` or `?` of a value, and every `/` of an expression, gets a backslash before it. An EQL string "
        "knows no such escapes, and its patterns know none at all.",
        "eql",
        r"{sel: {CommandLine|contains: 'a\?b'}, condition: sel}",
    ),
    Reason(
        "regex-quote",
        "A quotation mark in the expression ends the EQL string.",
        "eql",
        "{sel: {CommandLine|re: 'say \"'}, condition: sel}",
    ),
    Reason(
        "regex-refused",
        "Characters that Lucene's syntax keeps for itself (`\"`, `<`, `#`, `&`, `~`, `@`) stand unescaped, and the "
        "engine refuses the expression (or, where it is lenient, as with the default field `*`, finds nothing).",
        "lucene",
        "{sel: {CommandLine|re: 'a<b'}, condition: sel}",
    ),
    Reason(
        "network-as-text",
        "A network of addresses is asked for as a text, which finds the addresses in it on fields of type ip only.",
        "lucene",
        "{net: {SourceIp|cidr: fe80::/10}, none: {SourceIp: '-'}, condition: net or none}",
        plain=True,
    ),
)
