"""What the fixes of query logic make of a rule."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from isorule.checks.documentation import Example
from isorule.checks.examples import diagnostics_of_examples, example_file
from isorule.checks.registry import find_check
from isorule.diagnostics import TextEdit

VECTORS = Path(__file__).parents[2] / "vectors" / "checks" / "fixes_logic.toml"
CASES = tomllib.loads(VECTORS.read_text("utf-8"))["fix"]


def applied(text: str, edits: tuple[TextEdit, ...]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize("case", CASES, ids=[f"{number}-{case['check']}" for number, case in enumerate(CASES)])
def test_a_fix_gives_the_text_that_is_meant(case: dict[str, str]) -> None:
    check = find_check(case["check"])
    assert check is not None
    before = Example(case["language"], case["before"])
    (found,) = diagnostics_of_examples(check, [before])
    edits = found.fix.edits if found.fix is not None else ()
    text, _ = example_file(before)
    wanted, _ = example_file(Example(case["language"], case["after"]))
    assert applied(text.text, edits) == wanted.text
