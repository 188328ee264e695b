"""Events as trees of objects, read and written by dotted path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Event = Mapping[str, object]


def flat(event: Event) -> dict[str, object]:
    """Every value that is no object, by its dotted path; lists stay lists, also lists of objects."""
    return dict(_leaves(event, ""))


def _leaves(node: Event, prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in node.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{path}.")
        elif value is not None:
            yield path, value


def spread(event: Event) -> dict[str, object]:
    """Every value by its dotted path, also those of objects in lists: what one field of all of them holds is a list."""
    out: dict[str, object] = {}
    for path, value in flat(event).items():
        objects = [item for item in values(value) if isinstance(item, Mapping)]
        if not objects or len(objects) < len(values(value)):
            out[path] = value
            continue
        held: dict[str, list[object]] = {}
        for item in objects:
            for inner, found in spread(item).items():
                held.setdefault(f"{path}.{inner}", []).extend(values(found))
        out |= {name: one_or_list(found) for name, found in held.items()}
    return out


def put(event: dict[str, object], path: str, value: object, *, anew: bool = False) -> None:
    """Set the value at a path, where nothing stands there yet, or `anew`.

    A value on the way moves aside to a dotted key.
    """
    names = path.split(".")
    node = event
    for at, name in enumerate(names[:-1]):
        inner = node.setdefault(name, {})
        if not isinstance(inner, dict):
            node.setdefault(".".join(names[at:]), value)
            return
        node = inner
    if anew:
        node[names[-1]] = value
    node.setdefault(names[-1], value)


def values(value: object) -> list[object]:
    """The values of a field: the items of a list, or the one value."""
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [item for item in value if item is not None]
    return [] if value is None else [value]


def one_or_list(found: list[object]) -> object:
    """A list of one as its item."""
    return found[0] if len(found) == 1 else found
