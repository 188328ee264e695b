"""The axes on which query languages differ silently; here each is explicit on every leaf.

See `docs/architecture.md` for which dialect puts which value there.
"""

from __future__ import annotations

from enum import Enum, unique


@unique
class Case(Enum):
    """How letter case takes part in a comparison.

    MAPPED leaves it to the type of the field (a lower-casing normalizer, an analyzer); `ir.resolve` replaces it.
    """

    SENSITIVE = "sensitive"
    INSENSITIVE = "insensitive"
    MAPPED = "mapped"

    __hash__ = object.__hash__  # as Enum's own, but not in Python: matchers are hashed by the million


@unique
class Quantifier(Enum):
    """Which of the values of a field must meet the matcher; SOLE gives null where there is more than one value."""

    ANY = "any"
    ALL = "all"
    SOLE = "sole"


@unique
class Absent(Enum):
    """What a test on a field without a value gives: false (Query DSL, Sigma) or null (EQL scripts, ES|QL, SQL)."""

    FALSE = "false"
    UNKNOWN = "unknown"


@unique
class Relation(Enum):
    """How one text stands to another in a field reference."""

    EQUALS = "equals"
    STARTSWITH = "startswith"
    ENDSWITH = "endswith"
    CONTAINS = "contains"


@unique
class RegexFlavor(Enum):
    """Whose syntax a regular expression is written in.

    SIGMA is the PCRE subset of the Sigma 2.1 specification; LUCENE is that of Elasticsearch's regexp query.
    """

    LUCENE = "lucene"
    SIGMA = "sigma"
    RE2 = "re2"
    PYTHON = "python"


@unique
class TokenMode(Enum):
    """Which tokens of an analyzed text must be found: one of them, all of them, or all of them side by side."""

    ANY = "any"
    ALL = "all"
    PHRASE = "phrase"
