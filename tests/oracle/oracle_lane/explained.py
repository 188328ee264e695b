"""Differences with a reason, each told by a predicate of its own: the query and the event must both show its cause.

Every name here has a vector in `tests/vectors/oracle/explained.toml` that shows the difference on its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from isorule.ir.axes import Case, RegexFlavor
from isorule.ir.folding import fold
from isorule.ir.matchers import Complement, Equals, Like, Matcher, OneOf, Present, Range, Regex, Tokens
from isorule.ir.predicates import AnyField, Field, FieldGlob, Predicate, Test
from isorule.ir.schema import FieldSchema, FieldType
from isorule.ir.walk import walk
from oracle_lane.documents import flat_values
from oracle_lane.engine import Answer, Query, Refused

_STRICT = (FieldType.INTEGER, FieldType.DECIMAL, FieldType.BOOLEAN, FieldType.IP, FieldType.DATE, FieldType.DATE_NANOS)


@dataclass(frozen=True, slots=True)
class Pair:
    """A query and an event on which engine and evaluator differ."""

    predicate: Predicate
    event: Mapping[str, Any]
    schema: FieldSchema
    query: Query


def of_pair(pair: Pair, folding: str) -> str | None:
    """The name of the reason why the answers for a pair differ under a folding; None where there is none."""
    known = {**PAIRS, **ASCII_PAIRS} if folding == "ascii" else PAIRS
    return next((name for name, holds in known.items() if holds(pair)), None)


def of_refusal(predicate: Predicate | Refused, schema: FieldSchema, engine: Answer, ours: Answer) -> str | None:
    """The name of the reason why only one side answers a query; None where there is none."""
    if isinstance(predicate, Refused):
        return None
    return next((name for name, holds in REFUSALS.items() if holds(predicate, schema, engine, ours)), None)


def tests(predicate: Predicate) -> Iterator[tuple[Test, Matcher]]:
    """Every test with each of its alternatives."""
    for node in walk(predicate):
        if isinstance(node, Test):
            yield from ((node, option) for option in _options(node.matcher))


def _options(matcher: Matcher) -> Iterator[Matcher]:
    if isinstance(matcher, OneOf):
        for option in matcher.options:
            yield from _options(option)
    else:
        yield matcher


def _paths(test: Test, schema: FieldSchema) -> list[str]:
    """The fields of the schema that a test looks at."""
    match test.subject:
        case Field(path):
            return [path]
        case FieldGlob(pattern):
            expression = re.compile(".*".join(map(re.escape, pattern.split("*"))))
            return [path for path in schema.fields if expression.fullmatch(path)]
        case AnyField():
            return list(schema.fields)
        case _:
            return []


def _texts(event: Mapping[str, Any], path: str) -> list[str]:
    return [str(value) for value in flat_values(event, path)]


def _source(path: str, schema: FieldSchema) -> str:
    """The field that holds the values of a field or multi-field."""
    parent = path.rpartition(".")[0]
    is_multi = parent in schema and schema[parent].type not in (FieldType.OBJECT, FieldType.NESTED)
    return parent if path in schema and is_multi else path


def _lowered(text: str) -> str:
    """A text as Lucene's LowerCaseFilter leaves it: Java's `Character.toLowerCase`, code point by code point."""
    return "".join(character.lower()[0] for character in text)


def _lower_cased(pair: Pair) -> bool:
    """A lower-casing normalizer knows no simple folding: `ſ` stays, `İ` is `i`."""
    for test, matcher in tests(pair.predicate):
        for path in _paths(test, pair.schema):
            info = pair.schema[path]
            held = _texts(pair.event, _source(path, pair.schema)) if info.folded else []
            if held and any(_lowered(text) != fold(text) for text in (*held, _written(matcher))):
                return True
    return False


def _has_turkish_i(text: str) -> bool:
    return "İ" in text or "ı" in text


def _dotted_and_dotless_i(pair: Pair) -> bool:
    """`İ` in a pattern finds `i`, `ı` finds `I`, and not the other way round."""
    return any(
        isinstance(matcher, Equals | Like)
        and matcher.case is Case.INSENSITIVE
        and _has_turkish_i(_written(matcher))
        and any("i" in text.lower() for text in _texts(pair.event, path))
        for test, matcher in tests(pair.predicate)
        for path in _paths(test, pair.schema)
    )


def _written(matcher: Matcher) -> str:
    """The texts that a matcher holds."""
    match matcher:
        case Equals(value):
            return str(value)
        case Like(parts):
            return "".join(part for part in parts if isinstance(part, str))
        case Tokens(text):
            return text
        case Range(lower, upper):
            return " ".join(str(end.value) for end in (lower, upper) if end is not None)
        case Regex(pattern):
            return pattern
        case _:
            return ""


def _regexp_without_case(pair: Pair) -> bool:
    """Lucene 8 has no flag for letters outside of ASCII."""
    return any(
        isinstance(matcher, Regex)
        and matcher.case is Case.INSENSITIVE
        and any(
            not (text.isascii() and matcher.pattern.isascii())
            for path in _paths(test, pair.schema)
            for text in _texts(pair.event, path)
        )
        for test, matcher in tests(pair.predicate)
    )


def _classes_since_lucene_9(pair: Pair) -> bool:
    return any(
        isinstance(matcher, Regex)
        and matcher.flavor is RegexFlavor.LUCENE
        and re.search(r"\\[dDsSwW]", matcher.pattern) is not None
        and any(_texts(pair.event, path) for path in _paths(test, pair.schema))
        for test, matcher in tests(pair.predicate)
    )


def _ascii_folding(pair: Pair) -> bool:
    return any(
        isinstance(matcher, Equals | Like)
        and (matcher.case is Case.INSENSITIVE or pair.schema[path].folded)
        and any(not text.isascii() for text in (_written(matcher), *_texts(pair.event, path)))
        for test, matcher in tests(pair.predicate)
        for path in _paths(test, pair.schema)
    )


def _kibana_splits_wildcard(pair: Pair) -> bool:
    """Kibana leaves the blanks of a wildcard value to `query_string`, which parts it there."""
    patterns = re.findall(
        r'"query_string": \{"fields": \[[^\]]*\], "query": "((?:[^"\\]|\\.)*)"', json.dumps(pair.query)
    )
    has_blank = any(re.search(r"(?<!\\)\s", json.loads(f'"{pattern}"')) for pattern in patterns)
    return has_blank and _has_mapped_pattern(pair, r"\s")


def _has_mapped_pattern(pair: Pair, sign: str) -> bool:
    """Whether the texts of a wildcard value hold such a sign, and the event holds a value to compare with it."""
    return any(
        isinstance(matcher, Like)
        and matcher.case is Case.MAPPED
        and re.search(sign, _written(matcher)) is not None
        and any(_texts(pair.event, _source(path, pair.schema)) for path in _paths(test, pair.schema))
        for test, matcher in tests(pair.predicate)
    )


def _kibana_keyword_wildcard(pair: Pair) -> bool:
    """Kibana before 8.12.1 gives the text of a wildcard on a keyword to `wildcard` without escapes."""
    return '{"wildcard": {' in json.dumps(pair.query) and _has_mapped_pattern(pair, r"[\\*?]")


def _value_of_another_type(predicate: Predicate, schema: FieldSchema, engine: Answer, _: Answer) -> bool:
    """Elasticsearch refuses a value that the type of its field cannot read; the evaluator finds it nowhere."""
    return isinstance(engine, Refused) and any(
        isinstance(matcher, Equals | Tokens | Range | Like | Regex)
        and not isinstance(test.subject, AnyField)
        and any(schema[path].type in _STRICT for path in _paths(test, schema))
        for test, matcher in tests(predicate)
    )


def _null_value(predicate: Predicate, _: FieldSchema, engine: Answer, __: Answer) -> bool:
    return isinstance(engine, Refused) and any(
        isinstance(matcher, Complement) and isinstance(matcher.matcher, Present) for _, matcher in tests(predicate)
    )


def _nested_by_pattern(pair: Pair) -> bool:
    """Kibana puts nested fields that a pattern names into nested queries; a pattern left to Elasticsearch is not."""
    nested = tuple(f"{path}." for path in pair.schema.nested_paths())
    return any(
        isinstance(test.subject, FieldGlob)
        and any(path.startswith(nested) and flat_values(pair.event, path) for path in _paths(test, pair.schema))
        for test, _ in tests(pair.predicate)
    )


def _too_complex(_: Predicate, __: FieldSchema, engine: Answer, ___: Answer) -> bool:
    """More states than Elasticsearch allows; the evaluator has other limits."""
    return isinstance(engine, Refused) and engine.why.startswith("Determinizing ")


def _empty_expression_without_case(predicate: Predicate, _: FieldSchema, __: Answer, ours: Answer) -> bool:
    return ours == Refused("regex-lucene-empty") and any(
        isinstance(matcher, Regex) and matcher.case is Case.INSENSITIVE for _, matcher in tests(predicate)
    )


PAIRS: dict[str, Callable[[Pair], bool]] = {
    "lower-cased": _lower_cased,
    "dotted-and-dotless-i": _dotted_and_dotless_i,
    "regexp-without-case": _regexp_without_case,
    "classes-since-lucene-9": _classes_since_lucene_9,
    "kibana-splits-wildcard": _kibana_splits_wildcard,
    "kibana-keyword-wildcard": _kibana_keyword_wildcard,
    "nested-by-pattern": _nested_by_pattern,
}

ASCII_PAIRS: dict[str, Callable[[Pair], bool]] = {"ascii-folding": _ascii_folding}
"""What else differs where the engine folds ASCII letters only, as Elasticsearch 7 and 8 do."""

REFUSALS: dict[str, Callable[[Predicate, FieldSchema, Answer, Answer], bool]] = {
    "value-of-another-type": _value_of_another_type,
    "too-complex": _too_complex,
    "null-value": _null_value,
    "empty-expression-without-case": _empty_expression_without_case,
}
