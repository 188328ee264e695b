"""The checks of Sigma rules: what they must not say, what their fixes leave, and the tables that they ask."""

from __future__ import annotations

import tomllib
from collections import Counter
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from isorule.checks import Check, plan
from isorule.checks.check import CollectionCheck, FileCheck, RuleCheck
from isorule.checks.choice import Choice
from isorule.checks.documentation import EXAMPLE, documentation
from isorule.checks.examples import diagnostics_of_examples, example_file
from isorule.checks.file import report_file
from isorule.checks.fixing import mend
from isorule.checks.run import settle
from isorule.checks.sigma import CHECKS
from isorule.checks.sigma.pysigma import sigmahq_tables
from isorule.checks.sigma.tables import PARTS, Parts, generic_categories, is_known, rows
from isorule.diagnostics import Applicability, Diagnostic
from isorule.source import SourceFile

VECTORS = Path(__file__).parents[2] / "vectors" / "checks"
PLANTED = tomllib.loads((VECTORS / "planted_sigma.toml").read_text("utf-8"))
SILENT = tomllib.loads((VECTORS / "silent_sigma.toml").read_text("utf-8"))["case"]
ANY = frozenset({Applicability.SAFE, Applicability.UNSAFE})
MADE = [kind() for kind in CHECKS]
SINGLE = [
    check for check in MADE if isinstance(check, FileCheck | RuleCheck) and not isinstance(check, CollectionCheck)
]


def said(text: str, *names: str, file: str = "rule.yml") -> list[Diagnostic]:
    chosen = plan(Choice(select=names))
    source = SourceFile(file, text)
    return settle({file: report_file(source, "sigma", chosen)}, chosen)


@pytest.mark.parametrize("case", SILENT, ids=lambda case: f"{case['check']}: {case['why']}")
def test_a_check_is_silent_where_it_does_not_know_better(case: dict[str, Any]) -> None:
    found = [item for item in said(case["text"], case["check"]) if fnmatch(item.name, case["check"])]
    assert [(item.name, item.line, item.message) for item in found] == []


@pytest.mark.parametrize("check", SINGLE, ids=lambda check: check.about.name)
def test_a_fix_leaves_nothing_for_its_check_to_fix(check: Check) -> None:
    name = check.about.name
    for example in documentation(check).examples(EXAMPLE):
        if not any(item.fix for item in diagnostics_of_examples(check, [example])):
            continue
        file, form = example_file(example)
        chosen = plan(Choice(select=(name,)))
        done = mend(file, form, chosen, ANY)
        assert done.fixed
        assert done.dropped == ()
        left = settle({file.path: report_file(done.file, form, chosen)}, chosen)
        assert [item.message for item in left if item.fix] == []


def test_no_check_of_sigmahq_speaks_of_a_rule_in_its_style() -> None:
    base = next(item for item in PLANTED["base"] if item["id"] == "sigma-rule")
    assert said(base["text"], "SIGMAHQ", file=base["file"]) == []


def test_checks_that_only_sigmahq_asks_for_run_where_they_are_selected() -> None:
    style = [check.about for check in MADE if check.about.name.startswith("sigmahq-")]
    assert len(style) >= 25
    assert {about.group for about in style} == {"SIGMAHQ"}
    assert [about.name for about in style if about.enabled] == []


def test_each_log_source_stands_in_the_table_once() -> None:
    text = files("isorule.checks.sigma").joinpath("logsources.toml").read_text("utf-8")
    written = Counter(tuple(row.get(part) for part in PARTS) for row in tomllib.loads(text)["logsource"])
    assert [parts for parts, number in written.items() if number > 1] == []
    assert len(rows()) == len(written)


@pytest.mark.parametrize(
    ("parts", "known"),
    [
        (Parts("windows", "process_creation"), True),
        (Parts(category="process_creation"), True),
        (Parts("windows"), True),
        (Parts("windows", "process_creation", "sysmon"), False),
        (Parts("linux", "registry_set"), False),
        (Parts(service="gcp.audit"), True),
    ],
)
def test_a_log_source_is_known_by_its_parts_together(parts: Parts, known: bool) -> None:
    assert is_known(parts) is known


def test_a_sysmon_event_has_its_categories_with_the_number_of_their_events() -> None:
    assert generic_categories()[13] == {"registry_set": 1, "registry_event": 3}
    assert generic_categories()[1] == {"process_creation": 1}
    assert generic_categories()[4] == {"sysmon_status": 2}


def test_sigmahqs_validators_get_every_log_source_and_its_fields() -> None:
    tables: Any = sigmahq_tables()
    written = {
        Parts(*(row["logsource"].get(part) for part in PARTS)): set(row["field"]["native"])
        for row in tables["data_taxonomy"]["taxonomy"].values()
    }
    assert written == {parts: set(row.fields) for parts, row in rows().items()}
