"""The checks and the schemas for editors over what is right: no false errors."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from check_counts import CORPUS, ROOT, rule_files
from jsonschema import Draft202012Validator

from isorule.checks import check_file
from isorule.checks.file import readings
from isorule.source.files import read_file

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]


def test_the_examples_of_the_sigma_specification_have_no_findings() -> None:
    files = sorted((CORPUS / ".." / "reference" / "sigma-spec-examples").rglob("*.yml"))
    found = [(path.name, item.message) for path in files for item in check_file(path) if item.name == "schema"]
    assert files
    assert found == []


def documents(path: Path) -> list[object]:
    if path.suffix == ".toml":
        return [tomllib.loads(path.read_text("utf-8"))]
    return [reading.values for reading in readings(read_file(path), "sigma")]


@pytest.mark.parametrize(("corpus", "number"), [("elastic", 1649), ("sigma", 2910)])
def test_schemas_for_editors_have_no_false_errors(corpus: str, number: int) -> None:
    schema = (ROOT / "schemas" / "editor" / f"{corpus}-rule.schema.json").read_text("utf-8")
    validator = Draft202012Validator(json.loads(schema))
    paths = rule_files(corpus)
    assert len(paths) == number
    for path in paths:
        found = documents(path)
        errors = [error for document in found for error in validator.iter_errors(document)]
        assert found
        assert [re.sub(r"\s+", " ", error.message) for error in errors] == [], path
