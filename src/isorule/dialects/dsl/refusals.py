"""What Query DSL cannot say, each with its reason code.

| code | what |
| --- | --- |
| `absent-unknown` | a test that is null, not false, where the field is absent |
| `quantifier` | all values, or exactly one value, of a field |
| `category-role` | the event category role: Query DSL knows fields only |
| `computed-operand` | a function or a constant in the place of a field |
| `field-comparison` | a field compared with a field |
| `value-complement` | a value that does not meet a test |
| `constant-null` | a constant null |
| `regex-flavor` | a regular expression that is not in Lucene's syntax, or that only a script could match |
| `case-mapped` | a range whose bounds the mapping lower-cases: a range query takes them as they are written |
| `whole-value-on-text` | a whole value asked of a field of full text, of which only words are kept |
| `network-on-other-type` | a network asked of a field that is not of type ip |
| `field-wildcard` | a test of a field pattern that only a list of fields can expand |
| `any-field` | a test of all fields that is neither words nor a wildcard |
| `leading-wildcard` | refused by Kibana's setting `query:allowLeadingWildcards` |
| `nested-field-outside-group`, `field-not-nested`, `wrong-nested-path` | braces and data view disagree |
| `placeholder`, `number-not-finite`, `range-without-bounds` | a value that is none |
| `detection-kind`, `pipes` | anything but a condition on single events |
| `nested-too-deep` | see `emit.MAX_DEPTH` |
"""

from __future__ import annotations

from isorule.diagnostics import UnsupportedError
from isorule.dialects.dsl.options import IndexField
from isorule.ir.axes import Absent, Quantifier
from isorule.ir.detection_names import detection_name
from isorule.ir.detections import Detection, Match
from isorule.ir.losses import refusal
from isorule.ir.predicates import Test
from isorule.source import Span


def refuse_detection(detection: Detection) -> UnsupportedError:
    """The refusal of a detection that is not a plain condition."""
    if isinstance(detection, Match):
        return refusal("pipes", "a query cannot keep the first or last results")
    return refusal("detection-kind", f"a query is a condition on single events, not {detection_name(detection)}")


def refuse_axes(test: Test) -> None:
    """Raise `UnsupportedError` for a quantifier or a null that Query DSL does not have."""
    if test.absent is Absent.UNKNOWN:
        message = "Query DSL is two-valued: a test on an absent field is false, not null"
        raise refusal("absent-unknown", message, span=test.span)
    if test.quantifier is not Quantifier.ANY:
        message = f"Query DSL asks for any value of a field, not for {test.quantifier.value}"
        raise refusal("quantifier", message, span=test.span)


def refuse_full_text(field: IndexField, span: Span | None) -> None:
    """Raise `UnsupportedError` for a field of which only words are kept."""
    if field.is_full_text:
        message = f"{field.name!r} is full text: a query finds its words, not its whole value"
        raise refusal("whole-value-on-text", message, span=span)


def refuse_wrong_nesting(fields: list[IndexField], path: str | None, span: Span | None) -> None:
    """Raise `UnsupportedError` where a field is asked inside another nested object (`path`) than it is in."""
    for field in fields:
        if field.nested == path:
            continue
        if path is None:
            message = f"{field.name!r} is in the nested object {field.nested!r} and must be asked inside of it"
            raise refusal("nested-field-outside-group", message, span=span, hint=f"{field.nested}:{{ … }}")
        if field.nested is None:
            raise refusal("field-not-nested", f"{field.name!r} is not in the nested object {path!r}", span=span)
        message = f"{field.name!r} is in the nested object {field.nested!r}, not in {path!r}"
        raise refusal("wrong-nested-path", message, span=span)
