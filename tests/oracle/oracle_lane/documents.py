"""Events made from a predicate: some that should meet it, some that nearly do, some that should not.

Nothing here decides what matches; values are merely drawn close to what the predicate names, so that both answers
are frequent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from ipaddress import ip_address, ip_network
from random import Random
from typing import Any

from isorule.diagnostics import IsoruleError
from isorule.ir.axes import Case, TokenMode
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    InNetwork,
    Like,
    Matcher,
    OneOf,
    Placeholder,
    Present,
    Range,
    Regex,
    Tokens,
    Wildcard,
)
from isorule.ir.predicates import (
    And,
    AnyField,
    Call,
    Const,
    EventCategory,
    Field,
    FieldGlob,
    Literal,
    Nested,
    Not,
    Or,
    Predicate,
    Test,
)
from isorule.ir.regex import language
from isorule.ir.schema import FieldSchema, FieldType
from oracle_lane.regex_samples import sample

Event = dict[str, Any]
Pool = Callable[[str], Sequence[object]]
_LOOK_ALIKE = {"k": "\u212a", "s": "\u017f", "i": "İ", "ß": "ẞ", "I": "ı", "σ": "ς", "K": "\u212a"}


class EventMaker:
    """Makes events for predicates under a schema. `pool` gives values of a field that no predicate names."""

    def __init__(self, schema: FieldSchema, pool: Pool, random: Random) -> None:
        self._schema = schema
        self._pool = pool
        self._random = random
        nested = tuple(f"{path}." for path in schema.nested_paths())
        self._paths = [
            path
            for path in schema.fields
            if schema[path].type not in (FieldType.NESTED, FieldType.OBJECT) and not path.startswith(nested)
        ]

    def events(self, predicate: Predicate, count: int) -> list[Event]:
        """Events near a predicate: one in three meant to meet it, one in three changed from such, the rest not."""
        found: list[Event] = []
        for number in range(count):
            event: Event = {}
            self._draw(predicate, event, number % 3 != 2)
            if number % 3 == 1:
                self._change(event)
            found.append(self._spelled(event))
        return found

    def _draw(self, predicate: Predicate, event: Event, wanted: bool) -> None:
        match predicate:
            case Const():
                pass
            case Not(term):
                self._draw(term, event, not wanted)
            case And(terms) | Or(terms):
                every = isinstance(predicate, And) is wanted
                for term in terms if every else [self._random.choice(terms)]:
                    self._draw(term, event, wanted)
            case Nested(path, term):
                inner: Event = {}
                self._draw(term, inner, wanted)
                event.setdefault(path, []).append(
                    {key.removeprefix(f"{path}."): value for key, value in inner.items() if key.startswith(f"{path}.")}
                )
            case Test():
                self._draw_test(predicate, event, wanted)

    def _draw_test(self, test: Test, event: Event, wanted: bool) -> None:
        path = self._path(test.subject)
        if path is None or (not wanted and self._random.random() < 0.5):
            return
        values = event.setdefault(path, [])
        if wanted or self._random.random() < 0.3:
            values.append(self._value(test.matcher, path))
        else:
            values.append(self._near(self._value(test.matcher, path), path))
        if self._random.random() < 0.15:
            values.append(self._random.choice(self._pool(path)))

    def _path(self, subject: object) -> str | None:
        match subject:
            case Field(path):
                real = self._schema.real_path(path)
                parent = real.rpartition(".")[0]
                is_multi = parent in self._schema.fields and self._schema[parent].type not in (
                    FieldType.OBJECT,
                    FieldType.NESTED,
                )
                return parent if real in self._schema.fields and is_multi else real
            case EventCategory():
                return "event.category"
            case FieldGlob(pattern):
                expression = re.compile(".*".join(map(re.escape, pattern.split("*"))))
                fitting = [path for path in self._paths if expression.fullmatch(path)]
                return self._path(Field(self._random.choice(fitting or self._paths)))
            case AnyField():
                return self._path(Field(self._random.choice(self._paths)))
            case Call(_, arguments):
                return next((found for found in map(self._path, arguments) if found is not None), None)
            case Literal() | _:
                return None

    def _value(self, matcher: Matcher, path: str) -> object:
        """A value that is likely to meet the matcher."""
        random = self._random
        match matcher:
            case Equals(str() as text, case):
                return self._cased(text) if case is not Case.SENSITIVE or random.random() < 0.2 else text
            case Equals(value):
                return str(value).lower() if random.random() < 0.2 else value
            case Like(parts, case):
                text = "".join(map(self._filled, parts))
                return self._cased(text) if case is not Case.SENSITIVE or random.random() < 0.2 else text
            case Tokens(text, mode):
                return self._text_with(text, mode, path)
            case Regex():
                return self._regex_value(matcher)
            case Range(lower, upper):
                return self._within(lower, upper, path)
            case InNetwork(blocks):
                return self._address(random.choice(blocks))
            case OneOf(options):
                return self._value(random.choice(options), path)
            case Complement(inner):
                return self._near(self._value(inner, path), path)
            case Present() | FieldRef():
                return random.choice(self._pool(path))

    def _filled(self, part: object) -> str:
        match part:
            case Wildcard.RUN:
                return self._random.choice(["", "", "x", "/", "\\", "a b", "*", "K", "İ", "\n", "xyz"])
            case Wildcard.ONE:
                return self._random.choice(["x", "?", "*", "É", "😀", "", "\\"])
            case Placeholder():
                return "x"
            case _:
                return str(part)

    def _text_with(self, text: str, mode: TokenMode, path: str) -> object:
        random = self._random
        if self._schema.type_of(path) is FieldType.IP and "/" in text:
            return self._address(text)
        if self._schema.type_of(path) is not FieldType.TEXT:
            return self._cased(text) if random.random() < 0.3 else text
        words = text.split()
        if mode is not TokenMode.PHRASE:
            random.shuffle(words)
        if words and mode is TokenMode.ANY and random.random() < 0.5:
            words = words[:1]
        joined = random.choice([" ", " ", "-", ", ", "_"]).join(words)
        return self._cased(random.choice(["", "the ", "x-"]) + joined + random.choice(["", " end", ".", "s"]))

    def _regex_value(self, matcher: Regex) -> object:
        try:
            text = sample(language(matcher), self._random)
        except IsoruleError:
            return matcher.pattern
        return self._cased(text) if self._random.random() < 0.3 else text

    def _within(self, lower: Bound | None, upper: Bound | None, path: str) -> object:
        bound = self._random.choice([end for end in (lower, upper) if end is not None]).value
        if isinstance(bound, bool):
            return self._random.choice([True, False])
        if isinstance(bound, int | float):
            return bound + self._random.choice([-1, 0, 0.5, 1])
        if self._schema.type_of(path) in (FieldType.DATE, FieldType.DATE_NANOS, FieldType.IP):
            return self._random.choice(self._pool(path))
        if re.fullmatch(r"-?[0-9]{1,18}", bound):
            return int(bound) + self._random.choice([-1, 0, 1])
        return bound + self._random.choice(["", "a", "\U0001f600"])

    def _address(self, block: str) -> object:
        try:
            network = ip_network(block, strict=False)
        except ValueError:
            return block
        first, last = int(network.network_address), int(network.broadcast_address)
        number = self._random.choice([first, last, self._random.randint(first, last), max(0, first - 1)])
        kind = type(ip_address(str(network.network_address)))
        return str(kind(number))

    def _near(self, value: object, path: str) -> object:
        """A value that differs a little, or any other of the field."""
        random = self._random
        if isinstance(value, bool) or random.random() < 0.2:
            return random.choice(self._pool(path))
        if isinstance(value, int | float):
            return random.choice([value + 1, value - 1, str(value), -value])
        text = str(value)
        at = random.randint(0, len(text))
        return random.choice(
            [
                text[:at] + text[at + 1 :],
                text[:at] + "x" + text[at:],
                self._cased(text),
                text + " ",
                "x" + text,
                text * 2,
            ]
        )

    def _cased(self, text: str) -> str:
        way = self._random.randrange(6)
        if way < 4:
            return (text, text.upper(), text.lower(), text.swapcase())[way]
        return "".join(
            _LOOK_ALIKE.get(character, character) if self._random.random() < 0.3 else character for character in text
        )

    def _change(self, event: Event) -> None:
        """One field of the event made different."""
        if not event:
            return
        path = self._random.choice(sorted(event))
        values = event[path]
        if self._random.random() < 0.3:
            del event[path]
        elif values and isinstance(values[0], dict):
            event[path] = values * 2 if self._random.random() < 0.5 else [{}]
        elif values and self._random.random() < 0.5:
            values[0] = self._near(values[0], path)
        else:
            values.append(self._random.choice(self._pool(path)))

    def _spelled(self, flat: Event) -> Event:
        """The event as JSON: one value alone or in a list, paths dotted or as objects."""
        event: Event = {}
        for path, values in flat.items():
            plain = values[0] if len(values) == 1 and self._random.random() < 0.7 else values
            if self._random.random() < 0.5:
                event[path] = deepcopy(plain)
            else:
                _put(event, path, deepcopy(plain))
        return event


def _put(event: Event, path: str, value: object) -> None:
    """The value at a path of objects; under the dotted path where something else stands in the way."""
    node: Any = event
    *outer, last = path.split(".")
    for name in outer:
        node = node.setdefault(name, {}) if isinstance(node, dict) else None
        if not isinstance(node, dict):
            event[path] = value
            return
    if last in node:
        event[path] = value
    else:
        node[last] = value


def flat_values(event: Mapping[str, Any], path: str) -> list[object]:
    """The values that stand at a path, however it is spelled; used to tell why two answers differ."""
    found: list[object] = []

    def visit(node: object, at: str) -> None:
        if isinstance(node, Mapping):
            for key, inner in node.items():
                visit(inner, f"{at}.{key}" if at else str(key))
        elif isinstance(node, list):
            for inner in node:
                visit(inner, at)
        elif at == path and node is not None:
            found.append(node)

    visit(event, "")
    return found
