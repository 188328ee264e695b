"""Our own rules: that they are what the rest of the project expects of a rule, and what their fixtures say."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from isorule.checks import check_file
from isorule.documents import document_format
from isorule.fixtures import Fixture, TwinStatus, fixture_diagnostics, load_fixtures, run_fixture
from isorule.ir.rule import Rule
from isorule.source.files import read_file
from isorule.source.toml_values import read_toml

ROOT = Path(__file__).parents[3]
RULES = sorted((ROOT / "rules").glob("*.toml"))
FIXTURES = {path.stem: load_fixtures(path)[0] for path in sorted((ROOT / "tests" / "fixtures").glob("*.yml"))}
LICENSE = "Apache-2.0"


def load(path: Path) -> Rule:
    (rule,) = document_format("elastic").load(path)
    return rule


def table(path: Path) -> Mapping[str, object]:
    rule = read_toml(read_file(path)).values["rule"]
    assert isinstance(rule, Mapping)
    return rule


def test_every_rule_has_a_fixture_and_every_fixture_a_rule() -> None:
    assert {path.stem for path in RULES} == set(FIXTURES)
    assert all(fixture.rule == f"rules/{stem}.toml" for stem, fixture in FIXTURES.items())


def test_every_type_of_rule_that_has_a_query_is_there() -> None:
    types = {load(path).type for path in RULES}
    assert types == {"eql", "query", "threshold", "new_terms", "threat_match"}


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_has_no_findings(path: Path) -> None:
    assert check_file(path) == []


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_is_laid_out_as_published_ones_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    rule = table(path)
    keys = [key for key, value in rule.items() if key != "query" and not _is_table(value)]
    assert keys == sorted(keys)
    metadata = read_toml(read_file(path)).values["metadata"]
    assert isinstance(metadata, Mapping)
    assert list(metadata) == sorted(metadata)
    assert re.search(r"^query = '''\n.+\n'''\n", text, re.MULTILINE | re.DOTALL)
    assert text.index("\nquery = ") > text.index("\ntype = ")
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 120
    assert "\t" not in text


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(item, Mapping) for item in value))


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rule_says_what_readers_of_an_alert_need(path: Path) -> None:
    rule = table(path)
    assert (rule["author"], rule["license"], rule["timestamp_override"]) == (["isorule"], LICENSE, "event.ingested")
    assert uuid.UUID(str(rule["rule_id"])).version == 4
    note = str(rule["note"])
    assert note.startswith("## Triage and analysis\n")
    assert f"### Investigating {rule['name']}\n" in note
    for part in ("description", "false_positives", "references", "from", "interval", "index", "tags"):
        assert rule[part], part


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_a_rules_file_and_tags_name_its_tactics(path: Path) -> None:
    rule = load(path)
    tactics = [threat.tactic_name for threat in rule.threats]
    assert path.stem.startswith(tactics[0].lower().replace(" ", "_") + "_")
    assert [tag.removeprefix("Tactic: ") for tag in rule.metadata.tags if tag.startswith("Tactic: ")] == tactics


def test_ids_and_names_are_unique() -> None:
    rules = [load(path).metadata for path in RULES]
    assert len({rule.id for rule in rules}) == len({rule.title for rule in rules}) == len(RULES)


@pytest.mark.parametrize("stem", FIXTURES)
def test_a_fixture_is_well_formed(stem: str) -> None:
    assert fixture_diagnostics(ROOT / "tests" / "fixtures" / f"{stem}.yml") == []


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
def test_a_fixture_has_three_matches_and_five_near_misses_or_more(fixture: Fixture) -> None:
    assert sum(case.matches for case in fixture.cases) >= 3
    near_misses = [case for case in fixture.cases if not case.matches]
    assert len(near_misses) >= 5
    assert {"missing field", "not in a container"} & {case.differs for case in near_misses}


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
def test_a_near_miss_differs_from_some_match_in_one_respect(fixture: Fixture) -> None:
    """One group of fields: all of `process`, or all of `event`, or that it is no container."""
    matches = [dict(_leaves(event)) for case in fixture.cases if case.matches for event in case.events[:1]]
    for case in fixture.cases:
        if not case.matches and len(case.events) == 1:
            event = dict(_leaves(case.events[0]))
            distances = [
                {_group(key) for key in event.keys() | match if event.get(key) != match.get(key)} for match in matches
            ]
            assert min(map(len, distances)) <= 1, case.name


def _leaves(event: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in event.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _group(path: str) -> str:
    head = path.partition(".")[0]
    return "container" if head == "orchestrator" else head


@pytest.mark.parametrize("fixture", FIXTURES.values(), ids=FIXTURES)
def test_the_rule_gives_the_answers_of_its_fixture(fixture: Fixture) -> None:
    report = run_fixture(fixture, {fixture.rule: load(ROOT / fixture.rule)})
    assert [case.case.name for case in report.cases if not case.passed] == []
    assert len(report.cases) == len(fixture.cases)


def test_the_twins_that_wait_are_those_of_rule_types_without_a_form_in_sigma() -> None:
    waiting = {load(ROOT / item.rule).type for item in FIXTURES.values() if item.twin.status is not TwinStatus.REQUIRED}
    assert waiting == {"new_terms", "threat_match"}
