"""What the events of a rule have in common: the machine, its user, its operating system; and what goes with what.

Everything here is a suggestion: a value is laid below an event only where the rule's answer stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

from isorule.ir.matchers import Equals, Like, Matcher, OneOf, Scalar
from isorule.ir.predicates import Field
from isorule.ir.rule import Rule
from isorule.ir.walk import Polarity, leaves, predicates
from isorule.mappings.ecs_values import ecs_values
from isorule.synthesis.plausible import background_fields, values_of
from isorule.synthesis.setting import Setting
from isorule.verification.cells import Values

_SYSTEM_FIELDS = ("host.os.type", "host.os.family", "host.os.platform", "host.os.name")
_SYSTEMS = ("windows", "linux", "macos")
_OF_WINDOWS = re.compile(r"\\\w|[a-z?]:\\|\.exe$", re.IGNORECASE)
_OF_UNIX = re.compile(r"^/(usr|bin|etc|tmp|home|var|opt|dev|proc)\b")
_FOLDERS = {"windows": "C:\\Windows\\System32\\", "linux": "/usr/bin/", "macos": "/usr/bin/"}
_ON_ENDPOINTS = frozenset({"process", "file", "registry", "library", "driver"})
"""Categories of events that a machine tells of itself."""

_PROCESSES = ("process", "process.parent")
_PART = re.compile(r"[\\/]")


@dataclass(frozen=True, slots=True)
class Scene:
    """`system` is the operating system of the events, where the rule tells; `ecs` whether their names are ECS."""

    setting: Setting
    system: str | None
    ecs: bool

    def values(self, path: str, number: int = 0) -> Iterator[Scalar]:
        """Plausible values of a field."""
        return values_of(path, self.setting.schema, self.system, number + self.setting.seed)

    def value(self, path: str, number: int = 0) -> Scalar:
        """A plausible value of a field."""
        return next(self.values(path, number))

    def background(self, values: Values, number: int) -> Iterator[Values]:
        """Fields that go with those of an event, in groups; what an event has is never replaced."""
        if not self.ecs:
            return
        if self.system is not None:
            yield {"host.os.type": [self.system]}
        yield from self._of_category(values)
        for name in _PROCESSES:
            yield self._file(values, f"{name}.name", f"{name}.executable")
            yield self._command(values, name)
        yield self._file(values, "file.name", "file.path")
        yield self._file(values, "dll.name", "dll.path")
        yield from self._usual(values, number)
        for name in _PROCESSES:
            yield self._process_id(values, name)

    def _of_category(self, values: Values) -> Iterator[Values]:
        categories = [value for value in values.get("event.category", []) if isinstance(value, str)]
        if categories:
            types = ecs_values().types_of_category.get(categories[0], ())
            usual = next((one for one in ("start", "connection", "creation", "info") if one in types), None)
            yield {"event.kind": ["event"]}
            if usual is not None:
                yield {"event.type": [usual]}

    def _usual(self, values: Values, number: int) -> Iterator[Values]:
        categories = values.get("event.category", [])
        groups = [str(category) for category in categories]
        if self.system is not None or not _ON_ENDPOINTS.isdisjoint(groups):
            groups.append("endpoint")
        for group in groups:
            for path in background_fields(group):
                shared = path.startswith(("host.", "user."))
                yield {path: [self.value(path, 0 if shared else number)]}

    def _file(self, values: Values, name: str, whole: str) -> Values:
        """The name of a file from its path, or a path for a name."""
        found, named = _text(values, whole), _text(values, name)
        if found is not None and named is None:
            last = _PART.split(found)[-1]
            return {name: [last]} if last else {}
        if found is None and named is not None and self.system is not None and not _PART.search(named):
            return {whole: [_FOLDERS[self.system] + named]}
        return {}

    def _command(self, values: Values, name: str) -> Values:
        """The arguments of a command line, or a command line for arguments."""
        line, arguments = f"{name}.command_line", f"{name}.args"
        found, given = _text(values, line), values.get(arguments)
        if found is not None and given is None and found.strip():
            return {arguments: list(found.split())}
        if found is None and given:
            program = _text(values, f"{name}.name")
            parts = [str(one) for one in given]
            whole = parts if program is None or parts[0] == program else [program, *parts]
            return {line: [" ".join(whole)]}
        return {}

    def _process_id(self, values: Values, name: str) -> Values:
        """The number of a process goes with its id, so that it is the same in every event about it."""
        entity = _text(values, f"{name}.entity_id")
        return {f"{name}.pid": [1000 + 4 * (crc32(entity.encode()) % 7000)]} if entity is not None else {}


def _text(values: Mapping[str, list[Scalar]], path: str) -> str | None:
    found = values.get(path)
    return found[0] if found and isinstance(found[0], str) else None


def scene_of(rule: Rule, setting: Setting) -> Scene:
    """The scene that a rule plays in."""
    return Scene(setting, _system(rule), rule.data_source.taxonomy == "ecs")


def _system(rule: Rule) -> str | None:
    """What the conditions, the log source or the tags say of the operating system; else what paths look like."""
    tests = [test for predicate in predicates(rule.detection) for test, sign in leaves(predicate) if _asks(sign)]
    for test in tests:
        if isinstance(test.subject, Field) and test.subject.path in _SYSTEM_FIELDS:
            for text in _texts(test.matcher):
                if text.lower() in _SYSTEMS:
                    return text.lower()
    source = rule.data_source.logsource
    if source is not None and source.product in _SYSTEMS:
        return source.product
    tagged = [tag.removeprefix("OS: ").lower() for tag in rule.metadata.tags if tag.startswith("OS: ")]
    if tagged:
        return tagged[0] if tagged[0] in _SYSTEMS else None
    texts = [text for test in tests for text in _texts(test.matcher)]
    if any(map(_OF_WINDOWS.search, texts)):
        return "windows"
    return "linux" if any(map(_OF_UNIX.search, texts)) else None


def _asks(sign: Polarity) -> bool:
    return sign is Polarity.POSITIVE


def _texts(matcher: Matcher) -> Iterator[str]:
    match matcher:
        case Equals(str() as text):
            yield text
        case Like(parts):
            yield "".join(part for part in parts if isinstance(part, str) and len(part) > 1)
        case OneOf(options):
            for option in options:
                yield from _texts(option)
        case _:
            return
