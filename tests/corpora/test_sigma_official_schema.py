"""What the JSON Schemas of the Sigma specification refuse, the checks refuse, too.

They differ on purpose where the specification's own text, or pySigma, allows more than its schemas (`ALLOWED`). The
other way round the official schemas leave much open: values and modifiers of a detection, conditions of correlations.
"""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from isorule.checks.check import CheckedDocument
from isorule.checks.sigma.keys import DuplicateEntry
from isorule.schemas import violations
from isorule.source import SourceFile
from isorule.source.yaml_values import read_yaml

ROOT = Path(__file__).parents[2]
OFFICIAL = ROOT / ".." / "shared" / "reference" / "sigma-json-schema"
PLANTED = ROOT / "tests" / "vectors" / "checks" / "planted_sigma.toml"
NAMES = {
    "correlation": "sigma-correlation-rules-schema.json",
    "filter": "sigma-filters-schema.json",
    "detection": "sigma-detection-rule-schema.json",
}
WRONG: tuple[object, ...] = (None, 7, 2.5, True, "x y", "", [], [7], ["a", "a"], {}, {"a": "b"}, [{"a": "b"}])

ALLOWED = {
    "detection.condition": "several conditions are alternatives (specification of rules, condition)",
    "detection.selection": "one keyword is a search, as a list of one is; pySigma reads it",
    "filter.selection": "as in a detection",
    "correlation.rules": "one rule may stand without a list; pySigma reads it",
    "correlation.group-by": "the specification calls it optional and mandatory; one field may stand without a list",
    "filter.rules": "pySigma reads `any`, and an empty list as the same (sigma-filter-all reports both)",
}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the schemas of the specification in ../shared are absent"),
]


@cache
def official(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((OFFICIAL / NAMES[kind]).read_text("utf-8")))


def kind_of(document: dict[str, Any]) -> str:
    return next((kind for kind in NAMES if kind in document), "detection")


def documents() -> Iterator[dict[str, Any]]:
    """The clean rules of our planted defects, as plain values."""
    for base in tomllib.loads(PLANTED.read_text("utf-8"))["base"]:
        for reading in read_yaml(SourceFile(base["file"], base["text"])):
            yield copy.deepcopy(dict(reading.values))


def spoilt(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The path of a key, and the rule with that key taken away or given another value."""
    tables = [(), *((key,) for key in ("logsource", "correlation", "filter", "detection") if key in document)]
    for path in tables:
        for key in document if not path else document[path[0]]:
            for value in (..., *WRONG):
                changed = copy.deepcopy(document)
                table = changed if not path else changed[path[0]]
                if value is ...:
                    del table[key]
                else:
                    table[key] = value
                yield ".".join((*path, key)), changed


def is_refused(document: dict[str, Any]) -> bool:
    """Whether the schema or the check of entries that stand twice says something."""
    checked = CheckedDocument("sigma", document, SourceFile("rule.yml", ""))
    return bool(list(violations("sigma-rule", document)) or list(DuplicateEntry().in_rule(checked)))


def test_what_the_official_schemas_refuse_is_refused() -> None:
    tried = refused = 0
    missed = []
    for document in documents():
        kind = kind_of(document)
        assert official(kind).is_valid(document), document["title"]
        for change, changed in spoilt(document):
            tried += 1
            if kind_of(changed) == kind and not official(kind).is_valid(changed):
                refused += 1
                if not is_refused(changed) and not any(change.startswith(path) for path in ALLOWED):
                    missed.append(f"{document['title']}: {change}")
    assert tried > 900
    assert refused > 300
    assert missed == []
