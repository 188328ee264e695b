"""Generated EQL event queries of the kind that Elasticsearch pushes down to Query DSL."""

from __future__ import annotations

import json
from random import Random

from isorule.ir.schema import FieldType
from oracle_lane import world
from oracle_lane.predicates import REGEXES

_TEXTUAL = ("process.name", "process.args", "process.command_line", "event.code", "user.name")


class EqlWriter:
    """Writes queries at random."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def query(self, depth: int) -> str:
        """An event query with a condition of at most so many levels."""
        category = self._random.choice(["any", "any", "process", "network"])
        return f"{category} where {self._condition(depth)}"

    def _condition(self, depth: int) -> str:
        kind = self._random.random()
        if depth == 0 or kind < 0.35:
            return self._leaf()
        if kind < 0.5:
            return f"not ({self._condition(depth - 1)})"
        word = self._random.choice([" and ", " or "])
        return word.join(f"({self._condition(depth - 1)})" for _ in range(self._random.choice([2, 3])))

    def _leaf(self) -> str:
        random = self._random
        path = random.choice(
            [*_TEXTUAL, *_TEXTUAL, "process.pid", "event.risk", "event.success", "source.ip", "@timestamp"]
        )
        if random.random() < 0.12:
            return f"{path} {random.choice(['==', '!='])} null"
        match world.SCHEMA.type_of(path):
            case FieldType.INTEGER | FieldType.DECIMAL:
                number = random.choice([value for value in world.pool(path) if not isinstance(value, str)])
                return f"{path} {random.choice(['==', '!=', '<', '<=', '>', '>='])} {number}"
            case FieldType.BOOLEAN:
                return f"{path} == {random.choice(['true', 'false'])}"
            case FieldType.IP:
                blocks = ", ".join(quoted(block) for block in random.sample(world.NETWORKS, random.choice([1, 2])))
                return random.choice(
                    [f"cidrMatch({path}, {blocks})", f"{path} == {quoted(random.choice(world.ADDRESSES))}"]
                )
            case FieldType.DATE:
                return f"{path} {random.choice(['<', '<=', '>', '>='])} {quoted(random.choice(world.DATE_BOUNDS))}"
            case _:
                return self._textual(path)

    def _textual(self, path: str) -> str:
        random = self._random
        kind = random.randrange(6)
        values = ", ".join(self._text() for _ in range(random.choice([1, 2, 3])))
        patterns = ", ".join(self._pattern() for _ in range(random.choice([1, 2, 3])))
        if kind == 0:
            return f"{path} {random.choice(['==', '!='])} {self._text()}"
        if kind == 1:
            return f"{path} {random.choice(['in', 'in~', 'not in', 'not in~'])} ({values})"
        if kind == 2:
            return f"{path} : {self._pattern()}" if random.random() < 0.5 else f"{path} : ({patterns})"
        if kind == 3:
            return f"{path} {random.choice(['like', 'like~'])} ({patterns})"
        if kind == 4 and path != "user.name":
            return f"{path} {random.choice(['regex', 'regex~'])} {quoted(random.choice(REGEXES))}"
        return f"{path} {random.choice(['<', '<=', '>', '>='])} {self._text()}"

    def _text(self) -> str:
        return quoted(self._random.choice(world.WORDS))

    def _pattern(self) -> str:
        text = self._random.choice([word for word in world.WORDS if len(word) > 1])
        at = self._random.randint(0, len(text) - 1)
        sign = self._random.choice("**?")
        return quoted(text[:at] + sign + text[at + (sign == "?") :] + self._random.choice(["", "", "*"]))


def quoted(text: str) -> str:
    """An EQL string literal."""
    return json.dumps(text, ensure_ascii=False)
