"""What the kuery emitter can say."""

from __future__ import annotations

from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.capabilities import Capabilities

CAPABILITIES = Capabilities(
    dialect="kuery",
    cases=frozenset({Case.MAPPED}),
    quantifiers=frozenset({Quantifier.ANY}),
    absents=frozenset({Absent.FALSE}),
    matchers=frozenset({"Present", "Equals", "Like", "Range", "Tokens", "OneOf"}),
    subjects=frozenset({"Field", "FieldGlob", "AnyField"}),
    predicates=frozenset({"Const", "Test", "Not", "And", "Or", "Nested"}),
    detections=frozenset({"Match"}),
)
"""Within these: `Range` with one bound, `Like` without `?`, `Tokens` of any word or as a phrase (see `refusals`)."""
