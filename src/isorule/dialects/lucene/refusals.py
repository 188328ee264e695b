"""What a Lucene query cannot say, each with its reason code.

| code | what |
| --- | --- |
| `case-not-expressible` | a test that fixes letter case, bounds with capitals too: in Lucene the mapping decides |
| `category-role` | the event category role: Lucene knows fields only |
| `computed-operand` | a function or a constant in the place of a field |
| `absent-unknown` | a test that is null, not false, where the field is absent |
| `quantifier` | all values, or exactly one value, of a field |
| `all-words` | all words of a text in any order |
| `regex-flavor` | a regular expression that is not in Lucene's syntax |
| `regex-not-readable` | a regular expression that ends in a backslash |
| `network` | a network block of its own kind (`f:"10.0.0.0/8"` on an ip field is written as a phrase) |
| `field-comparison` | a field compared with a field |
| `value-complement` | a value that does not meet a test |
| `nested` | a condition on one nested object: `query_string` does not look into them |
| `constant-null` | a constant null |
| `constant-word`, `not-writable`, `field-name`, `placeholder`, `number-not-finite` | see `words` |
| `index-term` | a term of the index that only Query DSL asks for |
| `range-without-bounds` | a range that is none |
| `detection-kind`, `pipes` | anything but a condition on single events |
| `nested-too-deep` | more parentheses than `lexical.MAX_DEPTH` |
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
        return refusal("pipes", "Lucene has no pipes: it cannot keep the first or last results")
    message = f"a Lucene query is a condition on single events, not {detection_name(detection)}"
    return refusal("detection-kind", message)


def refuse_axes(test: Test) -> None:
    """Raise `UnsupportedError` for a quantifier or a null that Lucene does not have."""
    if test.absent is Absent.UNKNOWN:
        message = "Lucene is two-valued: a test on an absent field is false, not null"
        raise refusal("absent-unknown", message, span=test.span)
    if test.quantifier is not Quantifier.ANY:
        message = f"Lucene asks for any value of a field, not for {test.quantifier.value}"
        raise refusal("quantifier", message, span=test.span)


def refuse_case(span: Span | None) -> UnsupportedError:
    """The refusal of a test that fixes letter case."""
    message = "Lucene leaves letter case to the mapping of the field"
    return refusal("case-not-expressible", message, span=span, hint="lower the case first, with a declared loss")
