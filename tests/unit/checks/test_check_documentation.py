"""Every check's documentation is whole, its example fires, and what it advises instead does not."""

from __future__ import annotations

import re

import pytest

from isorule.checks import Check, CheckedDocument, Example, all_checks, check_document, documentation
from isorule.checks.documentation import EXAMPLE, SECTIONS, USE_INSTEAD
from isorule.source import SourceFile
from isorule.source.toml_values import read_toml
from isorule.source.yaml_values import read_yaml


def fires(check: Check, example: Example) -> bool:
    file = SourceFile(f"example.{example.language}", example.text)
    reading = read_toml(file) if example.language == "toml" else read_yaml(file)[0]
    form = {"toml": "elastic", "yaml": "sigma"}[example.language]
    document = CheckedDocument(form, reading.values, file, reading.places)
    return bool(check_document(document, [check]))


def test_the_registered_checks_are_found_and_are_checks() -> None:
    assert {check.name for check in all_checks()} >= {"schema", "risk-score-band", "attack-unknown"}
    assert len({check.code for check in all_checks()}) == len(all_checks())
    assert len({check.name for check in all_checks()}) == len(all_checks())


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
def test_documentation_is_whole(check: Check) -> None:
    found = documentation(check)
    assert found.title.endswith(".")
    assert tuple(found.sections) == SECTIONS
    assert all(found.sections.values())
    assert re.search(r"^- https://", found.sections["References"], re.MULTILINE)


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.name)
def test_the_example_fires_and_its_replacement_does_not(check: Check) -> None:
    found = documentation(check)
    assert found.examples(EXAMPLE)
    assert found.examples(USE_INSTEAD)
    assert all(fires(check, example) for example in found.examples(EXAMPLE))
    assert not any(fires(check, example) for example in found.examples(USE_INSTEAD))
