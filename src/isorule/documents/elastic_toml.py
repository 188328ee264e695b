"""Elastic's rule files: one rule as TOML, with the tables `metadata`, `rule` and `transform`.

https://github.com/elastic/detection-rules/blob/main/CONTRIBUTING.md, and the classes of its `detection_rules/rule.py`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from isorule.documents.elastic_detections import DETECTION_KEYS, language_of, query_paths, read_detection
from isorule.documents.elastic_homes import ELASTIC_HOMES
from isorule.documents.elastic_queries import DetectionWriter
from isorule.documents.envelope import parts_of, rule_of
from isorule.documents.homes import Parts, read_parts, write_parts
from isorule.documents.nulls import with_nulls, without_nulls
from isorule.documents.problems import Place, parse_error
from isorule.documents.registry import DocumentFormat, lossless
from isorule.documents.tables import MISSING, copied, get, merged, put, take
from isorule.ir.losses import Emission, Loss, refusal
from isorule.ir.rule import Document, Origin, Rule
from isorule.source import SourceFile
from isorule.source.deferred import Deferred
from isorule.source.reading import Reading, SourceError
from isorule.source.toml_layout import write_toml
from isorule.source.toml_rewrite import rewrite_toml
from isorule.source.toml_values import read_toml

FORMAT: Final = "elastic"
_SIGMA_BLOCK: Final = ("rule", "meta", "isorule", "sigma")
"""Where a rule that came from Sigma keeps what Elastic has no key for; Elastic allows any keys in `meta`."""

_KEPT: Final = ("filters", "threat_filters", "machine_learning_job_id")
"""Keys of a detection that stay in the extras as they are written: the predicates do not say which filters they were,
nor whether a single job stood in a list."""

_TABLES: Final = ("metadata", "rule", "transform")
_SIGMA_TAG = re.compile(r"[a-z0-9_-]+\.[a-z0-9._-]+")


def read(file: SourceFile) -> tuple[Rule, ...]:
    """The rule of a file, in a tuple of one; see `DocumentFormat.read`."""
    try:
        reading = read_toml(file)
    except SourceError as error:
        raise parse_error(error, file) from error
    return (_rule(reading),)


def _rule(reading: Reading) -> Rule:
    place = Place(reading.file, reading.places)
    values = reading.values
    for name in _TABLES:
        if not isinstance(values.get(name, {}), dict):
            raise place.wrong_type((name,), "a table", values[name])
    rule = values.get("rule")
    if not isinstance(rule, dict):
        raise place.missing(("rule",), "an Elastic rule has a table [rule]")
    parts, leftovers = read_parts(values, ELASTIC_HOMES, place, native=get(values, _SIGMA_BLOCK) is MISSING)
    if "metadata.title" not in parts:
        raise place.missing(("rule", "name"))
    detection = read_detection(rule, place, reading.embedded)
    parts["rule.language"] = language_of(rule)
    for key in DETECTION_KEYS:
        if key not in _KEPT:
            take(leftovers, ("rule", key))
    queries = Deferred(lambda: {path: reading.embedded(path) for path in query_paths(rule)})
    origin = Origin(FORMAT, reading.file, values, reading.places, queries)
    return rule_of(parts, detection, taxonomy="ecs", extras=_extras(leftovers), origin=origin)


def _extras(leftovers: dict[str, Any]) -> dict[str, Document]:
    extras: dict[str, Document] = {}
    sigma = take(leftovers, _SIGMA_BLOCK)
    if isinstance(sigma, dict):
        extras["sigma"] = with_nulls(sigma)
    if leftovers:
        extras[FORMAT] = leftovers
    return extras


def emit(rule: Rule) -> Emission:
    """A rule as Elastic's TOML, and what writing its query changed; see `DocumentFormat.emit`."""
    document, losses = document_of(rule)
    origin = rule.origin
    if origin is not None and origin.format == FORMAT:
        text = rewrite_toml(origin.file.text, origin.document, origin.places, document)
    else:
        text = write_toml(document)
    return Emission(text, losses)


def write(rule: Rule) -> str:
    """A rule as Elastic's TOML; see `DocumentFormat.write`."""
    return lossless(emit(rule))


def reread(rule: Rule, path: str) -> tuple[Emission, Rule]:
    """A rule written, and what reading the text gives; see `DocumentFormat.reread`."""
    emission = emit(rule)
    (back,) = read(SourceFile(path, emission.text))
    return emission, back


def document_of(rule: Rule) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The values of a rule's file, and what writing its detection changed.

    Raises UnsupportedError where no Elastic rule has such a detection.
    """
    extras = rule.extras.get(FORMAT, {})
    detection, losses = _detection_keys(rule, extras)
    parts = parts_of(rule) | {"rule.type": detection.pop("type"), "rule.language": detection.pop("language", None)}
    if not _is_own(rule):
        _restore_tags(parts, extras)
    document = write_parts(parts, ELASTIC_HOMES, extras)
    kept = {key: take(document, ("rule", key)) for key in _KEPT}
    document["rule"] = merged(document.get("rule", {}), _disabled_filters(kept) | detection)
    if "sigma" in rule.extras:
        put(document, _SIGMA_BLOCK, without_nulls(rule.extras["sigma"]))
    return document, losses


def _disabled_filters(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The filters that take no part in the detection; the others are in its query by now."""
    found = {}
    for key in ("filters", "threat_filters"):
        items = kept[key] if isinstance(kept[key], list) else []
        disabled = [item for item in items if get(item, ("meta", "disabled")) is True]
        if disabled:
            found[key] = disabled
    return found


def _is_own(rule: Rule) -> bool:
    return rule.origin is not None and rule.origin.format == FORMAT


def _detection_keys(rule: Rule, extras: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The keys of the detection: those of the file that the rule came from while it still says the same."""
    written = _unchanged(rule)
    if written is not None:
        return written, ()
    if rule.language is not None and rule.language not in ("eql", "kuery", "lucene", "esql"):
        raise refusal("language-not-elastic", f"an Elastic rule has no {rule.language} query", hint="convert the rule")
    kept = get(extras, ("rule",))
    writer = DetectionWriter(rule.language, kept if isinstance(kept, Mapping) else {})
    keys = writer.keys(rule.detection)
    return keys, tuple(writer.losses)


def _unchanged(rule: Rule) -> dict[str, Any] | None:
    """The detection's keys as they are written in the rule's file, if its detection is still theirs."""
    origin = rule.origin
    if origin is None or origin.format != FORMAT:
        return None
    table = get(origin.document, ("rule",))
    if table["type"] != rule.type or language_of(table) != rule.language:
        return None
    place = Place(origin.file, origin.places)
    if read_detection(table, place, origin.queries.__getitem__) != rule.detection:
        return None
    return {key: copied(table[key]) for key in ("type", "language", *DETECTION_KEYS) if key in table}


def _restore_tags(parts: Parts, extras: Mapping[str, Any]) -> None:
    """Put back the tags of an Elastic rule that has been a Sigma rule.

    Its tags are then Sigma tags (`attack.discovery`), which none of Elastic's are; those that are not ATT&CK's were
    added in Sigma and stay.
    """
    before = get(extras, ("rule", "tags"))
    tags: tuple[str, ...] = parts.get("metadata.tags", ())
    if not isinstance(before, list) or not all(_SIGMA_TAG.fullmatch(tag) for tag in tags):
        return
    added = [tag for tag in tags if not tag.startswith("attack.") and tag not in before]
    if any(not _SIGMA_TAG.fullmatch(tag) for tag in before):
        parts["metadata.tags"] = (*before, *added)


ELASTIC_TOML: Final = DocumentFormat(FORMAT, "Elastic rule (TOML)", (".toml",), read, write, emit, reread)
