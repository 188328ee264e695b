"""Codecs of simple values: texts, lists of texts, numbers, dates, levels."""

from __future__ import annotations

import re
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


def _same(value: Any) -> Any:
    return value


TEXT: Final = Codec(read_text, _same)
TEXTS: Final = Codec(read_texts, list)
NUMBER: Final = Codec(read_number, _same)
ISO_DATE: Final = Codec(_read_date, _same)
ELASTIC_DATE: Final = Codec(_read_date, lambda value: value.replace("-", "/"))
LEVEL: Final = Codec(_read_level, lambda level: level.value)
