"""Events: made of values, confirmed by the evaluator on both sides, and made as small as they can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from isorule.ir.matchers import Scalar
from isorule.verification.cells import Values

Event = Mapping[str, object]
Check = Callable[[Event], bool | None]

_MOST_TRIED = 2_000
"""An event of more values is left as it is."""


def smallest(values: Values, matching: Check, missing: Check) -> Event | None:
    """An event of these values, or of some of them, that the first check matches and the second does not.

    None where the event of all of them does not.
    """

    def differs(candidate: Values) -> bool:
        event = event_of(candidate)
        return matching(event) is True and missing(event) is not True

    if not differs(values):
        return None
    if sum(map(len, values.values())) <= _MOST_TRIED:
        values = _reduced(values, differs)
    return event_of(values)


def _reduced(values: Values, differs: Callable[[Values], bool]) -> Values:
    """The values without those that can be left out one after the other."""
    for path in list(values):
        less = {other: kept for other, kept in values.items() if other != path}
        if differs(less):
            values = less
            continue
        for place in range(len(values[path]) - 1, -1, -1):
            kept = values[path][:place] + values[path][place + 1 :]
            if kept and differs(values | {path: kept}):
                values = values | {path: kept}
    return values


def event_of(values: Values) -> dict[str, object]:
    """The event in which every field has these values: objects inside objects, a single value without a list.

    Where a field with values stands above another, the other keeps its dotted name.
    """
    event: dict[str, object] = {}
    for path in sorted(values):
        content: Scalar | list[Scalar] = values[path][0] if len(values[path]) == 1 else list(values[path])
        _put(event, path, content)
    return event


def _put(event: dict[str, object], path: str, content: object) -> None:
    node = event
    parts = path.split(".")
    for place, part in enumerate(parts[:-1]):
        inner = node.setdefault(part, {})
        if not isinstance(inner, dict):
            node[".".join(parts[place:])] = content
            return
        node = inner
    node[parts[-1]] = content
