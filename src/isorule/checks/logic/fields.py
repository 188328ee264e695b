"""Fields: names that are misspelt, and values that are not of the type of their field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import cache
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, Finding
from isorule.checks.detection import CheckedDetection, Condition
from isorule.checks.logic.written import path_of, place_of, values
from isorule.diagnostics import Diagnostic, Severity
from isorule.dialects.eql.types import FieldTypes
from isorule.dialects.eql.verify import verify_fields
from isorule.ir.detections import Aggregate, NewTerms, Sample, Sequence
from isorule.ir.matchers import Equals, Indexed, Matcher, Near, Range, Scalar, Tokens
from isorule.ir.predicates import Call, Field, Operand, Test
from isorule.ir.schema import FieldType
from isorule.mappings import ecs_schema
from isorule.source import Span

_ELASTIC_ONLY: Final = frozenset({ELASTIC})
_TEXT_TROUBLES: Final = frozenset({"inexact-field"})
_LIKENESS: Final = 0.85
"""How like (as `difflib` counts) a name of the schema must be to one that is not there to be what was meant."""


class FieldMisspelled:
    """A field that is the misspelling of a known one.

    ## What it does
    Looks for field names that neither ECS nor the published rules know, while a name below the same ECS field set
    differs by a letter or two. Names of other data (integrations, custom fields) are passed over.

    ## Why
    A field that no event has never matches, and a negated one always does. Kibana runs such a rule without a word.

    ## Example
    ```eql
    process where process.parent.excutable == "/usr/bin/nmap"
    ```

    ## Use instead
    ```eql
    process where process.parent.executable == "/usr/bin/nmap"
    ```

    ## Fix
    None. The name may be that of a field of one's own.

    ## References
    - https://www.elastic.co/docs/reference/ecs
    """

    about: ClassVar = About("FIELD001", "field-misspelled", Severity.WARNING, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each misspelt name, at its first place."""
        seen: set[str] = set()
        for condition, test, _ in detection.leaves():
            for path in _paths(test.subject):
                near = None if path in seen else _misspelt(path)
                seen.add(path)
                if near is not None:
                    yield _named(condition.span(_name_span(condition, test, path)), detection, path, near)
        for path in _keys(detection):
            near = None if path in seen else _misspelt(path)
            seen.add(path)
            if near is not None:
                yield _named(None, detection, path, near)


def _named(place: Span | None, detection: CheckedDetection, path: str, near: str) -> Finding:
    return Finding(place or detection.span(None), f"there is no field `{path}` in ECS", f"did you mean `{near}`?")


def _name_span(condition: Condition, test: Test, path: str) -> Span | None:
    """The place of a name in its test."""
    if condition.text is None or test.span is None:
        return test.span
    at = condition.text.text.find(path, test.span.start, test.span.end)
    return test.span if at < 0 else Span(at, at + len(path))


def _paths(subject: object) -> Iterator[str]:
    match subject:
        case Field(path):
            yield path
        case Call(_, arguments):
            for argument in arguments:
                yield from _paths(argument)


def _keys(detection: CheckedDetection) -> Iterator[str]:
    """The fields that a detection groups or joins by."""
    match detection.detection:
        case Sequence(stages, by) | Sample(stages, by):
            yield from (key.path for key in by)
            yield from (key.path for stage in stages for key in stage.by)
        case Aggregate(_, by, _, having):
            yield from by
            yield from (path for item in having for path in item.measure.fields)
        case NewTerms(_, fields):
            yield from fields


@cache
def _field_sets() -> Mapping[str, tuple[str, ...]]:
    """The known names by their first part, for parts that have many."""
    found: dict[str, list[str]] = {}
    for path in ecs_schema().fields:
        found.setdefault(path.partition(".")[0], []).append(path)
    return {first: tuple(paths) for first, paths in found.items() if len(paths) >= 5}


@cache
def _misspelt(path: str) -> str | None:
    """The known name that a name is a misspelling of."""
    schema = ecs_schema()
    if path in schema or ".Ext." in path or "." not in path:
        return None
    first, _, rest = path.partition(".")
    known = _field_sets().get(first, ())
    if not known:
        near = (f"{other}.{rest}" for other in _field_sets() if len(other) > 3 and _one_letter(first, other))
        return next((other for other in near if other in schema), None)
    if any(other.startswith(f"{path}.") for other in known) or any(path.startswith(f"{other}.") for other in known):
        return None
    best, likeness = None, _LIKENESS
    for other in known:
        if abs(len(other) - len(path)) > 2 or other.count(".") != path.count("."):
            continue
        found = SequenceMatcher(None, path, other)
        if found.real_quick_ratio() > likeness and (ratio := found.ratio()) > likeness:
            best, likeness = other, ratio
    return best if best is not None and _is_slip(path, best) else None


def _is_slip(path: str, other: str) -> bool:
    """Whether one part alone differs, by a letter left out, put in or swapped, and by no number."""
    differing = [(a, b) for a, b in zip(path.split("."), other.split("."), strict=True) if a != b]
    if len(differing) != 1:
        return False
    (mine, theirs) = differing[0]
    if mine.strip("0123456789") == theirs.strip("0123456789") or min(len(mine), len(theirs)) < 4:
        return False
    return sorted(mine.lower()) == sorted(theirs.lower()) or _one_letter(mine, theirs)


def _one_letter(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    rest = at + (len(short) == len(long))
    return short[rest:] == long[at + 1 :]


def _verified(detection: CheckedDetection) -> list[Diagnostic]:
    """What Elasticsearch would refuse of an EQL query under the types of ECS."""
    category = detection.rule.data_source.category_field
    return verify_fields(detection.detection, ecs_schema(), category_field=category, types=_types(category))


@cache
def _types(category_field: str) -> FieldTypes:
    return FieldTypes(ecs_schema(), category_field)


class WrongFieldType:
    """A value or an operator that does not go with the type of its field.

    ## What it does
    Compares the values of EQL and kuery queries with the types of ECS fields: texts on numbers, addresses, dates and
    Booleans, functions and operators on fields of other types, fields that are objects.

    ## Why
    Elasticsearch refuses such a query, or a shard fails while it runs; the rule then finds nothing and says so only in
    its execution log.

    ## Example
    ```kuery
    event.category:network and destination.port:https
    ```

    ## Use instead
    ```kuery
    event.category:network and destination.port:443
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/ecs
    - https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/field-data-types
    """

    about: ClassVar = About("FIELD002", "field-type", Severity.ERROR, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such value or comparison."""
        if detection.language == "eql":
            for item in detection.once(_verified):
                if item.name not in _TEXT_TROUBLES:
                    yield Finding(detection.span(item.span), item.message, item.hint)
        elif detection.language in ("kuery", "lucene"):
            yield from _unreadable(detection)


def _unreadable(detection: CheckedDetection) -> Iterator[Finding]:
    types = _types(detection.rule.data_source.category_field)
    for condition, test, _ in detection.leaves():
        path = path_of(test.subject)
        if path is None or path not in ecs_schema() or ecs_schema().type_of(path) in _ANY_TEXT:
            continue
        for value in values(test.matcher):
            for scalar in _scalars(value):
                trouble = types.unreadable(path, scalar, ordered=isinstance(value, Range))
                place = condition.span(place_of(value))
                if trouble is not None and place is not None:
                    yield Finding(place, trouble.message, trouble.hint)


_ANY_TEXT: Final = frozenset({FieldType.KEYWORD, FieldType.TEXT, FieldType.DATE, FieldType.DATE_NANOS})


def _scalars(value: Matcher) -> tuple[Scalar, ...]:
    match value:
        case Equals(scalar) | Indexed(Equals(scalar)):
            return (scalar,)
        case Tokens(text) | Near(text):
            return (text,)
        case Range(lower, upper):
            return tuple(bound.value for bound in (lower, upper) if bound is not None)
        case _:
            return ()


class TextField:
    """A full text field in EQL.

    ## What it does
    Finds fields that ECS, or the data that published rules use, has as `text`, in EQL queries.

    ## Why
    Elasticsearch EQL compares whole values, which the index of a text field does not hold: it refuses the query, unless
    the field has a keyword sub-field.

    ## Example
    ```eql
    process where message == "segmentation fault"
    ```

    ## Use instead
    ```eql
    process where event.original == "segmentation fault"
    ```

    ## Fix
    None. Another field, or a kuery rule, may do.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-limitations
    """

    about: ClassVar = About("FIELD003", "eql-text-field", Severity.ERROR, _ELASTIC_ONLY)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each use of such a field."""
        if detection.language == "eql":
            for item in detection.once(_verified):
                if item.name in _TEXT_TROUBLES:
                    yield Finding(detection.span(item.span), item.message, item.hint)


class NegatedOptional:
    """A negation on an optional field.

    ## What it does
    Finds tests of optional fields (`?field`) under `not`, and with `!=`, in EQL. Runs only where it is selected.

    ## Why
    An event without the field passes the negation; where no index has the field at all, Elasticsearch takes it for null
    and the whole comparison with it. The rule depends on the mapping of the day.

    ## Example
    ```eql
    process where process.name == "nmap" and not ?process.parent.name == "cron"
    ```

    ## Use instead
    ```eql
    process where process.name == "nmap" and not process.parent.name == "cron"
    ```

    ## Fix
    None. Whether the field is there is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-optional-fields
    """

    about: ClassVar = About("FIELD004", "negated-optional", Severity.INFO, _ELASTIC_ONLY, enabled=False)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such test."""
        for condition, test, polarity in detection.leaves():
            place = condition.span(test.span)
            if place is not None and polarity.value == "negative" and _is_optional(test.subject):
                yield Finding(place, "a negation on a field that may be missing: such events pass it")


class NegatedList:
    """A negation on a field that holds lists.

    ## What it does
    Finds negated tests of fields that hold several values by ECS (`process.args`, `event.type` …). Runs only where it
    is selected.

    ## Why
    `not process.args == "-x"` is met where no value is `-x`; it is not met by "some value is another one". Who reads it
    so misses events.

    ## Example
    ```eql
    process where process.name == "nmap" and process.args != "-sT"
    ```

    ## Use instead
    ```eql
    process where process.name == "nmap" and process.args == "-sS"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-syntax-limitations
    """

    about: ClassVar = About("FIELD005", "negated-list", Severity.INFO, _ELASTIC_ONLY, enabled=False)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each such test."""
        for condition, test, polarity in detection.leaves():
            path = path_of(test.subject)
            place = condition.span(test.span)
            if path is not None and place is not None and polarity.value == "negative" and ecs_schema()[path].many:
                yield Finding(place, f"`{path}` may have several values: the negation holds where none of them matches")


def _is_optional(subject: Operand | object) -> bool:
    match subject:
        case Field():
            return subject.optional
        case Call(_, arguments):
            return any(map(_is_optional, arguments))
        case _:
            return False


CHECKS: Final = (FieldMisspelled, WrongFieldType, TextField, NegatedOptional, NegatedList)
