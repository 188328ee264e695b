"""The formats of findings for other programs, fingerprints and baselines."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema.validators import validator_for

from isorule.diagnostics import Applicability, Diagnostic, Fix, Related, Severity, TextEdit
from isorule.report import Findings, finding_formats, render_findings
from isorule.report.baseline import BaselineError, baseline_text, read_baseline
from isorule.report.fingerprints import fingerprints
from isorule.source import SourceFile, Span

TESTS = Path(__file__).parents[2]
HOOK_TOOLS = Path(os.environ.get("ISORULE_HOOK_TOOLS", TESTS.parent / ".cache" / "hooks"))
SARIF_PART = TESTS / "vectors" / "report" / "sarif-2.1.0-subset.schema.json"
SARIF_OFFICIAL = HOOK_TOOLS / "sarif-schema-2.1.0.json"

FILE = SourceFile("ru les/ä.toml", "a = \"x\"\nb = \"𝛂 <&>\"\nc = '''\n1\n2'''\n")
OTHER = SourceFile("b.yml", "title: x\n")
NAME = Diagnostic(
    "ATTACK004",
    "attack-name",
    Severity.ERROR,
    "100% wrong: a, b\nand more",
    hint="say <it> better",
    span=Span(12, 19),
    related=(Related("see there", Span(0, 5), "b.yml", 1, 1),),
    fix=Fix("use the name", (TextEdit(Span(12, 19), '"y"'),)),
).located(FILE)
LONG = Diagnostic("RISK002", "risk-score-usual", Severity.INFO, "long", span=Span(24, 35)).located(FILE)
SYNTAX = Diagnostic("EQL001", "eql-syntax", Severity.WARNING, "control \x01 sign", span=Span(0, 1)).located(OTHER)
WHOLE = Diagnostic("FAULT", "internal-fault", Severity.ERROR, "no place", path="c.yml")
FILES = {FILE.path: FILE, OTHER.path: OTHER}
FINDINGS = Findings((LONG, NAME, WHOLE, SYNTAX), 4, FILES)


def rendered(form: str, findings: Findings = FINDINGS) -> str:
    return render_findings(findings, form)


@pytest.mark.parametrize("form", finding_formats())
def test_every_format_gives_the_same_bytes_in_any_order_of_findings(form: str) -> None:
    turned = Findings(tuple(reversed(FINDINGS.diagnostics)), 4, FILES)
    assert rendered(form) == rendered(form, turned)


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_nothing_found_is_still_a_document(form: str) -> None:
    assert json.loads(rendered(form, Findings((), 1, {}))) is not None


def test_json_lines_have_one_object_a_line() -> None:
    rows = [json.loads(line) for line in rendered("jsonl").splitlines()]
    assert [(row["path"], row.get("line")) for row in rows] == [
        ("b.yml", 1),
        ("c.yml", None),
        ("ru les/ä.toml", 2),
        ("ru les/ä.toml", 3),
    ]
    assert rows[2]["fix"]["edits"] == [{"span": [12, 19], "text": '"y"'}]


def test_github_escapes_and_gives_columns_on_one_line_only() -> None:
    assert rendered("github").splitlines() == [
        "::warning title=isorule eql-syntax (EQL001),file=b.yml,line=1,endLine=1,col=1,endColumn=2::control \x01 sign",
        "::error title=isorule internal-fault (FAULT),file=c.yml::no place",
        (
            "::error title=isorule attack-name (ATTACK004),file=ru les/ä.toml,line=2,endLine=2,col=5,endColumn=12"
            "::100%25 wrong: a, b%0Aand more%0Ahint: say <it> better"
        ),
        "::notice title=isorule risk-score-usual (RISK002),file=ru les/ä.toml,line=3,endLine=5::long",
    ]


def test_gitlab_has_what_its_report_asks_for() -> None:
    entries = json.loads(rendered("gitlab"))
    assert [entry["severity"] for entry in entries] == ["minor", "major", "major", "info"]
    assert len({entry["fingerprint"] for entry in entries}) == 4
    assert entries[2]["location"] == {
        "path": "ru les/ä.toml",
        "positions": {"begin": {"line": 2, "column": 5}, "end": {"line": 2, "column": 12}},
    }
    assert entries[2]["check_name"] == "attack-name"


def test_junit_is_xml_that_counts_right() -> None:
    root = ET.fromstring(rendered("junit"))
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "4", "3")
    assert [suite.get("name") for suite in root] == ["b.yml", "c.yml", "ru les/ä.toml"]
    failure = root[2][0].find("failure")
    assert failure is not None
    assert failure.get("message") == "100% wrong: a, b\nand more"
    assert root[2][1].find("failure") is None
    quiet = ET.fromstring(rendered("junit", Findings((), 3, {})))
    assert quiet.get("tests") == "1"
    assert quiet.get("failures") == "0"


def sarif(findings: Findings = FINDINGS) -> Any:
    return json.loads(rendered("sarif", findings))


@pytest.mark.parametrize("path", [SARIF_PART, SARIF_OFFICIAL], ids=["part", "official"])
def test_sarif_is_what_its_schema_asks_for(path: Path) -> None:
    """The part says nothing of what we do not write, so a misspelt key is an error there, too."""
    if path == SARIF_OFFICIAL and not path.is_file():
        pytest.skip(f"{path.name} is absent; tests/hooks/install.sh installs it")
    schema = json.loads(path.read_text(encoding="utf-8"))
    validator = validator_for(schema)(schema)
    for findings in (FINDINGS, Findings((), 0, {})):
        assert [error.message for error in validator.iter_errors(sarif(findings))] == []
    wrong = sarif()
    wrong["runs"][0]["results"][0]["level"] = "info"
    assert not validator.is_valid(wrong)


def test_sarif_results_point_at_their_rules_and_places() -> None:
    (run,) = sarif()["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    named = next(result for result in run["results"] if result["ruleId"] == "ATTACK004")
    place = named["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "ru%20les/%C3%A4.toml"
    assert place["region"] == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 12}
    (replacement,) = named["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement == {"deletedRegion": place["region"], "insertedContent": {"text": '"y"'}}
    assert named["relatedLocations"][0]["message"]["text"] == "see there"


def test_a_fix_that_is_only_shown_is_no_fix_for_others() -> None:
    fix = Fix("look", (TextEdit(Span(0, 1), "b"),), Applicability.DISPLAY)
    (run,) = sarif(Findings((replace(NAME, fix=fix),), 1, FILES))["runs"]
    assert "fixes" not in run["results"][0]


def moved(lines: int) -> tuple[Diagnostic, SourceFile]:
    file = SourceFile(FILE.path, "# comment\n" * lines + FILE.text)
    shift = 10 * lines
    return replace(NAME, span=Span(12 + shift, 19 + shift), path=None, fix=None, related=()).located(file), file


def test_fingerprints_survive_lines_above_and_tell_equal_findings_apart() -> None:
    here = fingerprints([NAME], FILES)
    item, file = moved(3)
    assert fingerprints([item], {file.path: file}) == here
    assert len(set(fingerprints([NAME, NAME], FILES))) == 2
    changed = SourceFile(FILE.path, FILE.text.replace("𝛂", "β"))
    assert fingerprints([NAME], {FILE.path: changed}) != here


def test_a_baseline_hides_old_findings_and_no_new_ones() -> None:
    baseline = read_baseline(baseline_text([NAME, LONG], FILES))
    item, file = moved(2)
    assert baseline.new([item], {file.path: file}) == []
    assert baseline.new([NAME, NAME, SYNTAX], FILES) == [NAME, SYNTAX]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "findings": []}', '{"version": 1, "findings": [1]}'])
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(BaselineError):
        read_baseline(text)
