"""Events as Elasticsearch flattens them, read field by field and only where a rule asks.

Objects join with `.` (nested and dotted spelling mean the same), arrays contribute every element, also those of
objects inside arrays, `null` and `[]` contribute nothing unless the mapping names a `null_value`. Aliases and
multi-fields of the schema are read from the field that they stand on.
(https://www.elastic.co/guide/en/elasticsearch/reference/current/array.html, …/null-value.html, …/multi-fields.html)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isorule.evaluation.nesting import Nesting
from isorule.evaluation.values import Value, coercion, folded_text, scalar, text_of
from isorule.ir.losses import refusal
from isorule.ir.matchers import Scalar
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType

Event = Mapping[str, object]

_CONTAINERS = (FieldType.OBJECT, FieldType.NESTED)
_MOST_PARTS = 200
_DEEPEST = 200
_NOTHING = object()


class FieldReader:
    """Reads one field of events: all its values, typed. An event without a key that begins with `root` has none."""

    __slots__ = ("_coerce", "_keys", "_seen", "info", "known", "may_be_object", "path", "root", "source")

    def __init__(self, path: str, source: str, info: FieldInfo, known: bool, seen: bool = True) -> None:
        """`info` and whether it is `known` are what the schema says; a field that is not `seen` has no values."""
        self.path = path
        self.info = info
        self.known = known
        self.may_be_object = not known or info.type in _CONTAINERS
        self.root = source.partition(".")[0]
        self.source = source
        self._keys = _split_keys(source)
        self._coerce = coercion(info)
        self._seen = seen

    def values(self, event: Event) -> tuple[Value, ...]:
        """The values of the field in an event."""
        if not self._seen:
            return ()
        raw = self.scalars(event)
        coerce = self._coerce
        if coerce is None or not raw:
            return tuple(raw)
        return tuple(value for value in map(coerce, raw) if value is not None)

    def objects(self, event: Event) -> list[Event]:
        """The objects that stand at the path (those of a `nested` field)."""
        return [node for node in _elements(self._nodes(event)) if isinstance(node, Mapping)]

    def has_object(self, event: Event) -> bool:
        """Whether something stands below the path: `exists` on an object asks for any of its fields."""
        if any(True for node in self.objects(event) for _ in leaves(node)):
            return True
        prefix = self.source + "."
        return any(key.startswith(prefix) and any(leaves({key: event[key]})) for key in event if isinstance(key, str))

    def scalars(self, event: Event) -> list[Scalar]:
        """The values of the field as they stand in an event; a `flattened` field has those of all that is below it."""
        if self.info.constant is not None:
            return [self.info.constant]
        if self.info.flattened:
            return [value for path, value in leaves(event) if f"{path}.".startswith(f"{self.source}.")]
        if len(self._keys) == 1:
            node = event.get(self.source, _NOTHING)
            if type(node) is str:
                return [node]
            if node is _NOTHING:
                return []
            nodes = [node]
        else:
            nodes = self._nodes(event)
            if not nodes:
                return []
        found: list[Scalar] = []
        for node in _elements(nodes):
            if node is None:
                if self.info.null_value is not None:
                    found.append(self.info.null_value)
            elif not isinstance(node, Mapping):
                value = scalar(node)
                if value is not None:
                    found.append(value)
        return found

    def _nodes(self, event: Event) -> list[object]:
        """What stands at the path, in every spelling (`a.b` as one key, or `b` inside `a`)."""
        found: list[object] = []
        frontier: list[tuple[Event, int]] = [(event, 0)]
        last = len(self._keys)
        for node, start in frontier:
            for key, end in self._keys[start]:
                inner = node.get(key, _NOTHING)
                if inner is _NOTHING:
                    continue
                if end == last:
                    found.append(inner)
                elif isinstance(inner, dict):
                    frontier.append((inner, end))
                else:
                    frontier.extend((item, end) for item in _elements([inner]) if isinstance(item, Mapping))
        return found


def _split_keys(path: str) -> tuple[tuple[tuple[str, int], ...], ...]:
    """For each part of a path, the keys that may stand there and the part that comes after each."""
    parts = path.split(".")
    if len(parts) > _MOST_PARTS:
        raise refusal("path-too-long", f"a field path of {len(parts)} parts; at most {_MOST_PARTS} are read")
    count = len(parts)
    return tuple(
        tuple((".".join(parts[start:end]), end) for end in range(start + 1, count + 1)) for start in range(count)
    )


def _elements(nodes: list[object]) -> Iterator[object]:
    """The nodes with all lists taken apart, in order."""
    pending = list(reversed(nodes))
    while pending:
        node = pending.pop()
        if isinstance(node, list | tuple):
            pending.extend(reversed(node))
        else:
            yield node


def leaves(event: Event) -> Iterator[tuple[str, Scalar]]:
    """Every scalar of an event with its path; objects below 200 levels are left out (the depth limit of a mapping)."""
    pending: list[tuple[str, object, int]] = [("", event, 0)]
    while pending:
        path, node, depth = pending.pop()
        if isinstance(node, Mapping):
            if depth < _DEEPEST:
                prefix = path + "." if path else ""
                pending.extend((f"{prefix}{key}", inner, depth + 1) for key, inner in reversed(list(node.items())))
        elif isinstance(node, list | tuple):
            pending.extend((path, inner, depth) for inner in reversed(node))
        else:
            value = scalar(node)
            if value is not None:
                yield path, value


class Fields:
    """The fields of a schema, each read by one reader, so that rules compiled together share what they look up."""

    __slots__ = ("_blind", "_multi", "_readers", "nesting", "schema")

    def __init__(self, schema: FieldSchema) -> None:
        self.schema = schema
        self.nesting = Nesting(schema)
        self._blind: dict[str, FieldReader] = {}
        self._readers: dict[str, FieldReader] = {}
        self._multi: dict[str, tuple[str, ...]] | None = None

    def reader(self, path: str) -> FieldReader:
        """The reader of a field."""
        found = self._readers.get(path)
        if found is None:
            real = self.schema.real_path(path)
            found = self._readers[path] = FieldReader(path, self._source(real), self.schema[real], real in self.schema)
        return found

    def seen_from(self, path: str, inside: str | None) -> FieldReader:
        """The reader of a field for a condition on the objects at `inside`, on whole events where that is None.

        A field that such a condition does not see has no value for it (`isorule.evaluation.nesting`).
        """
        found = self.reader(path)
        if not self.nesting.hides(found.source, inside):
            return found
        return self._blind.setdefault(path, FieldReader(path, found.source, found.info, found.known, seen=False))

    def multi_fields(self, path: str) -> tuple[str, ...]:
        """The multi-fields that stand on a field."""
        if self._multi is None:
            found: dict[str, list[str]] = {}
            for child in self.schema.fields:
                parent = self._source(child)
                if parent != child:
                    found.setdefault(parent, []).append(child)
            self._multi = {parent: tuple(children) for parent, children in found.items()}
        return self._multi.get(path, ())

    def _source(self, path: str) -> str:
        """Where the values of a field stand: a listed field under a listed field that is no object is a multi-field."""
        if path not in self.schema:
            return path
        parent = path.rpartition(".")[0]
        while parent:
            info = self.schema.fields.get(parent)
            if info is None or info.type in _CONTAINERS or info.alias_of is not None:
                return path
            path, parent = parent, parent.rpartition(".")[0]
        return path


class EventView:
    """One event and what has been looked up in it; made for each event anew and used by all rules."""

    __slots__ = ("_folded", "_leaves", "_texts", "_values", "event")

    def __init__(self, event: Event) -> None:
        self.event = event
        self._values: dict[FieldReader, tuple[Value, ...]] = {}
        self._texts: dict[FieldReader, tuple[str, ...]] = {}
        self._folded: dict[FieldReader, tuple[str, ...]] = {}
        self._leaves: list[tuple[str, Scalar]] | None = None

    def leaves(self) -> list[tuple[str, Scalar]]:
        """Every scalar of the event with its path."""
        if self._leaves is None:
            self._leaves = list(leaves(self.event))
        return self._leaves

    def values(self, reader: FieldReader) -> tuple[Value, ...]:
        """The typed values of a field."""
        found = self._values.get(reader)
        if found is None:
            found = self._values[reader] = reader.values(self.event)
        return found

    def texts(self, reader: FieldReader) -> tuple[str, ...]:
        """The texts of the values of a field."""
        found = self._texts.get(reader)
        if found is None:
            found = self._texts[reader] = tuple(map(text_of, self.values(reader)))
        return found

    def folded(self, reader: FieldReader) -> tuple[str, ...]:
        """The texts of the values of a field, without letter case."""
        found = self._folded.get(reader)
        if found is None:
            found = self._folded[reader] = tuple(map(folded_text, self.values(reader)))
        return found
