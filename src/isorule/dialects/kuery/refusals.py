"""What kuery cannot say, each with its reason code.

| code | what |
| --- | --- |
| `case-not-expressible` | equality or a wildcard that fixes letter case: in kuery the mapping of the field decides |
| `case-mapped` | a range whose bounds the mapping lower-cases: kuery takes them as they are written |
| `category-role` | the event category role: kuery knows fields only |
| `computed-operand` | a function or a constant in the place of a field |
| `absent-unknown` | a test that is null, not false, where the field is absent |
| `quantifier` | all values, or exactly one value, of a field |
| `all-words` | all words of a text in any order |
| `phrase-slop` | a phrase whose words may stand apart |
| `regex` | a regular expression |
| `network` | a network block of its own kind (`f:"10.0.0.0/8"` on an ip field is written as a phrase) |
| `field-comparison` | a field compared with a field |
| `value-complement` | a value that does not meet a test |
| `two-sided-range` | one value between two bounds: `f >= 1 and f <= 5` may be met by two values |
| `index-term` | a term of the index that only Query DSL asks for |
| `range-without-field` | a range over all fields |
| `constant-null` | a constant null |
| `field-outside-nested`, `free-text-in-nested` | inside braces every field belongs to the nested object |
| `constant-word`, `outer-white-space`, `single-character-wildcard`, `placeholder`, `number-not-finite` | see `words` |
| `detection-kind`, `pipes` | anything but a condition on single events |
| `nested-too-deep` | see `emit.MAX_DEPTH` |
"""

from __future__ import annotations

from isorule.diagnostics import UnsupportedError
from isorule.ir.axes import Absent, Quantifier
from isorule.ir.detection_names import detection_name
from isorule.ir.detections import Detection, Match
from isorule.ir.losses import refusal
from isorule.ir.predicates import Test
from isorule.source import Span


def refuse_detection(detection: Detection) -> UnsupportedError:
    """The refusal of a detection that is not a plain condition."""
    if isinstance(detection, Match):
        return refusal("pipes", "kuery has no pipes: it cannot keep the first or last results")
    return refusal("detection-kind", f"a kuery query is a condition on single events, not {detection_name(detection)}")


def refuse_axes(test: Test) -> None:
    """Raise `UnsupportedError` for a quantifier or a null that kuery does not have."""
    if test.absent is Absent.UNKNOWN:
        message = "kuery is two-valued: a test on an absent field is false, not null"
        raise refusal("absent-unknown", message, span=test.span)
    if test.quantifier is not Quantifier.ANY:
        message = f"kuery asks for any value of a field, not for {test.quantifier.value}"
        raise refusal("quantifier", message, span=test.span)


def refuse_case(span: Span | None) -> UnsupportedError:
    """The refusal of a test that fixes letter case."""
    message = "kuery leaves letter case to the mapping of the field"
    return refusal("case-not-expressible", message, span=span, hint="lower the case first, with a declared loss")
