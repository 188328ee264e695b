"""Comments that silence findings: where they may stand, for which lines they speak, and what becomes of idle ones."""

from __future__ import annotations

import pytest

from isorule.checks import Choice, plan
from isorule.checks.file import report_file
from isorule.checks.fixing import mend
from isorule.checks.run import settle
from isorule.diagnostics import Applicability, Diagnostic
from isorule.source import SourceFile

PLAN = plan()

ELASTIC = """\
[metadata]
creation_date = "2026/11/21"
maturity = "production"
updated_date = "2026/11/21"

[rule]
author = ["isorule"]
description = "What it finds."
language = "eql"
name = "A rule"
risk_score = 5
rule_id = "6a3b1f7e-58b3-4d6e-9d0b-8a1f5d1c2e3f"
severity = "medium"
type = "eql"
query = '''
process where process.name = "nmap"
'''
"""

SIGMA = """\
title: A rule
tags:
    - attack.discovery
    - attack.t1946
logsource:
    product: linux
detection:
    selection:
        a: b
    condition: selection
"""


def names(text: str, form: str = "elastic", choice: Choice | None = None) -> list[str]:
    return [item.name for item in checked(text, form, choice)]


def checked(text: str, form: str = "elastic", choice: Choice | None = None) -> list[Diagnostic]:
    chosen = PLAN if choice is None else plan(choice)
    file = SourceFile("rule", text)
    return settle({"rule": report_file(file, form, chosen)}, chosen)


def test_the_rules_of_these_tests_have_their_findings() -> None:
    assert names(ELASTIC) == ["risk-score-band", "single-equals"]
    assert names(SIGMA, "sigma") == ["attack-unknown"]


@pytest.mark.parametrize("selector", ["risk-score-band", "RISK001", "RISK", "risk-*", "other, RISK"])
def test_a_comment_at_the_end_of_a_line_speaks_for_it(selector: str) -> None:
    text = ELASTIC.replace("risk_score = 5", f"risk_score = 5  # isorule: ignore[{selector}] agreed")
    assert "risk-score-band" not in names(text)


def test_a_comment_on_its_own_line_speaks_for_the_next_line_that_says_something() -> None:
    text = ELASTIC.replace("risk_score = 5", "# isorule: ignore[risk-score-band] agreed\n# so\n\nrisk_score = 5")
    assert names(text) == ["single-equals"]


def test_a_comment_speaks_for_no_other_line() -> None:
    text = ELASTIC.replace('severity = "medium"', 'severity = "medium"  # isorule: ignore[risk-score-band] agreed')
    assert sorted(names(text)) == ["risk-score-band", "single-equals", "unused-ignore"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("query = '''", "# isorule: ignore[single-equals] agreed\nquery = '''"),
        ("\n'''\n", "\n'''  # isorule: ignore[single-equals] agreed\n"),
        ("process where", "// isorule: ignore[single-equals] agreed\nprocess where"),
    ],
    ids=["before", "behind", "inside"],
)
def test_a_finding_in_a_query_is_silenced_around_or_inside_of_it(old: str, new: str) -> None:
    """`=` for `==` is a syntax error, and a comment of EQL is one even then."""
    assert names(ELASTIC.replace(old, new)) == ["risk-score-band"]


def test_a_comment_for_the_file_speaks_for_every_line() -> None:
    assert names("# isorule: ignore-file[RISK, EQL] old rule\n" + ELASTIC) == []


@pytest.mark.parametrize(
    "text",
    [
        SIGMA.replace("    - attack.t1946", "    - attack.t1946  # isorule: ignore[attack-unknown] ours"),
        SIGMA.replace("tags:", "tags:  # isorule: ignore[attack-unknown] ours"),
        SIGMA.replace("tags:", "# isorule: ignore[attack-unknown] ours\ntags:"),
        SIGMA.replace("    - attack.t1946", "    # isorule: ignore[attack-unknown] ours\n    - attack.t1946"),
    ],
    ids=["item", "list", "before the list", "before the item"],
)
def test_comments_in_yaml(text: str) -> None:
    assert names(text, "sigma") == []


@pytest.mark.parametrize(
    "text",
    [
        ELASTIC.replace("What it finds.", "What # isorule: ignore[risk-score-band] finds."),
        ELASTIC.replace("process where", '/* isorule: */ process where "// isorule: ignore[RISK]" == a or'),
    ],
)
def test_what_stands_in_a_text_is_no_comment(text: str) -> None:
    assert "risk-score-band" in names(text)


def test_a_comment_of_a_language_without_comments_is_none() -> None:
    text = (
        ELASTIC.replace('"eql"', '"kuery"')
        .replace("type = ", 'type = "query" #')
        .replace("process where", "// isorule: ignore[RISK]\na: 1 or")
    )
    assert "risk-score-band" in names(text)


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("isorule: ignore", "an ignore names what it ignores: `isorule: ignore[name] reason`"),
        ("isorule: ignore[]", "an ignore names what it ignores: `isorule: ignore[name] reason`"),
        ("isorule: disable[x]", "a comment to isorule says `ignore[name]` or `ignore-file[name]`"),
        ("isorule: ignore[risk-score-bond] x", "no check is called 'risk-score-bond'"),
    ],
)
def test_a_comment_that_is_no_ignore_is_reported_and_silences_nothing(comment: str, message: str) -> None:
    found = checked(ELASTIC.replace("risk_score = 5", f"risk_score = 5  # {comment}"))
    assert {item.name for item in found} >= {"risk-score-band", "malformed-ignore"}
    (malformed,) = [item for item in found if item.name == "malformed-ignore"]
    assert malformed.message == message
    assert (malformed.line, malformed.column) == (11, 17)


def test_an_idle_comment_is_reported_with_the_name_that_is_idle_only() -> None:
    text = ELASTIC.replace("risk_score = 5", "risk_score = 5  # isorule: ignore[risk-score-band, schema] agreed")
    (idle,) = [item for item in checked(text) if item.name == "unused-ignore"]
    assert idle.message == "nothing to ignore here: schema"
    assert idle.fix is None


def test_an_ignore_of_a_check_that_does_not_run_is_not_idle() -> None:
    text = ELASTIC.replace("severity = ", "severity = ").replace(
        "risk_score = 5", "risk_score = 47  # isorule: ignore[RISK001] x"
    )
    assert "unused-ignore" in names(text)
    assert "unused-ignore" not in names(text, choice=Choice(ignore=("risk-score-band",)))


@pytest.mark.parametrize(
    ("with_comment", "without"),
    [
        ('maturity = "production"  # isorule: ignore[schema] x\n', 'maturity = "production"\n'),
        ('# isorule: ignore[schema] x\nmaturity = "production"\n', 'maturity = "production"\n'),
    ],
)
def test_an_idle_comment_is_taken_away_whole(with_comment: str, without: str) -> None:
    text = ELASTIC.replace('maturity = "production"\n', with_comment)
    mended = mend(SourceFile("rule", text), "elastic", PLAN, frozenset({Applicability.SAFE}))
    assert mended.file.text == ELASTIC.replace('maturity = "production"\n', without)
    assert mended.dropped == ()


def test_an_idle_comment_in_a_query_is_taken_away_from_it() -> None:
    text = ELASTIC.replace("process where", "// isorule: ignore[RISK002] x\nprocess where")
    mended = mend(SourceFile("rule", text), "elastic", PLAN, frozenset({Applicability.SAFE}))
    assert mended.file.text == ELASTIC


def test_a_reason_is_asked_for_where_that_is_selected() -> None:
    text = ELASTIC.replace("risk_score = 5", "risk_score = 5  # isorule: ignore[risk-score-band]")
    assert names(text) == ["single-equals"]
    assert "ignore-without-reason" in names(text, choice=Choice(extend=("ignore-without-reason",)))
