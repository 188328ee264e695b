"""A detection mapping as YAML text, and what the emitter can say."""

from __future__ import annotations

from typing import Final

from isorule.dialects.sigma.chains import TIME_UNITS
from isorule.dialects.sigma.problems import problem
from isorule.dialects.sigma.reading import read_detection
from isorule.dialects.sigma.writing import write_detection
from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation
from isorule.ir.capabilities import Capabilities
from isorule.ir.detections import Detection
from isorule.ir.losses import Emission, refusal
from isorule.source import SourceFile

CAPABILITIES: Final = Capabilities(
    dialect="sigma",
    cases=frozenset({Case.SENSITIVE, Case.INSENSITIVE}),
    quantifiers=frozenset({Quantifier.ANY}),
    absents=frozenset({Absent.FALSE}),
    matchers=frozenset({"Present", "Equals", "Like", "Regex", "Range", "InNetwork", "FieldRef", "OneOf"}),
    subjects=frozenset({"Field", "AnyField", "Call"}),
    predicates=frozenset({"Test", "Not", "And", "Or"}),
    detections=frozenset({"Match"}),
    functions=frozenset(TIME_UNITS),
    regex_flavors=frozenset({RegexFlavor.SIGMA}),
    relations=frozenset(Relation),
    values_as_mapped=True,
)
"""A range has one bound, an expression is not anchored, and `AnyField` takes patterns with `*` on both sides and
expressions only: what else there may be of these nodes is refused."""


def parse(text: str) -> Detection:
    """The detection of the YAML text of a `detection` mapping.

    Raises ParseError; spans count code points of the text.
    """
    from isorule.source.reading import SourceError
    from isorule.source.yaml_values import read_yaml

    file = SourceFile("<query>", text)
    try:
        readings = read_yaml(file)
    except SourceError as error:
        raise problem("invalid-yaml", error.message, span=error.span, hint=error.hint) from error
    if len(readings) != 1:
        raise problem("wrong-shape", f"expected one mapping, found {len(readings)} documents")
    (reading,) = readings
    return read_detection(reading.values, reading.places, reading.embedded)


def emit(detection: Detection) -> Emission:
    """The YAML text of the mapping that means the same as a detection.

    Raises UnsupportedError as `write_detection` does, and for a text that YAML cannot hold.
    """
    from isorule.source.yaml_layout import YamlLayout, write_yaml

    found = write_detection(detection)
    layout = YamlLayout(quoted=frozenset(found.mapping) - {"condition"}, unquoted=frozenset({"condition"}))
    try:
        return Emission(write_yaml(found.mapping, layout), found.losses)
    except ValueError as error:
        raise refusal("not-writable", f"a value cannot be written in YAML: {error}") from error
