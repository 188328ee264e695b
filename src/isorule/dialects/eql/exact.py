"""Full text fields as Elasticsearch EQL reads them: through their one keyword sub-field.

EQL compares whole values, so a query on `hostname` (text) runs on `hostname.keyword` (`FieldAttribute.exactAttribute`;
tests `endsWithWildcardSubFieldFunction-caseSensitive` and `lengthFunctionWithExactSubField` of
https://github.com/elastic/elasticsearch/blob/8.19/x-pack/plugin/eql/src/test/resources/querytranslator_tests.txt).
"""

from __future__ import annotations

from dataclasses import replace

from isorule.dialects.eql.types import FieldTypes
from isorule.ir.detections import Detection, Sample, Sequence, Stage
from isorule.ir.matchers import FieldRef, Matcher
from isorule.ir.predicates import Call, Field, Operand, Predicate, Subject, Test
from isorule.ir.schema import FieldSchema
from isorule.ir.walk import Polarity, map_predicates, rewrite_leaves, rewrite_matchers


def with_exact_fields(detection: Detection, schema: FieldSchema) -> Detection:
    """The detection with every full text field that has one keyword sub-field replaced by that sub-field.

    For a detection that was read from EQL; in other languages a test of a full text field means its words.
    """
    exact = _Exact(FieldTypes(schema, ""))
    found = map_predicates(detection, exact.predicate)
    match found:
        case Sequence(stages=stages, by=by, until=until):
            last = exact.stage(until) if until is not None else None
            return replace(found, stages=tuple(map(exact.stage, stages)), by=exact.keys(by), until=last)
        case Sample(stages=stages, by=by):
            return replace(found, stages=tuple(map(exact.stage, stages)), by=exact.keys(by))
        case _:
            return found


class _Exact:
    """Replaces field names."""

    def __init__(self, types: FieldTypes) -> None:
        self._types = types

    def predicate(self, predicate: Predicate) -> Predicate:
        return rewrite_leaves(predicate, self._leaf)

    def stage(self, stage: Stage) -> Stage:
        return replace(stage, by=self.keys(stage.by))

    def keys(self, keys: tuple[Field, ...]) -> tuple[Field, ...]:
        return tuple(map(self._field, keys))

    def _field(self, field: Field) -> Field:
        return replace(field, path=self._types.exact_path(field.path))

    def _leaf(self, test: Test, _polarity: Polarity) -> Predicate:
        matcher = rewrite_matchers(test.matcher, self._matcher)
        return replace(test, subject=self._subject(test.subject), matcher=matcher)

    def _subject(self, subject: Subject) -> Subject:
        return self._operand(subject) if isinstance(subject, Operand) else subject

    def _operand(self, operand: Operand) -> Operand:
        match operand:
            case Field():
                return self._field(operand)
            case Call(arguments=arguments):
                return replace(operand, arguments=tuple(map(self._operand, arguments)))
            case _:
                return operand

    def _matcher(self, matcher: Matcher) -> Matcher:
        if isinstance(matcher, FieldRef):
            return replace(matcher, path=self._types.exact_path(matcher.path))
        return matcher
