"""Where an Elastic rule file keeps the parts of a rule."""

from __future__ import annotations

from typing import Any, Final

from isorule.documents.codecs import (
    ELASTIC_DATE,
    LEVEL,
    NUMBER,
    PROSE,
    TEXT,
    TEXTS,
    read_number,
    read_table,
    read_text,
    read_texts,
)
from isorule.documents.homes import Codec, Home
from isorule.documents.threats import ELASTIC_THREATS
from isorule.ir.rule import DataSource, Suppression


def _read_suppression(raw: Any) -> Suppression:
    table = read_table(raw)
    by = read_texts(table["group_by"]) if "group_by" in table else ()
    duration = None
    if "duration" in table:
        found = read_table(table["duration"])
        duration = (read_number(found.get("value")), read_text(found.get("unit")))
    missing = read_text(table["missing_fields_strategy"]) if "missing_fields_strategy" in table else None
    return Suppression(by, duration, missing)


def _write_suppression(suppression: Suppression) -> dict[str, Any]:
    table: dict[str, Any] = {}
    if suppression.by:
        table["group_by"] = list(suppression.by)
    if suppression.duration is not None:
        table["duration"] = {"unit": suppression.duration[1], "value": suppression.duration[0]}
    if suppression.missing_fields is not None:
        table["missing_fields_strategy"] = suppression.missing_fields
    return table


def _read_names(raw: Any) -> tuple[str, ...]:
    """One name or a list of names."""
    return (raw,) if isinstance(raw, str) else read_texts(raw)


SUPPRESSION: Final = Codec(_read_suppression, _write_suppression)
NAMES: Final = Codec(_read_names, list)

ELASTIC_HOMES: Final = (
    Home(("metadata", "creation_date"), "metadata.created", ELASTIC_DATE),
    Home(("metadata", "updated_date"), "metadata.modified", ELASTIC_DATE),
    Home(("metadata", "maturity"), "metadata.status", TEXT, copied=True),
    Home(("metadata", "integration"), "source.integrations", NAMES),
    Home(("rule", "author"), "metadata.authors", TEXTS),
    Home(("rule", "description"), "metadata.description", TEXT),
    Home(("rule", "false_positives"), "metadata.false_positives", PROSE),
    Home(("rule", "license"), "metadata.license", TEXT),
    Home(("rule", "name"), "metadata.title", TEXT),
    Home(("rule", "references"), "metadata.references", TEXTS),
    Home(("rule", "rule_id"), "metadata.id", TEXT),
    Home(("rule", "severity"), "metadata.level", LEVEL),
    Home(("rule", "tags"), "metadata.tags", TEXTS, copied=True),
    Home(("rule", "index"), "source.indices", TEXTS),
    Home(("rule", "event_category_override"), "source.category_field", TEXT, DataSource().category_field),
    Home(("rule", "timestamp_field"), "source.timestamp_field", TEXT, DataSource().timestamp_field),
    Home(("rule", "tiebreaker_field"), "source.tiebreaker_field", TEXT),
    Home(("rule", "interval"), "schedule.interval", TEXT),
    Home(("rule", "from"), "schedule.lookback", TEXT),
    Home(("rule", "to"), "schedule.until", TEXT),
    Home(("rule", "max_signals"), "schedule.max_signals", NUMBER),
    Home(("rule", "alert_suppression"), "rule.suppression", SUPPRESSION),
    Home(("rule", "risk_score"), "rule.risk_score", NUMBER),
    Home(("rule", "threat"), "rule.threats", ELASTIC_THREATS),
    Home(("rule", "type"), "rule.type", TEXT, copied=True),
    Home(("rule", "language"), "rule.language", TEXT, copied=True),
)
