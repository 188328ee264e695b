"""What a dialect can say, as data: lowering reads it, and `isorule dialects` prints it."""

from __future__ import annotations

from dataclasses import dataclass

from isorule.ir.axes import Absent, Case, Quantifier, RegexFlavor, Relation


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The reach of a dialect's emitter, axis by axis.

    `matchers`, `subjects`, `predicates` and `detections` hold node class names of the representation. `functions`
    holds names of `ir.functions` that may stand as a computed operand. `category_role` tells whether the dialect
    has a word for the event category role (EQL's `process where`), else the category is a plain field;
    `values_as_mapped`, that it leaves it to the mapping of a field how a plain value is found (Sigma);
    `folds_equal_fields`, that it can compare two whole fields without letter case;
    `bounds_as_mapped`, that it leaves it to the mapping of a field whether the letter case of bounds counts (Lucene);
    `networks_need_addresses`, that only a field of type ip can be asked for a network.
    """

    dialect: str
    cases: frozenset[Case]
    quantifiers: frozenset[Quantifier]
    absents: frozenset[Absent]
    matchers: frozenset[str]
    subjects: frozenset[str]
    predicates: frozenset[str]
    detections: frozenset[str]
    functions: frozenset[str] = frozenset()
    regex_flavors: frozenset[RegexFlavor] = frozenset()
    relations: frozenset[Relation] = frozenset()
    category_role: bool = False
    values_as_mapped: bool = False
    folds_equal_fields: bool = True
    bounds_as_mapped: bool = False
    networks_need_addresses: bool = False
