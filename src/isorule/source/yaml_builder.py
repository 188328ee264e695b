"""Makes values and places of the events of a YAML parser, one document at a time.

What the events mean is decided here: no dates, no tags beyond the core schema, no two equal keys, bounded nesting and
bounded aliases.
"""

from __future__ import annotations

import re
from typing import Any, Final

from isorule.source.reading import MAX_DEPTH, Note, Reading, SourceError
from isorule.source.text import KeyPath, Located, SourceFile, Span
from isorule.source.yaml_scalars import Disagreement, Plain, resolve
from isorule.source.yaml_strings import yaml_segments

MAX_ALIASED: Final = 10_000
"""How many values the aliases of a file may stand for in all; more is an attempt to exhaust memory."""

_PROPERTIES = re.compile(r"(?:[&!][^\s]*(?:\s|#[^\n]*\n)*)+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+$")
_TAG: Final = "tag:yaml.org,2002:"
_SCALAR_TAGS: Final[dict[str, tuple[type, ...]]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}
_MERGE: Final = "<<"


class _Frame:
    """A mapping or list that is being read."""

    __slots__ = (
        "anchor",
        "before",
        "end",
        "flow",
        "key",
        "key_span",
        "merges",
        "own_key",
        "own_path",
        "start",
        "value",
    )

    def __init__(
        self, value: dict[str, Any] | list[Any], path: KeyPath, own_key: Span | None, start: int, before: int
    ) -> None:
        self.value = value
        self.own_path = path
        self.own_key = own_key
        self.start = start
        self.end = start
        self.before = before  # how many values had been read when it began
        self.key: str | None = None
        self.key_span: Span | None = None
        self.merges = False
        self.anchor: str | None = None
        self.flow = False


class _Anchored:
    """A value with a name; `size` counts the values in it, None while it is being read."""

    __slots__ = ("path", "size", "span", "value")

    def __init__(self, value: object, path: KeyPath, span: Span, size: int | None) -> None:
        self.value = value
        self.path = path
        self.span = span
        self.size = size


class DocumentBuilder:
    """Makes one document's values and places of the events of the parser."""

    def __init__(self, file: SourceFile, shift: int) -> None:
        self._file = file
        self._text = file.text
        self._shift = shift
        self._stack: list[_Frame] = []
        self._places: dict[KeyPath, Located] = {}
        self._notes: list[Note] = []
        self._anchors: dict[str, _Anchored] = {}
        self._root: object = None
        self._count = 0
        self._aliased = 0

    def reading(self) -> Reading | None:
        """The finished document; None where it is empty."""
        root = self._root
        place = self._places[()]
        if root is None and place.value.start == place.value.end:
            return None
        if not isinstance(root, dict):
            raise SourceError(
                "not-a-mapping", f"the document is {_kind(root)}, a rule is a mapping of keys to values", place.value
            )
        return Reading(self._file, root, self._places, yaml_segments, tuple(self._notes))

    def scalar(self, event: Any) -> None:
        """A key, or a value that is no mapping and no list."""
        start, end = event.start_mark.index + self._shift, event.end_mark.index + self._shift
        if event.anchor is not None or event.tag is not None:
            start = self._skip_properties(start, end)
        style = event.style
        if style and style in "|>":
            end = _block_end(self._text, start, end)
        span = Span(start, end)
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.key_span is None and isinstance(frame.value, dict)
        text = event.value
        value: Plain = text
        if not style and event.tag is None:
            value, disagreement = resolve(text)
            if disagreement is not None:
                self._disagree(text, disagreement, span, frame, is_key)
        elif event.tag is not None and event.tag != "!":
            value = self._tagged(event.tag, text, span)
        if frame is not None and is_key:
            self._key(frame, value, span, plain=not style)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(value, frame.own_path, span, 1)
            return
        path = self._attach(value, span)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, path, span, 1)

    def open(self, value: dict[str, Any] | list[Any], event: Any) -> None:
        """A mapping or list begins."""
        start = event.start_mark.index + self._shift
        if event.anchor is not None or event.tag is not None:
            start = self._skip_properties(start, len(self._text))
        if event.tag is not None and event.tag not in ("!", f"{_TAG}map", f"{_TAG}seq"):
            raise _unknown_tag(event.tag, Span(start, start + 1))
        if len(self._stack) >= MAX_DEPTH:
            raise _too_deep(Span(start, start + 1))
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key_span is None:
            raise SourceError("non-text-key", f"a key is {_kind(value)}, keys are texts", Span(start, start + 1))
        path = self._attach(value, Span(start, start))
        opened = _Frame(
            value, path, frame.key_span if frame and isinstance(path[-1], str) else None, start, self._count
        )
        opened.flow = bool(event.flow_style)
        if event.anchor is not None:
            opened.anchor = event.anchor
            self._anchors[event.anchor] = _Anchored(value, path, Span(start, start), None)
        if frame is not None:
            frame.key_span = None
        self._stack.append(opened)

    def close(self, event: Any) -> None:
        """The innermost mapping or list ends."""
        frame = self._stack.pop()
        end = event.end_mark.index + self._shift if frame.flow else frame.end
        span = Span(frame.start, end)
        self._places[frame.own_path] = Located(frame.own_key, span)
        if frame.merges:
            self._merge(frame)
        if frame.anchor is not None:
            size = self._count - frame.before + 1
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.own_path, span, size)
        if self._stack:
            self._stack[-1].end = end

    def alias(self, event: Any) -> None:
        """A value that stands elsewhere; its places are those of the other place."""
        name = event.anchor
        span = Span(event.start_mark.index + self._shift, event.end_mark.index + self._shift)
        target = self._anchors.get(name)
        if target is None:
            raise SourceError(
                "unknown-alias",
                f"`*{name}` names no anchor",
                span,
                "put quotes around a value that begins with `*`",
            )
        if target.size is None:
            raise SourceError("recursive-alias", f"`*{name}` stands inside the value that it names", span)
        self._aliased += target.size
        if self._aliased > MAX_ALIASED:
            raise SourceError("too-many-aliases", f"the aliases stand for more than {MAX_ALIASED} values", span)
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key_span is None:
            self._key(frame, target.value, span, plain=False)
            return
        key = frame.key_span if frame is not None else None
        path = self._attach(target.value, target.span)
        self._count += target.size - 1
        if frame is not None:
            frame.key_span = None
            frame.end = span.end
        self._copy_places(target.value, target.path, path, span)
        self._places[path] = Located(key, target.span)

    def _key(self, frame: _Frame, value: object, span: Span, *, plain: bool) -> None:
        if not isinstance(value, str):
            raise SourceError(
                "non-text-key",
                f"the key is {_kind(value)}, keys are texts",
                span,
                f"write it in quotes: '{self._text[span.start : span.end]}'" if value is not None else None,
            )
        assert isinstance(frame.value, dict)
        if value in frame.value:
            first = self._places[(*frame.own_path, value)].key or span
            position = self._file.position(first.start)
            raise SourceError(
                "duplicate-key",
                f"the key {value!r} stands twice in the same mapping; it is already in line {position.line}",
                span,
                "readers keep one of the two without a word; rename or remove one",
                related=(("the first one is here", first),),
            )
        if plain and value == _MERGE:
            frame.merges = True
            path = (*frame.own_path, value)
            self._notes.append(Note("yaml-merge-key", "`<<` is a merge key in YAML 1.1 only", path, span))
        frame.key = value
        frame.key_span = span
        frame.end = span.end + 1

    def _attach(self, value: object, span: Span) -> KeyPath:
        """Put a value where the parser stands; the path to it."""
        self._count += 1
        if not self._stack:
            self._root = value
            self._places[()] = Located(None, span)
            return ()
        frame = self._stack[-1]
        holder = frame.value
        path: KeyPath
        if isinstance(holder, dict):
            assert frame.key is not None
            key_span = frame.key_span
            if span.start == span.end and key_span is not None and not isinstance(value, dict | list):
                span = self._empty(key_span.end)
            path = (*frame.own_path, frame.key)
            holder[frame.key] = value
            if not isinstance(value, dict | list):
                frame.key_span = None
        else:
            key_span = None
            path = (*frame.own_path, len(holder))
            holder.append(value)
        self._places[path] = Located(key_span, span)
        if span.end > frame.end:
            frame.end = span.end
        return path

    def _empty(self, at: int) -> Span:
        """The place of a value that is not there: right behind the colon of its key."""
        colon = self._text.find(":", at)
        at = colon + 1 if colon >= 0 else at
        return Span(at, at)

    def _skip_properties(self, start: int, end: int) -> int:
        """Past the anchor and the tag in front of a value."""
        found = _PROPERTIES.match(self._text, start, end)
        return found.end() if found else start

    def _tagged(self, tag: str, text: str, span: Span) -> Plain:
        name = tag.removeprefix(_TAG)
        if name == "str":
            return text
        if tag == name or name not in _SCALAR_TAGS:
            raise _unknown_tag(tag, span)
        value, _ = resolve(text)
        if isinstance(value, _SCALAR_TAGS[name]) and (name == "bool") == isinstance(value, bool):
            return value
        raise SourceError("wrong-tag", f"{text!r} is not a value of the type !!{name}", span)

    def _disagree(self, text: str, how: Disagreement, span: Span, frame: _Frame | None, is_key: bool) -> None:
        path: KeyPath = ()
        if frame is not None:
            last = text if is_key else (frame.key if isinstance(frame.value, dict) else len(frame.value))
            path = (*frame.own_path, last if last is not None else text)
        self._notes.append(
            Note(
                "yaml-version-dependent",
                f"{text} is {_shown(how.yaml11)} in YAML 1.1 and {_shown(how.yaml12)} in YAML 1.2; it is read as text",
                path,
                span,
            )
        )

    def _copy_places(self, value: Any, old: KeyPath, new: KeyPath, span: Span) -> None:
        """The places of the parts of an aliased value, once more under its new path."""
        todo: list[tuple[Any, KeyPath, KeyPath]] = [(value, old, new)]
        while todo:
            value, old, new = todo.pop()
            if len(new) > MAX_DEPTH:
                raise _too_deep(span)
            if old in self._places:
                self._places[new] = self._places[old]
            keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
            for key in keys:
                part = value[key]
                todo.append((part, (*old, key), (*new, key)))

    def _merge(self, frame: _Frame) -> None:
        """Replace the merge key of a mapping by what it merges; the mapping's own keys win, then the earlier source."""
        own: dict[str, Any] = frame.value  # type: ignore[assignment] # only mappings have merge keys
        at = (*frame.own_path, _MERGE)
        sources = own.pop(_MERGE)
        place = self._places.pop(at)
        listed = isinstance(sources, list)
        merged: dict[str, Any] = {}
        for index, source in enumerate(sources if listed else [sources]):
            if not isinstance(source, dict):
                raise SourceError("wrong-merge", f"`<<` merges mappings, not {_kind(source)}", place.key or place.value)
            for key, value in source.items():
                if key not in own and key not in merged:
                    merged[key] = value
                    old = (*at, index, key) if listed else (*at, key)
                    self._copy_places(value, old, (*frame.own_path, key), place.value)
        explicit = dict(own)
        own.clear()
        own.update(merged)
        own.update(explicit)
        for path in [path for path in self._places if path[: len(at)] == at]:
            del self._places[path]


def _block_end(text: str, start: int, end: int) -> int:
    """The end of a block scalar: with its last line break, without the blank lines after it (unless `+` keeps them).

    A line is blank if it has no more than the block's indentation; beyond it, blanks and tabs belong to the value.
    """
    header, *lines = _LINES.findall(text, start, end)
    if "+" in header.partition("#")[0]:
        return end
    indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" \r\n")), 0)
    while lines and not lines[-1].rstrip("\r\n")[indent:] and not lines[-1].strip(" \r\n"):
        end -= len(lines.pop())
    return end


def _kind(value: object) -> str:
    """A value's kind with its article, for messages."""
    match value:
        case None:
            return "empty (null)"
        case bool():
            return f"a Boolean ({str(value).lower()})"
        case int() | float():
            return f"a number ({value})"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _shown(value: Plain) -> str:
    if isinstance(value, str):
        return "text"
    return "null" if value is None else str(value).lower()


def _unknown_tag(tag: str, span: Span) -> SourceError:
    shown = f"!!{tag.removeprefix(_TAG)}" if tag.startswith(_TAG) else tag
    return SourceError(
        "unknown-tag", f"the tag {shown} has no meaning in a rule", span, "write the value without a tag"
    )


def _too_deep(span: Span) -> SourceError:
    return SourceError("nested-too-deep", f"values are nested deeper than {MAX_DEPTH} levels", span)
