"""What sentences call the two sides of a comparison."""

from __future__ import annotations

_TITLES = {"eql": "EQL", "kuery": "kuery", "lucene": "Lucene", "dsl": "Query DSL", "sigma": "Sigma"}


def noun(language: str | None, kind: str) -> str | None:
    """`EQL rule` for the rule (or query) of a language; None where the language is not known."""
    return f"{_TITLES.get(language, language)} {kind}" if language is not None else None


def side_names(first: str | None, second: str | None) -> tuple[str, str]:
    """Names that tell the sides apart: `the EQL rule` and `the Sigma rule`, or `the first` and `the second`."""
    if first is None or second is None:
        return "the first", "the second"
    if first == second:
        return f"the first {first}", f"the second {second}"
    return f"the {first}", f"the {second}"
