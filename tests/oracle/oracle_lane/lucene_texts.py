"""Generated texts of Lucene's query syntax."""

from __future__ import annotations

import re
from random import Random

from isorule.ir.schema import FieldType
from oracle_lane import world

_SPECIAL = re.compile(r'[+\-=&|><!(){}\[\]^"~*?:\\/ \t\r\n]')
_WORDS = re.compile(r"(?:AND|OR|NOT|TO)")
_TEXTUAL = ("process.name", "process.args", "process.command_line", "event.code", "user.name", "message")
_REGEXES = (
    "c.d\\.exe",
    "[a-c]+",
    "(cmd|powershell)\\.exe",
    "a|b",
    "[0-9]{1,4}",
    "~(abc)",
    ".*\\\\\\\\.*",
    "<1-100>",
    "qu.ck",
)


class LuceneWriter:
    """Writes queries at random."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def query(self, depth: int = 2) -> str:
        """A list of clauses, joined in every way that the syntax knows."""
        random = self._random
        clauses = [self._clause(depth) for _ in range(random.choice([1, 2, 2, 3, 4]))]
        text = clauses[0]
        for clause in clauses[1:]:
            text += random.choice([" ", " AND ", " OR ", " AND ", " OR ", " && ", " || "]) + clause
        return text

    def _clause(self, depth: int) -> str:
        random = self._random
        sign = random.choice(["", "", "", "", "+", "-", "NOT ", "!"])
        if depth and random.random() < 0.25:
            inner = f"({self.query(depth - 1)})"
        elif random.random() < 0.15:
            path = random.choice(_TEXTUAL)
            values = random.choice([" ", " OR ", " AND "]).join(self._value(path) for _ in range(random.choice([2, 3])))
            inner = f"{path}:({values})"
        else:
            inner = self._leaf()
        return sign + inner

    def _leaf(self) -> str:
        random = self._random
        kind = random.random()
        if kind < 0.05:
            return f"_exists_:{random.choice(world.ROOT_PATHS)}"
        if kind < 0.08:
            return random.choice(["*:*", "*"])
        if kind < 0.14:
            return self._value("message")
        path = random.choice(world.ROOT_PATHS)
        if kind < 0.2:
            return f"{path}:*"
        if kind < 0.28:
            return f"{random.choice(_TEXTUAL[:4])}:/{random.choice(_REGEXES)}/"
        name = path.replace("@", "\\@") if random.random() < 0.1 else path
        if kind < 0.42 or world.SCHEMA.type_of(path) in (FieldType.INTEGER, FieldType.DECIMAL):
            return f"{name}:{self._range(path)}"
        if kind < 0.62:
            path = random.choice(_TEXTUAL)
            return f"{path}:{self._pattern(path)}"
        return f"{name}:{self._value(path)}{random.choice(['', '', '', '^2'])}"

    def _value(self, path: str) -> str:
        random = self._random
        values = [*world.pool(path), *(world.NETWORKS if world.SCHEMA.type_of(path) is FieldType.IP else ())]
        text = _spelled(random.choice(values))
        if path == "event.success":
            text = random.choice(["true", "false"])
        if random.random() < 0.4 or not text or _WORDS.fullmatch(text):
            return quoted(text)
        return bare(text)

    def _range(self, path: str) -> str:
        random = self._random
        dates = world.SCHEMA.type_of(path) is FieldType.DATE
        pool = world.DATE_BOUNDS if dates else ["true", "false"] if path == "event.success" else [*world.pool(path)]
        one, other = (quoted(_spelled(random.choice(pool))) for _ in range(2))
        if random.random() < 0.3:
            bound = _spelled(random.choice(pool))
            return random.choice([">", ">=", "<", "<="]) + (bare(bound) if bound and not bound.startswith("=") else "a")
        if random.random() < 0.2:
            one, other = random.choice([(one, "*"), ("*", other)])
        return f"{random.choice('[{')}{one} TO {other}{random.choice(']}')}"

    def _pattern(self, path: str) -> str:
        random = self._random
        text = str(random.choice([word for word in world.pool(path) if len(str(word)) > 1]))
        at = random.randint(0, len(text) - 1)
        sign = random.choice("**?")
        return bare(text[:at]) + sign + bare(text[at + (sign == "?") :]) + random.choice(["", "", "*"])


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def quoted(text: str) -> str:
    """A phrase in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def bare(text: str) -> str:
    """A text without quotes, special characters and blanks escaped."""
    return _SPECIAL.sub(r"\\\g<0>", text)
