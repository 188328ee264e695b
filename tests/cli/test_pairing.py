"""Which rules of two sides belong together."""

from __future__ import annotations

import pytest

from isorule.cli.pairing import Side, paired
from isorule.ir.detections import Match
from isorule.ir.predicates import Const


def _side(label: str, identity: str | None = None) -> Side:
    return Side(label, identity, Match(Const(True)))


def _labels(first: list[Side], second: list[Side]) -> list[tuple[str | None, str | None]]:
    return [(a.label if a else None, b.label if b else None) for a, b in paired(first, second)]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([_side("a")], [_side("x")], [("a", "x")]),
        ([_side("r/a.toml", "1"), _side("r/b.toml", "2")], [_side("s/b.yml", "1"), _side("s/a.yml", "2")],
         [("r/a.toml", "s/b.yml"), ("r/b.toml", "s/a.yml")]),
        ([_side("r/a.toml"), _side("r/b.toml", "2")], [_side("s/b.yml", "3"), _side("s/a.yml", "4")],
         [("r/a.toml", "s/a.yml"), ("r/b.toml", "s/b.yml")]),
        ([_side("r/a.toml", "1"), _side("r/b.toml", "2")], [_side("s/c.yml", "1")],
         [("r/a.toml", "s/c.yml"), ("r/b.toml", None)]),
        ([], [_side("s/a.yml")], [(None, "s/a.yml")]),
        ([_side("r/x/a.toml"), _side("r/y/a.toml")], [_side("s/a.yml")],
         [(None, "s/a.yml"), ("r/x/a.toml", None), ("r/y/a.toml", None)]),
        ([_side("r/a.toml", "1"), _side("r/b.toml", "1")], [_side("s/b.yml", "1"), _side("s/a.yml", "1")],
         [("r/a.toml", "s/a.yml"), ("r/b.toml", "s/b.yml")]),
    ],
)  # fmt: skip
def test_rules_pair_by_id_then_by_stem_and_never_by_guess(
    first: list[Side], second: list[Side], expected: list[tuple[str | None, str | None]]
) -> None:
    assert _labels(first, second) == expected
