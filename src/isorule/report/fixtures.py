"""What fixtures gave: for each rule a table of its cases, with the answers of the rule and of its twin."""

from __future__ import annotations

from collections.abc import Sequence

from isorule.diagnostics import to_json
from isorule.fixtures import Answer, Case, CaseReport, FixtureReport, TwinStatus
from isorule.report.text import counted, table


def fixture_text(report: FixtureReport) -> str:
    """The rule, its twin or why it has none, and a row for each case."""
    twin = report.fixture.twin
    other = twin.path if twin.status is TwinStatus.REQUIRED else f"no twin ({twin.status.value}: {twin.reason})"
    rows = [
        ("ok" if item.passed else "WRONG", _wanted(item.case), _given(item.rule), _given(item.twin), item.case.name)
        for item in report.cases
    ]
    return f"{report.fixture.rule}, {other}\n{table(('', 'wanted', 'rule', 'twin', 'case'), rows)}"


def _wanted(case: Case) -> str:
    return "alerts" if case.alerts is None else counted(case.alerts, "alert")


def _given(answer: Answer | None) -> str:
    if answer is None:
        return "-"
    return counted(answer.alerts, "alert") if answer.problem is None else "no answer"


def fixtures_json(reports: Sequence[FixtureReport]) -> dict[str, object]:
    """All reports as JSON values."""
    return {
        "fixtures": [
            {
                "rule": report.fixture.rule,
                "twin": {
                    "path": report.fixture.twin.path,
                    "status": report.fixture.twin.status.value,
                    "reason": report.fixture.twin.reason,
                },
                "passed": report.passed,
                "cases": [_case_json(item) for item in report.cases],
                "problems": [to_json(problem) for problem in report.problems],
            }
            for report in reports
        ]
    }


def _case_json(item: CaseReport) -> dict[str, object]:
    return {
        "name": item.case.name,
        "matches": item.case.matches,
        "wanted": item.case.alerts,
        "passed": item.passed,
        "rule": _answer_json(item.rule),
        "twin": _answer_json(item.twin) if item.twin is not None else None,
    }


def _answer_json(answer: Answer) -> dict[str, object]:
    problem = to_json(answer.problem) if answer.problem is not None else None
    return {"alerts": answer.alerts, "problem": problem}


def fixtures_summary(reports: Sequence[FixtureReport], not_run: int) -> str:
    """How many rules, cases and answers there were, and how many failed: cases, and what could `not_run` at all."""
    cases = [item for report in reports for item in report.cases]
    answers = len(cases) + sum(item.twin is not None for item in cases)
    failed = sum(not item.passed for item in cases) + sum(len(report.problems) for report in reports) + not_run
    numbers = [counted(len(reports), "rule"), counted(len(cases), "case"), counted(answers, "answer")]
    return f"{', '.join(numbers)}: {counted(failed, 'failure') if failed else 'all as wanted'}"
