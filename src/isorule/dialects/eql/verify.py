"""What Elasticsearch EQL refuses of a query once it knows the fields.

The rules are those of its verifier (https://github.com/elastic/elasticsearch/tree/8.19/x-pack/plugin/eql: `Verifier`,
`AnalysisUtils`, the `resolveType` of each function, tests `VerifierTests` and `QueryTranslatorFailTests`); a value that
a shard cannot read as the type of its field is reported, too, since the search fails. Vectors with the source of each
rule: tests/vectors/eql/fields.toml.

Not seen, because a detection does not keep it: `f in ("x")` and `f like "x"` with one plain text are `f == "x"`, which
Elasticsearch takes more freely; types that EQL does not read at all (`geo_point`, ranges), which a schema has as
`keyword`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from isorule.diagnostics import Diagnostic, Severity
from isorule.dialects.eql.errors import CODES
from isorule.dialects.eql.types import Family, FieldTypes, Trouble, family_of_value
from isorule.ir.axes import Case, Relation
from isorule.ir.detections import Detection, Sample, Sequence, Stage
from isorule.ir.matchers import (
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Regex,
    Scalar,
    Tokens,
)
from isorule.ir.predicates import AnyField, Call, EventCategory, Field, FieldGlob, Literal, Operand, Test
from isorule.ir.schema import FieldSchema, FieldType
from isorule.ir.walk import leaves, predicates
from isorule.source import Span

_STRING, _NUMBER, _BOOLEAN = Family.STRING, Family.NUMBER, Family.BOOLEAN
_PARAMETERS: dict[str, tuple[Family | None, ...]] = {
    "add": (_NUMBER, _NUMBER),
    "subtract": (_NUMBER, _NUMBER),
    "multiply": (_NUMBER, _NUMBER),
    "divide": (_NUMBER, _NUMBER),
    "modulo": (_NUMBER, _NUMBER),
    "negate": (_NUMBER,),
    "between": (_STRING, _STRING, _STRING, _BOOLEAN),
    "cidrMatch": (Family.IP, _STRING),
    "endsWith": (_STRING, _STRING),
    "indexOf": (_STRING, _STRING, _NUMBER),
    "length": (_STRING,),
    "like": (_STRING, _STRING),
    "number": (_STRING, _NUMBER),
    "regex": (_STRING, _STRING),
    "startsWith": (_STRING, _STRING),
    "stringContains": (_STRING, _STRING),
    "substring": (_STRING, _NUMBER, _NUMBER),
    "and": (_BOOLEAN,),
    "or": (_BOOLEAN,),
    "not": (_BOOLEAN,),
}
"""What the parameters of functions take; the last one stands for all that follow, other functions take any value."""

_WHOLE = {("number", 1), ("substring", 1), ("substring", 2)}
"""Parameters that take whole numbers only."""

_COMPARISONS = frozenset(("eq", "neq", "lt", "lte", "gt", "gte"))


def verify_fields(
    detection: Detection,
    schema: FieldSchema,
    *,
    category_field: str = "event.category",
    timestamp_field: str = "@timestamp",
    tiebreaker_field: str | None = None,
    types: FieldTypes | None = None,
) -> list[Diagnostic]:
    """What Elasticsearch refuses of a detection that was read from EQL, given the types of the fields.

    A field that a closed schema does not list is unknown, unless it is optional (`?field`); one that an open schema
    does not list may exist and be of any type. Diagnostics come in the order of the query; the span of each is that
    of the comparison, of the value or of the clause that it is about, None where the detection has none. `types` is
    what the schema and the category field give, for callers that verify many detections.
    """
    types = types or FieldTypes(schema, category_field)
    roles = _roles(detection, types, timestamp_field, tiebreaker_field)
    found = [*roles, *(item for test in _tests(detection) for item in _Leaf(types, test).diagnostics())]
    return list(dict.fromkeys([*found, *_keys(detection, types)]))


def _diagnostic(trouble: Trouble, span: Span | None) -> Diagnostic:
    return Diagnostic(CODES[trouble.name], trouble.name, Severity.ERROR, trouble.message, hint=trouble.hint, span=span)


def _tests(detection: Detection) -> Iterator[Test]:
    for predicate in predicates(detection):
        for test, _ in leaves(predicate):
            yield test


# --- fields that play a role ---


def _roles(detection: Detection, types: FieldTypes, timestamp: str, tiebreaker: str | None) -> Iterator[Diagnostic]:
    """Fields that every query sorts by. A sample has no order and reads no time."""
    if isinstance(detection, Sample):
        return
    for role, path in (("timestamp", timestamp), ("tiebreaker", tiebreaker)):
        trouble = types.naming_trouble(path, optional=False) if path is not None else None
        if trouble is not None:
            message = f"the {role} of events: {trouble.message}"
            yield _diagnostic(trouble._replace(name=f"unknown-{role}-field", message=message), None)


def _keys(detection: Detection, types: FieldTypes) -> Iterator[Diagnostic]:
    """Join keys must exist, and those at one place be of one family (`Verifier.checkJoinKeyTypes`)."""
    if not isinstance(detection, Sequence | Sample):
        return
    stages: list[Stage] = [*detection.stages]
    if isinstance(detection, Sequence) and detection.until is not None:
        stages.append(detection.until)
    keys: list[tuple[Field, Span | None]] = [(key, None) for key in detection.by]
    keys += [(key, stage.span) for stage in stages for key in stage.by]
    for key, span in keys:
        trouble = types.naming_trouble(key.path, optional=key.optional)
        if trouble is not None:
            yield _diagnostic(trouble, span)
    first = stages[0]
    for stage in stages[1:]:
        for expected, key in zip(first.by, stage.by, strict=False):
            wanted, family = types.family_of(expected), types.family_of(key)
            if wanted is not None and family is not None and wanted is not family:
                message = (
                    f"the join key `{key.path}` is of the type {family.value}, "
                    f"`{expected.path}` of the first clause of the type {wanted.value}"
                )
                yield _diagnostic(Trouble("join-key-types", message), stage.span)


# --- comparisons ---


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One test and what is wrong with it."""

    types: FieldTypes
    test: Test

    def diagnostics(self) -> Iterator[Diagnostic]:
        """As Elasticsearch does, types are looked at only where all fields may be named."""
        subject = self.test.subject
        if isinstance(subject, FieldGlob | AnyField):
            return
        unnamed = list(self._naming(subject))
        yield from unnamed
        if unnamed:
            return
        yield from self._operand(subject)
        yield from self._matched(subject, self.test.matcher)

    def _at_test(self, trouble: Trouble) -> Diagnostic:
        return _diagnostic(trouble, self.test.span)

    def _naming(self, subject: Operand) -> Iterator[Diagnostic]:
        for field in (*_fields(subject), *_references(self.test.matcher)):
            role = isinstance(field, EventCategory)
            optional = isinstance(field, Field) and field.optional
            trouble = self.types.naming_trouble(self.types.path_of(field), optional=optional)
            if trouble is not None and role:
                message = f"the category of events: {trouble.message}"
                trouble = trouble._replace(name="unknown-category-field", message=message)
            if trouble is not None:
                yield self._at_test(trouble)

    def _operand(self, operand: Operand) -> Iterator[Diagnostic]:
        """A value: full text cannot be read, and functions take values of certain types."""
        match operand:
            case Field() | EventCategory():
                trouble = self.types.exactness_trouble(self.types.path_of(operand))
                if trouble is not None:
                    yield self._at_test(trouble)
            case Call(function, arguments):
                for argument in arguments:
                    yield from self._operand(argument)
                yield from self._arguments(function, arguments, operand.case)
            case Literal():
                return
            case _:
                assert_never(operand)

    def _arguments(self, function: str, arguments: tuple[Operand, ...], case: Case) -> Iterator[Diagnostic]:
        wanted = _PARAMETERS.get(function, (_STRING,) if function == "eq" and case is Case.INSENSITIVE else ())
        for index, argument in enumerate(arguments if wanted else ()):
            family = wanted[min(index, len(wanted) - 1)]
            if family is not None and not self._may_be(argument, family):
                yield self._at_test(_wrong_argument(function, index, argument, family.value))
            elif (function, index) in _WHOLE and self._is_decimal(argument):
                yield self._at_test(_wrong_argument(function, index, argument, "whole number"))
        if function in _COMPARISONS:
            yield from self._two_fields(*arguments)
        if function == "in":
            yield from self._members(arguments[0], arguments[1:])

    def _may_be(self, operand: Operand, family: Family) -> bool:
        return self.types.family_of(operand) in (None, family)

    def _is_decimal(self, operand: Operand) -> bool:
        if isinstance(operand, Field):
            return self.types.type_of(operand.path) is FieldType.DECIMAL
        return isinstance(operand, Literal) and isinstance(operand.value, float)

    def _two_fields(self, left: Operand, right: Operand) -> Iterator[Diagnostic]:
        """`ExpressionTranslators.checkBinaryComparison`: one side is constant; a missing optional field is null."""
        if self._reads(left) and self._reads(right):
            message = "Elasticsearch EQL compares with constants only, not with another field"
            yield self._at_test(Trouble("field-comparison", message))

    def _reads(self, operand: Operand) -> bool:
        """Whether a field that exists takes part in a value."""
        return any(self.types.exists(self.types.path_of(field)) for field in _fields(operand))

    def _members(self, subject: Operand, elements: tuple[Operand, ...]) -> Iterator[Diagnostic]:
        for element in elements:
            yield from self._two_fields(subject, element)
            wanted, family = self.types.family_of(subject), self.types.family_of(element)
            if wanted is not None and family is not None and wanted is not family:
                yield self._at_test(_wrong_member(wanted, family))

    # --- matchers ---

    def _matched(self, subject: Operand, matcher: Matcher) -> Iterator[Diagnostic]:
        match matcher:
            case Present() | Complement() | Tokens() | Near() | Indexed():
                return
            case Equals(case=Case.SENSITIVE, span=span) if self._stands_in_a_list(span):
                yield from self._alternatives(subject, (matcher,), span)
            case Equals(value, case, span):
                yield from self._equals(subject, value, case, span)
            case Like() | Regex():
                yield from self._needs(subject, Family.STRING, "wildcards and expressions")
            case Range(lower, upper, span):
                for bound in (lower, upper):
                    if bound is not None:
                        yield from self._read(subject, bound.value, span, ordered=True)
            case InNetwork():
                yield from self._needs(subject, Family.IP, "`cidrMatch`")
            case FieldRef():
                yield from self._reference(subject, matcher)
            case OneOf(options, span):
                yield from self._alternatives(subject, options, span)
            case _:
                assert_never(matcher)

    def _stands_in_a_list(self, span: Span | None) -> bool:
        """Whether a value is the only one of the list after `in`: the test then ends behind it, with the bracket."""
        test = self.test.span
        return test is not None and span is not None and test.start < span.start and span.end < test.end

    def _equals(self, subject: Operand, value: Scalar, case: Case, span: Span | None) -> Iterator[Diagnostic]:
        if isinstance(value, str) and case is Case.INSENSITIVE:
            yield from self._needs(subject, Family.STRING, "`:` and `in~`", hint="compare with `==`")
        elif value is True and span is not None and span == self.test.span and isinstance(subject, Field):
            yield from self._needs(subject, Family.BOOLEAN, "a condition", hint="compare it with something")
        else:
            yield from self._read(subject, value, span, ordered=False)

    def _needs(
        self, subject: Operand, family: Family, what: str, *, span: Span | None = None, hint: str | None = None
    ) -> Iterator[Diagnostic]:
        found = self.types.family_of(subject)
        if found is None or found is family:
            return
        message = f"{what} take values of the type {family.value}; {_named(subject)} is of the type {found.value}"
        if family is Family.BOOLEAN:
            message = f"a condition is a Boolean; {_named(subject)} is of the type {found.value}"
        yield _diagnostic(Trouble("wrong-field-type", message, hint), span or self.test.span)

    def _read(self, subject: Operand, value: Scalar, span: Span | None, *, ordered: bool) -> Iterator[Diagnostic]:
        if not isinstance(subject, Field | EventCategory):
            return
        trouble = self.types.unreadable(self.types.path_of(subject), value, ordered=ordered)
        if trouble is not None:
            yield _diagnostic(trouble, span or self.test.span)

    def _reference(self, subject: Operand, matcher: FieldRef) -> Iterator[Diagnostic]:
        other = Field(matcher.path)
        yield from self._operand(other)
        if matcher.relation is Relation.EQUALS:
            for item in self._two_fields(subject, other):
                yield replace(item, span=matcher.span or item.span)
            return
        yield from self._needs(subject, Family.STRING, "`startsWith` and its like")
        yield from self._needs(other, Family.STRING, "`startsWith` and its like", span=matcher.span)

    def _alternatives(self, subject: Operand, options: tuple[Matcher, ...], span: Span | None) -> Iterator[Diagnostic]:
        """A list: after `in` all values are of the family of the subject (`In.resolveType`)."""
        wanted = self.types.family_of(subject)
        for option in options:
            if not (isinstance(option, Equals) and option.case is Case.SENSITIVE):
                yield from self._matched(subject, option)
                continue
            family = family_of_value(option.value)
            if wanted is not None and family is not None and wanted is not family:
                yield _diagnostic(_wrong_member(wanted, family), option.span or span or self.test.span)


def _wrong_argument(function: str, index: int, argument: Operand, wanted: str) -> Trouble:
    message = f"argument {index + 1} of `{function}` is a {wanted}, which {_named(argument)} is not"
    return Trouble("wrong-argument", message)


def _wrong_member(wanted: Family, found: Family) -> Trouble:
    message = f"a list after `in` holds values of the type of the field, {wanted.value}, not of the type {found.value}"
    hint = "use `cidrMatch`" if wanted is Family.IP else "use `==` and `or`" if wanted is Family.DATE else None
    return Trouble("wrong-list-value", message, hint)


def _named(operand: Operand) -> str:
    match operand:
        case Field(path):
            return f"`{path}`"
        case EventCategory():
            return "the event category"
        case Call(function):
            return f"`{function}`"
        case Literal(value):
            return f"the constant {value!r}"
        case _:
            assert_never(operand)


def _fields(operand: Operand) -> Iterator[Field | EventCategory]:
    match operand:
        case Field() | EventCategory():
            yield operand
        case Call(arguments=arguments):
            for argument in arguments:
                yield from _fields(argument)
        case Literal():
            return
        case _:
            assert_never(operand)


def _references(matcher: Matcher) -> Iterator[Field]:
    """The fields that a matcher refers to; of two fields that are compared one is optional, maybe this one."""
    match matcher:
        case FieldRef(path, relation):
            yield Field(path, optional=relation is Relation.EQUALS)
        case OneOf(options):
            for option in options:
                yield from _references(option)
        case Complement(inner):
            yield from _references(inner)
        case _:
            return
