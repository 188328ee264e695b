"""Generated regular expressions: Lucene's automata and `compile_regex` accept the same texts."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from oracle_lane import engine, regexes
from oracle_lane.comparison import Tally
from oracle_lane.engine import Refused
from oracle_lane.sources import SEED

from isorule.ir.matchers import Regex

pytestmark = [pytest.mark.oracle, pytest.mark.skipif(engine.missing() is not None, reason=str(engine.missing()))]


def test_lucene_and_the_evaluator_accept_the_same_texts(tallies: list[str]) -> None:
    random = Random(SEED + 4)
    writer = regexes.RegexWriter(random)
    matchers = [regexes.matcher(writer.pattern(), insensitive=number % 3 == 0) for number in range(3000)]
    questions = [(found, regexes.values_near(found, random, 8)) for found in matchers]
    answers = engine.judge_regexes(
        [(found.pattern, number % 3 == 0, values) for number, (found, values) in enumerate(questions)]
    )
    tally = Tally("Lucene regular expressions")
    for (found, values), theirs in zip(questions, answers, strict=True):
        count(tally, found, values, theirs, regexes.ours(found, values))
    tallies.append(str(tally))
    assert tally.differences == [], f"{len(tally.differences)} differences, the first:\n{tally.differences[0]}"
    assert tally.pairs > 20_000
    assert 0.2 < tally.matches / tally.pairs < 0.8


def count(tally: Tally, found: Regex, values: list[str], theirs: engine.Answer, mine: engine.Answer) -> None:
    tally.queries += 1
    if isinstance(theirs, Refused) or isinstance(mine, Refused):
        if isinstance(theirs, Refused) and isinstance(mine, Refused):
            tally.refused_by_both += 1
        else:
            note(tally, regexes.reason(found, None, mine, theirs), f"{found}\n  engine: {theirs}\n  ours: {mine}")
        return
    tally.pairs += len(values)
    tally.events += len(values)
    tally.matches += len(theirs)
    for number in sorted(theirs ^ mine):
        text = f"{found}\n  {values[number]!r}\n  engine: {number in theirs}, ours: {number in mine}"
        note(tally, regexes.reason(found, values[number], mine, theirs), text)


def note(tally: Tally, reason: str | None, difference: str) -> None:
    if reason is None:
        tally.differences.append(difference)
    else:
        tally.explained += Counter([reason])
