"""Reads YAML: values, the place of each, and a note where readers of YAML 1.1 and 1.2 differ.

The events come from libyaml through PyYAML, or from PyYAML's own parser where libyaml is absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml.reader import ReaderError

from isorule.source.reading import Reading, SourceError
from isorule.source.text import SourceFile, Span
from isorule.source.yaml_builder import DocumentBuilder

_BOM: Final = "\ufeff"
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTY_CONTEXTS: Final = ("while scanning an alias", "while scanning an anchor")


def read_yaml(file: SourceFile) -> tuple[Reading, ...]:
    """The documents of a YAML file, one reading each; documents without content are left out.

    Raises SourceError where the text is not YAML, a document is not a mapping, a key is not a text or occurs twice, a
    tag is not of the core schema, values are nested deeper than `MAX_DEPTH` or aliases stand for too many values.
    """
    text = file.text
    bad = _UNPRINTABLE.search(text)
    if bad:
        raise SourceError(
            "control-character", f"character U+{ord(bad[0]):04X} is not allowed in YAML", Span(bad.start(), bad.end())
        )
    shift = 1 if text.startswith(_BOM) else 0
    try:
        return tuple(_documents(file, _LOADER(text[shift:]), shift))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, shift) from error
    except ReaderError as error:  # what the search above lets through is decided by the library's own table
        raise SourceError("control-character", f"{error.reason}", Span(0, 0)) from error


def _documents(file: SourceFile, loader: Any, shift: int) -> Iterator[Reading]:
    builder = DocumentBuilder(file, shift)
    while True:
        event = loader.get_event()
        kind = type(event)
        if kind is yaml.ScalarEvent:
            builder.scalar(event)
        elif kind is yaml.MappingStartEvent:
            builder.open({}, event)
        elif kind is yaml.SequenceStartEvent:
            builder.open([], event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            builder.close(event)
        elif kind is yaml.AliasEvent:
            builder.alias(event)
        elif kind is yaml.DocumentStartEvent:
            builder = DocumentBuilder(file, shift)
        elif kind is yaml.DocumentEndEvent:
            reading = builder.reading()
            if reading is not None:
                yield reading
        elif kind is yaml.StreamEndEvent:
            return


def _syntax_error(error: yaml.MarkedYAMLError, text: str, shift: int) -> SourceError:
    problem = error.problem or "not well-formed"
    context, mark = error.context, error.problem_mark or error.context_mark
    if context in _PROPERTY_CONTEXTS and error.context_mark is not None:
        mark = error.context_mark  # the sign is wrong, not what stands behind it
    at = min((mark.index if mark else 0) + shift, len(text))
    related: tuple[tuple[str, Span], ...] = ()
    if context and error.context_mark and error.context_mark.index + shift != at:
        begin = error.context_mark.index + shift
        related = ((context, Span(begin, min(begin + 1, len(text)))),)
    message = f"{problem}, {context}" if context else problem
    return SourceError(
        "yaml-syntax", message, Span(at, min(at + 1, len(text))), _syntax_hint(text, at, problem), related=related
    )


def _syntax_hint(text: str, at: int, problem: str) -> str | None:
    character = text[at : at + 1]
    if character == "\t":
        return "YAML is indented with blanks; a tab stands here"
    if character and character in "@`%*&":
        return f"put quotes around a value that begins with `{character}`"
    if "mapping values are not allowed" in problem:
        return "put quotes around a value with `: ` in it, or check the indentation"
    if "unknown escape" in problem:
        return "in double quotes a backslash starts an escape; use single quotes for texts with backslashes"
    return None
