"""Sigma's rule files: YAML with one rule, correlation or filter in each document.

https://github.com/SigmaHQ/sigma-specification/tree/main/specification (2.1.0)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from isorule.attack.tags import threats_from_tags
from isorule.diagnostics import IsoruleError, ParseError, UnsupportedError
from isorule.dialects.sigma import read_detection, write_detection
from isorule.documents.envelope import parts_of, rule_of
from isorule.documents.homes import Parts, read_parts, write_parts
from isorule.documents.problems import Place, parse_error
from isorule.documents.references import CORRELATION, FILTER, resolved
from isorule.documents.registry import DocumentFormat, lossless
from isorule.documents.sigma_correlation_text import write_correlation
from isorule.documents.sigma_correlations import Referred, nothing_known, read_correlation
from isorule.documents.sigma_filters import read_filter
from isorule.documents.sigma_homes import BLOCK, DEFAULT_TAXONOMY, KEY_ORDER, SIGMA_HOMES
from isorule.documents.tables import MISSING, copied, get, put, take
from isorule.documents.threats import attack_ids, tagged_ids
from isorule.ir.detections import Correlation, Detection, Opaque
from isorule.ir.losses import Emission, Loss, refusal
from isorule.ir.rule import Document, Origin, Rule
from isorule.source import Embedded, KeyPath, SourceFile, Span
from isorule.source.deferred import Deferred
from isorule.source.reading import Reading, SourceError
from isorule.source.yaml_layout import reread_yaml, write_yaml
from isorule.source.yaml_rewrite import rewrite_yaml
from isorule.source.yaml_values import read_yaml

FORMAT: Final = "sigma"

_DOCUMENT_MARK = re.compile(r"^(?:---|\.\.\.)", re.MULTILINE)
_SEPARATOR: Final = "---\n"
_ELASTIC_BLOCK: Final = (*BLOCK, "elastic")
_KINDS: Final = {"correlation": CORRELATION, "filter": FILTER}
"""Documents that are no rule of single events: the type of the rule, by the key that tells it."""


def read(file: SourceFile) -> tuple[Rule, ...]:
    """The rules of a file in their order; see `DocumentFormat.read`."""
    return resolved(_rule(reading) for reading in _readings(file))


def read_each(file: SourceFile) -> tuple[Rule | IsoruleError, ...]:
    """The rules of a file in their order, with the reason in place of each that cannot be read; raises as `read` does
    where no document can be told from the others."""
    found = [_attempted(reading) for reading in _readings(file)]
    rules = iter(resolved(item for item in found if isinstance(item, Rule)))
    return tuple(next(rules) if isinstance(item, Rule) else item for item in found)


def _attempted(reading: Reading) -> Rule | IsoruleError:
    try:
        return _rule(reading)
    except IsoruleError as error:
        return error


def _readings(file: SourceFile) -> tuple[Reading, ...]:
    try:
        readings = read_yaml(file)
    except SourceError as error:
        raise parse_error(error, file) from error
    if not readings:
        raise parse_error(SourceError("no-rule", "the file holds no document", Span(0, 0)), file)
    return readings


def _rule(reading: Reading) -> Rule:
    place = Place(reading.file, reading.places)
    values = reading.values
    if "action" in values:
        raise place.refused(
            "legacy-action",
            ("action",),
            "`action` joins documents, which Sigma 2 no longer has",
            "write each rule as a whole document",
        )
    if "title" not in values:
        raise place.missing(("title",), "every Sigma rule has a title")
    parts, leftovers = read_parts(values, SIGMA_HOMES, place, native=get(values, _ELASTIC_BLOCK) is MISSING)
    kind = next((key for key in _KINDS if key in values), "detection")
    if kind != "correlation" and "logsource" not in values:
        raise place.missing(("logsource",), "every Sigma rule says where its events come from")
    _read_threats(parts)
    taxonomy = parts.pop("source.taxonomy", DEFAULT_TAXONOMY)
    if kind == "detection":
        detection = _detection(reading, place)
        take(leftovers, ("detection",))
        parts |= {"rule.type": FORMAT, "rule.language": FORMAT}
    elif kind == "correlation":
        detection = read_correlation(values, place, nothing_known)
        take(leftovers, (kind,))
        parts |= {"rule.type": CORRELATION, "rule.language": FORMAT}
    else:
        read_filter(reading)
        span = reading.places[(kind,)].value
        text = reading.file.text[span.start : span.end]
        detection = Opaque(FILTER, text, "a filter detects nothing: it narrows the rules that it names")
        parts |= {"rule.type": FILTER, "rule.language": FORMAT}
    origin = Origin(FORMAT, reading.file, values, reading.places, Deferred(lambda: _queries(reading)))
    return rule_of(parts, detection, taxonomy=taxonomy, extras=_extras(leftovers), origin=origin)


def _read_threats(parts: Parts) -> None:
    """Threats as the block keeps them, while the tags name the same techniques; else as the tags tell."""
    tags = parts.get("metadata.tags", ())
    kept = parts.get("rule.threats", ())
    if not kept or attack_ids(kept) != tagged_ids(tags):
        parts["rule.threats"] = threats_from_tags(tags)


def _detection(reading: Reading, place: Place) -> Detection:
    values = reading.values.get("detection")
    if values is None:
        raise place.missing(("detection",), "a Sigma rule has a `detection`, a `correlation` or a `filter`")
    if not isinstance(values, Mapping):
        raise place.wrong_type(("detection",), "a table", values)
    places = {path[1:]: located for path, located in reading.places.items() if path[:1] == ("detection",)}

    def embedded(path: KeyPath) -> Embedded:
        return reading.embedded(("detection", *path))

    try:
        return read_detection(values, places, embedded)
    except ParseError as error:
        raise ParseError(error.diagnostic.located(reading.file)) from error
    except UnsupportedError as error:
        raise UnsupportedError(error.diagnostic.located(reading.file)) from error


def _queries(reading: Reading) -> dict[KeyPath, Embedded]:
    """The texts of a rule's conditions."""
    condition = get(reading.values, ("detection", "condition"))
    paths: list[KeyPath] = [("detection", "condition")]
    if isinstance(condition, list):
        paths = [("detection", "condition", index) for index, item in enumerate(condition) if isinstance(item, str)]
    elif not isinstance(condition, str):
        paths = []
    return {path: reading.embedded(path) for path in paths}


def _extras(leftovers: dict[str, Any]) -> dict[str, Document]:
    extras: dict[str, Document] = {}
    elastic = take(leftovers, _ELASTIC_BLOCK)
    if isinstance(elastic, dict):
        extras["elastic"] = elastic
    if leftovers:
        extras[FORMAT] = leftovers
    return extras


def emit(rule: Rule) -> Emission:
    """A rule as Sigma YAML, and what writing its detection changed; see `DocumentFormat.emit`.

    A correlation that comes from no Sigma file is written with the rules that it refers to before it.
    """
    document, losses = document_of(rule)
    origin = rule.origin
    if origin is not None and origin.format == FORMAT:
        return Emission(_rewritten(origin, document), losses)
    parts = [emit(part) for part in _parts(rule)]
    texts = [*(part.text for part in parts), write_yaml(document)]
    return Emission(_SEPARATOR.join(texts), (*(loss for part in parts for loss in part.losses), *losses))


def _parts(rule: Rule) -> tuple[Rule, ...]:
    """The rules that a correlation needs, each once and after those that it needs itself."""
    found: dict[str | None, Rule] = {}
    for part in rule.references:
        for inner in (*_parts(part), replace(part, references=())):
            found.setdefault(inner.metadata.name or inner.metadata.id, inner)
    return tuple(found.values())


def write(rule: Rule) -> str:
    """A rule as Sigma YAML; see `DocumentFormat.write`."""
    return lossless(emit(rule))


def reread(rule: Rule, path: str) -> tuple[Emission, Rule]:
    """A rule written anew, and what reading the text gives; see `DocumentFormat.reread`."""
    if rule.references:
        emission = emit(replace(rule, origin=None))
        return emission, read(SourceFile(path, emission.text))[-1]
    document, losses = document_of(rule)
    reading = reread_yaml(document, path=path)
    return Emission(reading.file.text, losses), _rule(reading)


def _rewritten(origin: Origin, document: dict[str, Any]) -> str:
    """The text of the rule's file with the values of the document; only its own part where a file has several."""
    if _DOCUMENT_MARK.search(origin.file.text) and len(read_yaml(origin.file)) > 1:
        return write_yaml(document)
    return rewrite_yaml(origin.file.text, origin.document, origin.places, document)


def document_of(rule: Rule) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The values of a rule's document, and what writing its detection changed.

    Raises UnsupportedError where no Sigma rule has such a detection.
    """
    detection, losses = _detection_keys(rule)
    parts = parts_of(rule)
    if rule.threats == threats_from_tags(rule.metadata.tags):
        parts["rule.threats"] = ()
    document = write_parts(parts, SIGMA_HOMES, rule.extras.get(FORMAT, {})) | detection
    elastic = rule.extras.get("elastic")
    if elastic:
        put(document, _ELASTIC_BLOCK, copied(elastic))
    before = rule.origin.document if rule.origin is not None and rule.origin.format == FORMAT else {}
    return _ordered(document, before), losses


def _detection_keys(rule: Rule) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The key of the detection: that of the file that the rule came from while it still says the same."""
    origin = rule.origin
    detection = rule.detection
    if isinstance(detection, Opaque) and detection.language == FILTER:
        return {}, ()
    if isinstance(detection, Correlation):
        return {"correlation": _correlation_table(rule, detection)}, ()
    if origin is not None and origin.format == FORMAT and _says(origin.document, detection):
        return {"detection": copied(origin.document["detection"])}, ()
    if isinstance(detection, Opaque):
        raise refusal("not-a-sigma-detection", f"Sigma has no form for {detection.language}: {detection.why}")
    written = write_detection(detection)
    return {"detection": dict(written.mapping)}, written.losses


def _correlation_table(rule: Rule, detection: Correlation) -> dict[str, Any]:
    """The table of a correlation: that of the file that the rule came from while it still says the same."""
    origin = rule.origin
    if origin is None or origin.format != FORMAT or "correlation" not in origin.document:
        return write_correlation(detection)
    items = {item.name: item.detection for item in detection.items}
    called = {
        item.name: tuple(filter(None, (part.metadata.name, part.metadata.id)))
        for item in detection.items
        for part in rule.references
        if item.name in (part.metadata.name, part.metadata.id)
    }

    def lookup(name: str) -> Referred | None:
        return Referred(items[name], called.get(name, ())) if name in items else None

    if read_correlation(origin.document, Place(origin.file, origin.places), lookup) != detection:
        return write_correlation(detection)
    table: dict[str, Any] = copied(origin.document["correlation"])
    return table


def _says(document: Document, detection: Detection) -> bool:
    values = document.get("detection")
    return isinstance(values, Mapping) and read_detection(values) == detection


def _ordered(document: dict[str, Any], before: Document) -> dict[str, Any]:
    """The document with its keys in order: that of `before` where it has them, else that of the collection."""
    known = {key: index for index, key in enumerate(before or KEY_ORDER)}
    if not before:
        return dict(sorted(document.items(), key=lambda item: known.get(item[0], len(known))))
    out = {key: document[key] for key in before if key in document}
    for key in sorted(document, key=lambda key: KEY_ORDER.index(key) if key in KEY_ORDER else len(KEY_ORDER)):
        out.setdefault(key, document[key])
    return out


SIGMA_YAML: Final = DocumentFormat(FORMAT, "Sigma rule (YAML)", (".yml", ".yaml"), read, write, emit, reread)
