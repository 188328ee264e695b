"""Where a Sigma rule file keeps the parts of a rule.

What Sigma has no key for stands in the block `custom: isorule:`; the specification leaves custom keys to the user.
https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
"""

from __future__ import annotations

from typing import Any, Final

from isorule.documents.codecs import (
    ISO_DATE,
    LEVEL,
    NUMBER,
    TEXT,
    TEXTS,
    read_number,
    read_table,
    read_text,
    read_texts,
)
from isorule.documents.homes import Codec, Home, WrongShapeError
from isorule.documents.threats import COMPACT_THREATS
from isorule.ir.rule import DataSource, LogSource, Suppression

BLOCK: Final = ("custom", "isorule")
DEFAULT_TAXONOMY: Final = "sigma"

_LOGSOURCE_KEYS: Final = ("category", "product", "service", "definition")


def _read_authors(raw: Any) -> tuple[str, ...]:
    """One text with a comma between names, as Sigma has it."""
    return tuple(part for name in read_text(raw).split(",") if (part := name.strip()))


def _read_logsource(raw: Any) -> LogSource:
    table = read_table(raw)
    known: dict[str, str] = {}
    for key in _LOGSOURCE_KEYS:
        if key in table:
            if not isinstance(table[key], str):
                raise WrongShapeError("a text", table[key], (key,))
            known[key] = table[key]
    extra = tuple((key, value) for key, value in table.items() if key not in _LOGSOURCE_KEYS)
    return LogSource(**known, extra=extra)


def _write_logsource(source: LogSource) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key in _LOGSOURCE_KEYS:
        value = getattr(source, key)
        if value is not None:
            table[key] = value
    return table | dict(source.extra)


def _read_suppression(raw: Any) -> Suppression:
    table = read_table(raw)
    duration = table.get("duration")
    return Suppression(
        read_texts(table.get("by", [])),
        (read_number(duration.get("value")), read_text(duration.get("unit"))) if isinstance(duration, dict) else None,
        read_text(table["missing_fields"]) if "missing_fields" in table else None,
    )


def _write_suppression(suppression: Suppression) -> dict[str, Any]:
    table: dict[str, Any] = {}
    if suppression.by:
        table["by"] = list(suppression.by)
    if suppression.duration is not None:
        table["duration"] = {"value": suppression.duration[0], "unit": suppression.duration[1]}
    if suppression.missing_fields is not None:
        table["missing_fields"] = suppression.missing_fields
    return table


AUTHORS: Final = Codec(_read_authors, ", ".join)
LOGSOURCE: Final = Codec(_read_logsource, _write_logsource)
SUPPRESSION: Final = Codec(_read_suppression, _write_suppression)

SIGMA_HOMES: Final = (
    Home(("title",), "metadata.title", TEXT),
    Home(("id",), "metadata.id", TEXT),
    Home(("name",), "metadata.name", TEXT),
    Home(("status",), "metadata.status", TEXT, copied=True),
    Home(("description",), "metadata.description", TEXT),
    Home(("license",), "metadata.license", TEXT),
    Home(("references",), "metadata.references", TEXTS),
    Home(("author",), "metadata.authors", AUTHORS),
    Home(("date",), "metadata.created", ISO_DATE),
    Home(("modified",), "metadata.modified", ISO_DATE),
    Home(("tags",), "metadata.tags", TEXTS, copied=True),
    Home(("falsepositives",), "metadata.false_positives", TEXTS),
    Home(("level",), "metadata.level", LEVEL, copied=True),
    Home(("logsource",), "source.logsource", LOGSOURCE, copied=True),
    Home(("taxonomy",), "source.taxonomy", TEXT, DEFAULT_TAXONOMY, copied=True),
    Home((*BLOCK, "risk_score"), "rule.risk_score", NUMBER),
    Home((*BLOCK, "indices"), "source.indices", TEXTS),
    Home((*BLOCK, "integrations"), "source.integrations", TEXTS),
    Home((*BLOCK, "category_field"), "source.category_field", TEXT, DataSource().category_field),
    Home((*BLOCK, "timestamp_field"), "source.timestamp_field", TEXT, DataSource().timestamp_field),
    Home((*BLOCK, "tiebreaker_field"), "source.tiebreaker_field", TEXT),
    Home((*BLOCK, "schedule", "interval"), "schedule.interval", TEXT),
    Home((*BLOCK, "schedule", "from"), "schedule.lookback", TEXT),
    Home((*BLOCK, "schedule", "to"), "schedule.until", TEXT),
    Home((*BLOCK, "schedule", "max_signals"), "schedule.max_signals", NUMBER),
    Home((*BLOCK, "suppression"), "rule.suppression", SUPPRESSION),
    Home((*BLOCK, "threats"), "rule.threats", COMPACT_THREATS),
)

KEY_ORDER: Final = (
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "references",
    "author",
    "date",
    "modified",
    "tags",
    "logsource",
    "correlation",
    "detection",
    "filter",
    "fields",
    "scope",
    "falsepositives",
    "level",
)
"""The order of the keys of a rule in SigmaHQ's collection; all others follow as they come."""
