"""What of a Lucene query only ranks events is said, at its place, in the query and in the file of a rule."""

from __future__ import annotations

import pytest

import isorule
from isorule.dialects.lucene import LUCENE

CASES = {
    "a:1^2": [("boost-left-out", "^2")],
    "(a:1 OR b:2)^3.5 AND c:[1 TO 5]^2": [("boost-left-out", "^3.5"), ("boost-left-out", "^2")],
    "a:1 OR b:2 AND c:3": [("optional-clause-left-out", "a:1")],
    "+a:1 b:2 -c:3": [("optional-clause-left-out", "b:2")],
    "x:(+a b^2) OR y:1": [("optional-clause-left-out", "b^2"), ("boost-left-out", "^2")],
    "a:1 OR b:2": [],
    "a:1 AND b:2": [],
    "a:1 -c:3": [],
    "": [],
}
RULE = """[rule]
name = "A rule"
type = "query"
language = "lucene"
query = '''
process.name:a OR
process.name:b AND user.name:c^2
'''
"""


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_what_only_ranks(text: str, expected: list[tuple[str, str]]) -> None:
    assert LUCENE.notes is not None
    found = LUCENE.notes(text)
    assert [(note.name, text[note.span.start : note.span.end]) for note in found if note.span] == expected
    assert all(note.severity is isorule.diagnostics.Severity.INFO for note in found)


def test_a_conversion_hands_out_the_notes_of_the_source() -> None:
    (rule,) = isorule.loads(RULE, "elastic", path="a.toml")
    found = isorule.convert(rule, "sigma", max_loss="cosmetic")
    placed = [(loss.name, loss.path, loss.line, loss.column) for loss in found.losses]
    assert ("optional-clause-left-out", "a.toml", 6, 1) in placed
    assert ("boost-left-out", "a.toml", 7, 31) in placed
