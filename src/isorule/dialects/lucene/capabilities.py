"""What the Lucene emitter can say."""

from __future__ import annotations

from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor
from isorule.ir.capabilities import Capabilities

CAPABILITIES = Capabilities(
    dialect="lucene",
    cases=frozenset({Case.MAPPED}),
    quantifiers=frozenset({Quantifier.ANY}),
    absents=frozenset({Absent.FALSE}),
    matchers=frozenset({"Present", "Equals", "Like", "Regex", "Range", "Tokens", "Near", "OneOf"}),
    subjects=frozenset({"Field", "FieldGlob", "AnyField"}),
    predicates=frozenset({"Const", "Test", "Not", "And", "Or"}),
    detections=frozenset({"Match"}),
    regex_flavors=frozenset({RegexFlavor.LUCENE}),
    bounds_as_mapped=True,
)
"""Within these: `Tokens` of any word or as a phrase (see `refusals`)."""
