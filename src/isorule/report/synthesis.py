"""What synthesis gives, as lines of NDJSON and as a fixture file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from isorule.ir.rule import Rule
from isorule.report.plain_tests import sentence
from isorule.report.text import counted
from isorule.source.yaml_layout import YamlLayout, write_yaml
from isorule.synthesis import Case, Condition, Kind, Synthesis

_TIMESTAMP = "@timestamp"
_LONGEST = 120
_LAYOUT = YamlLayout()


def case_json(rule: Rule, case: Case) -> dict[str, object]:
    """A case as a line of NDJSON: whose it is, the answer, what it shows, and its events."""
    head: dict[str, object] = {
        "rule": rule.metadata.id,
        "title": rule.metadata.title,
        "path": rule.origin.file.path if rule.origin is not None else None,
        "alerts": case.alerts,
        "differs": None if case.kind is Kind.MATCH else case.kind.value,
        "condition": None if case.condition is None else condition_json(case.condition),
        "events": list(case.events),
    }
    if case.history:
        head["history"] = list(case.history)
    if case.indicators:
        head["indicators"] = list(case.indicators)
    return head


def condition_json(condition: Condition) -> dict[str, object]:
    """A condition: in plain words, the text of the rule, its line, and the event of the stream that it is about."""
    values = {
        "words": words_of(condition),
        "text": condition.text,
        "line": condition.line,
        "part": condition.part,
    }
    return {key: value for key, value in values.items() if value is not None}


def words_of(condition: Condition) -> str:
    """A condition in plain words."""
    if condition.test is None:
        return condition.words or "a condition"
    return sentence(condition.test, negated=condition.negated)


def fixture_text(found: Synthesis, path: str, twin: Mapping[str, str] | None) -> str | None:
    """A fixture file for the rule at a path; None where there is no match or no near miss.

    `twin` is what the file says of the rule in the other language, nothing where it is None.
    """
    names = _Names()
    named = [(names.of(case), case) for case in found.cases]
    matches = [_fixture_case(name, case, None) for name, case in named if case.matches]
    near_misses = [_fixture_case(name, case, _base(case, named)) for name, case in named if not case.matches]
    if not matches or not near_misses:
        return None
    head: dict[str, object] = {"rule": path}
    if twin is not None:
        head["twin"] = dict(twin)
    return write_yaml({**head, "matches": matches, "near_misses": near_misses}, _LAYOUT)


class _Names:
    """Names for cases, no two the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, case: Case) -> str:
        """What the case shows."""
        if case.condition is None:
            return self._free("match")
        line = None if case.condition.line is None else f"line {case.condition.line}"
        place = ", ".join(filter(None, (case.kind.value, case.condition.part, line)))
        words = words_of(case.condition)
        short = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
        return self._free(f"{place}: {short}")

    def _free(self, name: str) -> str:
        found, number = name, 1
        while found in self._taken:
            number += 1
            found = f"{name} ({number})"
        self._taken.add(found)
        return found


def _base(case: Case, named: Sequence[tuple[str, Case]]) -> tuple[str, Case] | None:
    """The match whose event a near miss is laid over."""
    return None if case.base is None or len(case.events) != 1 else named[case.base]


def _fixture_case(name: str, case: Case, base: tuple[str, Case] | None) -> dict[str, object]:
    out: dict[str, object] = {"name": name}
    if base is not None:
        out["of"] = base[0]
    if case.matches:
        if case.alerts > 1 or len(case.events) > 1:
            out["alerts"] = case.alerts
    else:
        out["differs"] = case.kind.value
    if len(case.events) != 1:
        out["events"] = list(_stream(case.events))
    elif base is not None:
        out["event"] = _difference(base[1].events[0], case.events[0])
    else:
        out["event"] = case.events[0]
    if case.history:
        out["history"] = list(case.history)
    if case.indicators:
        out["indicators"] = list(case.indicators)
    return out


def _difference(base: Mapping[str, object], event: Mapping[str, object]) -> dict[str, object]:
    """What must be laid over one event to get another; null takes a key away."""
    out: dict[str, object] = {key: None for key in base if key not in event}
    for key, value in event.items():
        below = base.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            inner = _difference(below, value)
            if inner:
                out[key] = inner
        elif value != below or type(value) is not type(below):
            out[key] = value
    return out


def _stream(events: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """The events of a stream; several that differ in nothing but their time, at equal distances, are written once."""
    at = 0
    while at < len(events):
        count, every = _run(events[at:])
        item: dict[str, object] = {"event": dict(events[at])}
        if count > 1:
            item |= {"repeat": count, "every": f"{every // timedelta(milliseconds=1)}ms"}
        yield item
        at += count


def _run(events: Sequence[Mapping[str, object]]) -> tuple[int, timedelta]:
    """How many events from the first on are the same at equal distances, and how far apart they are."""
    every = timedelta()
    count = 1
    for before, event in pairwise(events):
        apart = _time(event) - _time(before)
        if {**event, _TIMESTAMP: None} != {**before, _TIMESTAMP: None} or (count > 1 and apart != every):
            break
        every, count = apart, count + 1
    return count, every


def _time(event: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(event[_TIMESTAMP]))


def synthesis_summary(found: Sequence[Synthesis]) -> str:
    """One line: how many cases there are, and of how many conditions."""
    matches = sum(len(one.matching) for one in found)
    misses = sum(len(one.near_misses) for one in found)
    conditions = sum(len(one.conditions) for one in found)
    gaps = sum(len(one.gaps) for one in found)
    parts = [counted(len(found), "rule"), counted(matches, "match").replace("matchs", "matches")]
    if conditions:
        near = f"{misses} near {'miss' if misses == 1 else 'misses'}"
        parts.append(f"{near} of {conditions - gaps} out of {counted(conditions, 'condition')}")
    return f"{parts[0]}: {', '.join(parts[1:])}"
