"""Places, underlining, and losses under negation."""

from __future__ import annotations

import pytest

from isorule.diagnostics import Diagnostic, Effect, Fix, Related, Severity, TextEdit, render, render_all, to_json
from isorule.source import Embedded, Segment, SourceFile, Span

FILE = SourceFile("rule.toml", 'a = 1\nquery = "x \\" y"\n')


def found(span: Span | None, **more: object) -> Diagnostic:
    return Diagnostic("T001", "some-finding", Severity.ERROR, "found it", span=span, **more)


def test_position_counts_from_one_and_ends_past_the_text() -> None:
    assert FILE.position(0) == (1, 1)
    assert FILE.position(6) == (2, 1)
    assert FILE.position(len(FILE.text)) == (3, 1)
    assert FILE.position(999) == (3, 1)


def test_a_span_of_a_query_moves_into_the_file_across_an_escape() -> None:
    start = FILE.text.index("x")
    query = Embedded(FILE, 'x " y', (Segment(0, start), Segment(2, start + 2), Segment(3, start + 4)))
    placed = found(Span(4, 5), related=(Related("see", Span(0, 1)),)).located(query)
    assert FILE.text[slice(*placed.span or ())] == "y"
    assert (placed.path, placed.line, placed.column) == ("rule.toml", 2, 15)
    assert (placed.related[0].line, placed.related[0].column) == (2, 10)


def test_the_place_is_underlined() -> None:
    lines = render(found(Span(0, 1)).located(FILE), {"rule.toml": FILE}).splitlines()
    assert lines[0] == "rule.toml:1:1: error[some-finding] found it (T001)"
    assert lines[2:] == [" 1 | a = 1", "   | ^"]


@pytest.mark.parametrize("at", [0, 5, 100, 399])
def test_of_a_long_line_the_place_is_shown(at: int) -> None:
    text = "".join(chr(ord("a") + index % 26) for index in range(400))
    file = SourceFile("long.txt", text)
    lines = render(found(Span(at, at + 1)).located(file), {"long.txt": file}).splitlines()
    assert max(map(len, lines[1:])) < 180
    assert lines[2][lines[3].index("^")] == text[at]


def test_output_is_sorted_by_place() -> None:
    later, earlier = (found(Span(at, at + 1)).located(FILE) for at in (6, 0))
    text = render_all([later, earlier])
    assert text.index("rule.toml:1:1") < text.index("rule.toml:2:1")


def test_json_leaves_out_what_is_absent() -> None:
    fix = Fix("drop it", (TextEdit(Span(0, 1), ""),))
    assert to_json(found(Span(0, 1), fix=fix).located(FILE)) == {
        "code": "T001",
        "name": "some-finding",
        "severity": "error",
        "message": "found it",
        "path": "rule.toml",
        "line": 1,
        "column": 1,
        "span": [0, 1],
        "fix": {"title": "drop it", "applicability": "safe", "edits": [{"span": [0, 1], "text": ""}]},
    }


@pytest.mark.parametrize(
    ("effect", "flipped"),
    [
        (Effect.WIDENS, Effect.NARROWS),
        (Effect.NARROWS, Effect.WIDENS),
        (Effect.COSMETIC, Effect.COSMETIC),
        (Effect.CHANGES, Effect.CHANGES),
    ],
)
def test_a_loss_turns_under_a_negation(effect: Effect, flipped: Effect) -> None:
    assert effect.under_negation() is flipped
    assert effect.under_negation().under_negation() is effect
