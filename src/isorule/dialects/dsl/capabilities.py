"""What the Query DSL emitter can say."""

from __future__ import annotations

from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor
from isorule.ir.capabilities import Capabilities

CAPABILITIES = Capabilities(
    dialect="dsl",
    cases=frozenset(Case),
    quantifiers=frozenset({Quantifier.ANY}),
    absents=frozenset({Absent.FALSE}),
    matchers=frozenset(
        {"Present", "Equals", "Like", "Regex", "Range", "InNetwork", "Tokens", "Near", "Indexed", "OneOf"}
    ),
    subjects=frozenset({"Field", "FieldGlob", "AnyField"}),
    predicates=frozenset({"Const", "Test", "Not", "And", "Or", "Nested"}),
    detections=frozenset({"Match"}),
    regex_flavors=frozenset({RegexFlavor.LUCENE}),
    networks_need_addresses=True,
)
"""Within these: on `FieldGlob` and `AnyField` only words, wildcards and presence (see `refusals`)."""
