"""Findings in every format, tables and counts."""

from __future__ import annotations

import json

import pytest

from isorule.diagnostics import Diagnostic, Severity
from isorule.report import Findings, finding_formats, render_findings
from isorule.report.text import counted, findings_summary, table, tally
from isorule.source import SourceFile, Span

FILE = SourceFile("rules/a.toml", 'x = 1\nname = "abc"\n')
LATER = Diagnostic("B", "b-name", Severity.WARNING, "later", span=Span(13, 18)).located(FILE)
EARLIER = Diagnostic("A", "a-name", Severity.ERROR, "earlier", span=Span(0, 1)).located(FILE)


def findings() -> Findings:
    return Findings((LATER, EARLIER), 2, {FILE.path: FILE})


@pytest.mark.parametrize("form", finding_formats())
def test_every_format_writes_findings_in_order_of_place(form: str) -> None:
    text = render_findings(findings(), form)
    assert text.index("earlier") < text.index("later")
    assert text.endswith("\n")


def test_text_underlines_the_place() -> None:
    assert render_findings(findings(), "text").splitlines()[-3:] == [
        "   |",
        ' 2 | name = "abc"',
        "   |        ^^^^^",
    ]


def test_text_of_nothing_is_nothing() -> None:
    assert render_findings(Findings((), 3, {}), "text") == ""


def test_json_counts_and_places() -> None:
    values = json.loads(render_findings(findings(), "json"))
    assert values["summary"] == {"files": 2, "error": 1, "warning": 1, "info": 0}
    assert [(item["name"], item["line"], item["column"], item["span"]) for item in values["diagnostics"]] == [
        ("a-name", 1, 1, [0, 1]),
        ("b-name", 2, 8, [13, 18]),
    ]


def test_at_least_counts_graver_ones_too() -> None:
    warning = Findings((LATER,), 1, {})
    assert [warning.at_least(severity) for severity in Severity] == [False, True, True]


def test_the_summary_line_says_what_was_found() -> None:
    assert findings_summary(findings()) == "2 files checked: 1 error, 1 warning"
    assert findings_summary(Findings((), 1, {})) == "1 file checked: nothing found"


def test_numbers_agree_with_their_nouns() -> None:
    assert [counted(number, "rule") for number in (0, 1, 2)] == ["0 rules", "1 rule", "2 rules"]
    assert counted(2, "info") == "2 info"


def test_a_tally_puts_the_most_frequent_first_and_ties_by_name() -> None:
    assert tally(["b", "a", "c", "c"]) == "2 c, 1 a, 1 b"


def test_a_table_aligns_columns_and_ends_no_line_with_blanks() -> None:
    assert table(("rule", "n"), [("a", "1"), ("longer", "")]) == "rule    n\n------  -\na       1\nlonger\n"
