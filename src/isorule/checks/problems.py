"""The names and codes of what the readers of files and queries report: no checks, but they are silenced like them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final

_TABLES: Final = (
    "isorule.documents.problems",
    "isorule.dialects.dsl.errors",
    "isorule.dialects.eql.errors",
    "isorule.dialects.kuery.errors",
    "isorule.dialects.lucene.errors",
    "isorule.dialects.sigma.problems",
)
"""Each has a table `CODES`, name to code."""


@cache
def problem_codes() -> Mapping[str, frozenset[str]]:
    """The codes of each name; a name that several readers use has one code in each."""
    found: dict[str, frozenset[str]] = {}
    for module in _TABLES:
        table: Mapping[str, str] = import_module(module).CODES
        for name, code in table.items():
            found[name] = found.get(name, frozenset()) | {code}
    return found
