"""What the EQL emitter can say."""

from __future__ import annotations

from isorule.dialects.eql.signatures import COMPARISONS, SIGNATURES
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation
from isorule.ir.capabilities import Capabilities

CAPABILITIES = Capabilities(
    dialect="eql",
    cases=frozenset((Case.SENSITIVE, Case.INSENSITIVE)),
    quantifiers=frozenset((Quantifier.ANY,)),
    absents=frozenset((Absent.FALSE,)),
    matchers=frozenset(("Present", "Equals", "Like", "Regex", "Range", "InNetwork", "FieldRef", "OneOf")),
    subjects=frozenset(("Field", "EventCategory", "Literal", "Call")),
    predicates=frozenset(("Const", "Test", "Not", "And", "Or")),
    detections=frozenset(("Match", "Sequence", "Sample")),
    functions=frozenset(
        (
            *(signature.name for signature in SIGNATURES.values()),
            *COMPARISONS,
            *("negate", "like", "regex", "in", "isNull", "isNotNull", "and", "or", "not"),
        )
    ),
    regex_flavors=frozenset((RegexFlavor.LUCENE,)),
    relations=frozenset((Relation.STARTSWITH, Relation.ENDSWITH, Relation.CONTAINS)),
    category_role=True,
    folds_equal_fields=False,
)
"""A `Range` has one bound, a `Regex` is anchored and not multiline, and the event category is tested for equality only,
as the first term of a clause; two fields are compared for equality only where one of them is optional."""
