"""Generated predicates of the representation, as far as Query DSL can say them."""

from __future__ import annotations

from random import Random

from isorule.ir.axes import Case, RegexFlavor, TokenMode
from isorule.ir.matchers import (
    Bound,
    Equals,
    InNetwork,
    Like,
    Matcher,
    OneOf,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
    like,
)
from isorule.ir.predicates import And, AnyField, Const, Field, FieldGlob, Nested, Not, Or, Predicate, Test
from isorule.ir.schema import FieldType
from oracle_lane import world

REGEXES = (
    *(
        "cmd\\.exe",
        "c.d.*",
        "[a-c]+",
        "[^a-c]+",
        "(cmd|powershell)\\.exe",
        "a|b|abc",
        "a?b*c+",
        "[A-Z].*",
        ".*[0-9]{2,4}",
    ),
    *("[0-9]+", "<1-5000>", "~(abc).*", "~a.*", "a&ab?", ".*\\\\.*", ".*exe&.*cmd.*", "a{2}", "a{1,}", "(a|A){1,2}b?"),
    *(
        '"a*b"',
        "@",
        "#",
        "a.",
        "..",
        "[\\\\]",
        ".*[ \\-].*",
        "[*?]",
        "\\*|\\?",
        ".*ß.*",
        "stra.e",
        "(ab?)*",
        "k.*",
        "[k-s].*",
    ),
    *(
        "",
        "()",
        "a()",
        "^abc$",
        "abc$",
        "a+?",
        "\\/",
        "x{39,41}",
        ".*\n.*",
        "tab.bed",
        "[[]a]",
        "[]]",
        "[a-]",
        "😀|a.b",
    ),
)
_KEYWORDS = ("process.name", "process.args", "process.command_line", "event.code")
_MODES = tuple(TokenMode)


class PredicateWriter:
    """Makes predicates at random."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def predicate(self, depth: int = 3) -> Predicate:
        """A predicate of at most so many levels."""
        random = self._random
        kind = random.random()
        if depth == 0 or kind < 0.4:
            return self._leaf()
        if kind < 0.55:
            return Not(self.predicate(depth - 1))
        terms = tuple(self.predicate(depth - 1) for _ in range(random.choice([2, 2, 3])))
        return And(terms) if random.random() < 0.5 else Or(terms)

    def _leaf(self) -> Predicate:
        random = self._random
        kind = random.random()
        if kind < 0.02:
            return Const(random.choice([True, False]))
        if kind < 0.07:
            return Nested("items", self._in_items())
        if kind < 0.1:
            return Test(AnyField(), self._searched())
        if kind < 0.13:
            subject = FieldGlob(random.choice(["process.*", "*.name", "e*.c*"]))
            return Test(subject, random.choice([Present(), self._searched(patterns=False)]))
        path = random.choice([*world.ROOT_PATHS, *_KEYWORDS])
        if random.random() < 0.1:
            return Test(Field(path), Present())
        return Test(Field(path), self._matcher(path))

    def _in_items(self) -> Predicate:
        tests: list[Predicate] = [
            Test(Field("items.name"), self._textual(world.pool("items.name"))),
            Test(Field("items.size"), Range(Bound(self._random.choice([1, 5, 80]), True))),
            Test(Field("items.name"), Present()),
        ]
        chosen = self._random.sample(tests, 2)
        made: Predicate = self._random.choice([And(tuple(chosen)), Or(tuple(chosen)), chosen[0], Not(chosen[0])])
        return made

    def _matcher(self, path: str) -> Matcher:
        random = self._random
        pool = world.pool(path)
        match world.SCHEMA.type_of(path):
            case FieldType.TEXT:
                return self._searched()
            case FieldType.INTEGER | FieldType.DECIMAL:
                return self._numeric([value for value in pool if isinstance(value, int | float)])
            case FieldType.BOOLEAN:
                options: list[Matcher] = [Equals(True), Equals(False), Tokens("true", TokenMode.ANY)]
                return random.choice(options)
            case FieldType.IP:
                return self._address()
            case FieldType.DATE:
                return self._date()
            case _:
                return self._textual(pool, folded=world.SCHEMA[path].folded)

    def _textual(self, pool: tuple[object, ...], *, folded: bool = False) -> Matcher:
        random = self._random
        kind = random.randrange(12)
        if kind == 0:
            return Tokens(self._text(pool), random.choice(_MODES))
        if kind == 1:
            return Equals(self._text(pool), Case.MAPPED)
        if kind == 2:
            return self._like(pool, Case.MAPPED)
        if kind in (3, 4) and not folded:
            case = random.choice([Case.SENSITIVE, Case.SENSITIVE, Case.INSENSITIVE])
            return Regex(random.choice(REGEXES), RegexFlavor.LUCENE, case, anchored=True, dotall=True)
        if kind == 5:
            return self._between([self._text(pool), self._text(pool)])
        case = random.choice([Case.SENSITIVE, Case.INSENSITIVE])
        if kind in (6, 7):
            options = tuple(
                self._like(pool, case) if random.random() < 0.4 else Equals(self._text(pool), case) for _ in range(3)
            )
            return OneOf(options)
        return self._like(pool, case) if kind in (8, 9) else Equals(self._text(pool), case)

    def _text(self, pool: tuple[object, ...]) -> str:
        return str(self._random.choice(pool))

    def _like(self, pool: tuple[object, ...], case: Case) -> Like | Equals:
        random = self._random
        text = self._text(pool)
        parts: list[str | Wildcard] = []
        for character in text:
            kind = random.random()
            if kind < 0.08:
                parts.append(Wildcard.ONE)
            elif kind < 0.16:
                parts.append(Wildcard.RUN)
            else:
                parts.append(character)
        if random.random() < 0.5:
            parts.append(Wildcard.RUN)
        if random.random() < 0.3:
            parts.insert(0, Wildcard.RUN)
        return like(tuple(parts), case)

    def _searched(self, *, patterns: bool = True) -> Matcher:
        """A search as full text has it."""
        random = self._random
        kind = random.random()
        if kind < 0.3 and patterns:
            word = random.choice(self._text(world.SENTENCES).split() or ["a"])
            at = random.randint(0, len(word))
            return like((word[:at], Wildcard.RUN, word[at + 1 :]), Case.MAPPED)
        if kind < 0.4:
            return Equals(self._text(world.SENTENCES), Case.MAPPED)
        return Tokens(self._text((*world.SENTENCES, *world.WORDS)), random.choice(_MODES))

    def _numeric(self, pool: list[int | float]) -> Matcher:
        random = self._random
        kind = random.randrange(5)
        if kind == 0:
            return Equals(random.choice(pool))
        if kind == 1:
            return OneOf((Equals(random.choice(pool)), Equals(random.choice(pool))))
        if kind == 2:
            return Tokens(str(random.choice(pool)), random.choice(_MODES))
        return self._between([random.choice(pool), random.choice(pool)])

    def _between(self, bounds: list[str] | list[int | float]) -> Range:
        random = self._random
        ends = [Bound(bound, random.random() < 0.5) for bound in bounds]
        kind = random.randrange(3)
        return Range(ends[0] if kind != 1 else None, ends[1] if kind != 0 else None)

    def _address(self) -> Matcher:
        random = self._random
        kind = random.randrange(5)
        if kind == 0:
            return Equals(random.choice(world.ADDRESSES))
        if kind == 1:
            return Tokens(random.choice([*world.NETWORKS, *world.ADDRESSES]), random.choice(_MODES))
        if kind == 2:
            return self._between([random.choice(world.ADDRESSES), random.choice(world.ADDRESSES)])
        return InNetwork(tuple(random.sample(world.NETWORKS, random.choice([1, 1, 2, 3]))))

    def _date(self) -> Matcher:
        random = self._random
        if random.random() < 0.3:
            return Tokens(
                random.choice([bound for bound in world.DATE_BOUNDS if "now" not in bound]), random.choice(_MODES)
            )
        return self._between([random.choice(world.DATE_BOUNDS), random.choice(world.DATE_BOUNDS)])
