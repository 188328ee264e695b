"""Codecs of simple values: texts, lists of texts, numbers, dates, levels."""

from __future__ import annotations

import re
import textwrap
from typing import Any, Final

from isorule.documents.homes import Codec, WrongShapeError
from isorule.ir.rule import Level

_ELASTIC_DATE = re.compile(r"(\d{4})/(\d{2})/(\d{2})")


def read_text(raw: Any) -> str:
    """A text as it is."""
    if not isinstance(raw, str):
        raise WrongShapeError("a text", raw)
    return raw


def read_texts(raw: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(raw, list):
        raise WrongShapeError("a list of texts", raw)
    for index, item in enumerate(raw):
        if not isinstance(item, str):
            raise WrongShapeError("a text", item, (index,))
    return tuple(raw)


def read_number(raw: Any) -> int:
    """A whole number."""
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise WrongShapeError("a whole number", raw)
    return raw


def read_table(raw: Any) -> dict[str, Any]:
    """A table with text keys."""
    if not isinstance(raw, dict):
        raise WrongShapeError("a table", raw)
    return raw


def read_tables(raw: Any) -> list[dict[str, Any]]:
    """A list of tables."""
    if not isinstance(raw, list):
        raise WrongShapeError("a list of tables", raw)
    for index, item in enumerate(raw):
        if not isinstance(item, dict):
            raise WrongShapeError("a table", item, (index,))
    return raw


def _read_date(raw: Any) -> str:
    """An ISO date of `2020/08/29` or `2020-08-29`; other texts stay as they are."""
    return _ELASTIC_DATE.sub(r"\1-\2-\3", read_text(raw))


def _read_level(raw: Any) -> Level:
    try:
        return Level(read_text(raw))
    except ValueError as error:
        levels = ", ".join(level.value for level in Level)
        raise WrongShapeError(f"one of {levels}", raw) from error


_PROSE_WIDTH: Final = 120
_PROSE_INDENT: Final = "    "
_SHORT_PROSE: Final = 90
_MARKUP = re.compile(r"[-*#|>]|\d+\.")


def _read_prose(raw: Any) -> tuple[str, ...]:
    """Paragraphs without the line breaks and the indent that Elastic's files give them; lists keep their lines."""
    return tuple(map(_unwrapped, read_texts(raw)))


def _unwrapped(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines()]
    structured = any(not line or _MARKUP.match(line) for line in lines)
    return ("\n" if structured else " ").join(lines)


def _write_prose(paragraphs: tuple[str, ...]) -> list[str]:
    return list(map(_wrapped, paragraphs))


def _wrapped(text: str) -> str:
    """A paragraph as Elastic's files hold it: a short one as it is, a longer one wrapped and indented."""
    if len(text) <= _SHORT_PROSE or "\n" in text:
        return text
    width = _PROSE_WIDTH - len(_PROSE_INDENT)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "".join(f"{_PROSE_INDENT}{line}\n" for line in lines) + _PROSE_INDENT


def _same(value: Any) -> Any:
    return value


TEXT: Final = Codec(read_text, _same)
TEXTS: Final = Codec(read_texts, list)
PROSE: Final = Codec(_read_prose, _write_prose)
NUMBER: Final = Codec(read_number, _same)
ISO_DATE: Final = Codec(_read_date, _same)
ELASTIC_DATE: Final = Codec(_read_date, lambda value: value.replace("-", "/"))
LEVEL: Final = Codec(_read_level, lambda level: level.value)
