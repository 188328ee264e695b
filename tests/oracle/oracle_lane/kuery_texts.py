"""Generated kuery, of everything its grammar has."""

from __future__ import annotations

import re
from random import Random

from isorule.ir.schema import FieldType
from oracle_lane import world

_SPECIAL = re.compile(r'[\\():<>"*{}]')
_KEYWORD = re.compile(r"(?i)\b(and|or|not)\b")
_GLOBS = ("process.*", "*.name", "event.*", "process.n*")
_WILDCARD_PATHS = (
    "process.name",
    "process.args",
    "process.command_line",
    "event.code",
    "user.name",
    "message",
    "message",
)


class KueryWriter:
    """Writes queries at random."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def query(self, depth: int = 3) -> str:
        """A query of at most so many levels."""
        random = self._random
        kind = random.random()
        if depth == 0 or kind < 0.35:
            return self._leaf()
        if kind < 0.5:
            return f"not {self._operand(depth)}"
        word = random.choice([" and ", " or ", " AND ", " or\n"])
        return word.join(self._operand(depth) for _ in range(random.choice([2, 2, 3])))

    def _operand(self, depth: int) -> str:
        inner = self.query(depth - 1)
        return inner if depth == 1 and not inner.startswith("not ") else f"({inner})"

    def _leaf(self) -> str:
        random = self._random
        kind = random.random()
        if kind < 0.04:
            return self._value("message")
        if kind < 0.08:
            return f"{random.choice(_GLOBS)}: {self._value('process.name')}"
        if kind < 0.14:
            return f"items:{{ {self._items()} }}"
        path = random.choice(world.ROOT_PATHS)
        if kind < 0.22:
            return f"{path}: *"
        if kind < 0.36:
            values = " or ".join(self._value(path) for _ in range(random.choice([2, 3])))
            return random.choice([f"{path}:({values})", f"{path} : (not {self._value(path)})"])
        if kind < 0.46 or (kind < 0.7 and world.SCHEMA.type_of(path) in (FieldType.INTEGER, FieldType.DECIMAL)):
            return f"{path} {random.choice(['<', '<=', '>', '>='])} {self._bound(path)}"
        if kind < 0.66:
            path = random.choice(_WILDCARD_PATHS)
            return f"{path}: {self._pattern(path)}"
        return f"{path}{random.choice([':', ': ', ' : '])}{self._value(path)}"

    def _items(self) -> str:
        random = self._random
        leaves = [
            f"name: {self._value('items.name')}",
            f"size {random.choice(['<', '>='])} {random.choice([1, 5, 22])}",
        ]
        leaves += [f"not name: {self._value('items.name')}", "name: *"]
        return random.choice([" and ", " or "]).join(random.sample(leaves, random.choice([1, 2])))

    def _value(self, path: str) -> str:
        random = self._random
        values = [*world.pool(path), *(world.NETWORKS if world.SCHEMA.type_of(path) is FieldType.IP else ())]
        value = random.choice(values)
        if isinstance(value, bool):
            return str(value).lower()
        text = str(value)
        if isinstance(value, str) and (random.random() < 0.6 or not self._can_stand_bare(text)):
            return quoted(text)
        return bare(text)

    @staticmethod
    def _can_stand_bare(text: str) -> bool:
        return bool(text) and text.strip() == text and text.isprintable() and not _KEYWORD.search(text)

    def _bound(self, path: str) -> str:
        if world.SCHEMA.type_of(path) is FieldType.DATE:
            return quoted(self._random.choice(world.DATE_BOUNDS))
        value = self._random.choice(world.pool(path))
        return quoted(value) if isinstance(value, str) else str(value).lower()

    def _pattern(self, path: str) -> str:
        """A text with stars in it."""
        random = self._random
        while True:
            text = str(random.choice(world.pool(path)))
            if len(text) > 1 and self._can_stand_bare(text) and "*" not in text:
                break
        if random.random() < 0.8:
            text = random.choice(re.split(r"\s", text))
        cuts = sorted(random.sample(range(len(text) + 1), random.choice([1, 2])))
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        if random.random() < 0.3:
            pieces[-1] = pieces[-1][1:]
        return "*".join(bare(piece) for piece in pieces).strip() or "**"


def quoted(text: str) -> str:
    """A kuery literal in quotes."""
    for sign, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(sign, escape)
    return f'"{text}"'


def bare(text: str) -> str:
    """A kuery literal without quotes, special characters escaped."""
    return _SPECIAL.sub(r"\\\g<0>", text)
