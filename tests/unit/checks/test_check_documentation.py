"""Every check's documentation is whole, its example fires, what it advises instead does not, and its fix mends."""

from __future__ import annotations

import re

import pytest

from isorule.checks import Check, Example, all_checks
from isorule.checks.check import CollectionCheck
from isorule.checks.documentation import (
    EXAMPLE,
    FIX,
    OPTIONS,
    REFERENCES,
    USE_INSTEAD,
    documentation,
    expected_sections,
)
from isorule.checks.examples import diagnostics_of_examples
from isorule.checks.selection import option_types

FIX_WORDS = {"None.": None, "Safe:": "safe", "Unsafe:": "unsafe", "Shown only:": "display"}

every_check = pytest.mark.parametrize("check", all_checks(), ids=lambda check: check.about.name)


def groups(check: Check, section: str) -> list[list[Example]]:
    """The examples that stand alone: each by itself, those of a collection together."""
    found = documentation(check).examples(section)
    return [list(found)] if isinstance(check, CollectionCheck) else [[example] for example in found]


def test_the_registered_checks_are_found_and_are_checks() -> None:
    assert {check.about.name for check in all_checks()} >= {"schema", "risk-score-band", "attack-unknown"}
    assert len({check.about.code for check in all_checks()}) == len(all_checks())
    assert len({check.about.name for check in all_checks()}) == len(all_checks())


@every_check
def test_names_and_codes_have_their_shape(check: Check) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.about.name)
    assert re.fullmatch(r"[A-Z]+\d{3}", check.about.code)


@every_check
def test_documentation_is_whole(check: Check) -> None:
    found = documentation(check)
    assert found.title.endswith(".")
    assert tuple(found.sections) == expected_sections(check)
    assert all(found.sections.values())
    assert re.search(r"^- https://", found.sections[REFERENCES], re.MULTILINE)
    assert found.sections[FIX].startswith(tuple(FIX_WORDS))


@every_check
def test_every_option_is_documented(check: Check) -> None:
    named = set(re.findall(r"^- `([a-z-]+)`", documentation(check).sections.get(OPTIONS, ""), re.MULTILINE))
    assert named == {name.replace("_", "-") for name in option_types(check)}


@every_check
def test_the_example_fires_and_its_replacement_does_not(check: Check) -> None:
    bad, good = groups(check, EXAMPLE), groups(check, USE_INSTEAD)
    assert bad
    assert good
    assert [examples for examples in bad if not diagnostics_of_examples(check, examples)] == []
    assert [found for examples in good for found in diagnostics_of_examples(check, examples)] == []


@every_check
def test_the_fix_is_as_safe_as_the_documentation_says(check: Check) -> None:
    section = documentation(check).sections[FIX]
    said = next(value for word, value in FIX_WORDS.items() if section.startswith(word))
    fixes = [item.fix for examples in groups(check, EXAMPLE) for item in diagnostics_of_examples(check, examples)]
    assert {fix.applicability.value for fix in fixes if fix is not None} == ({said} if said else set())
