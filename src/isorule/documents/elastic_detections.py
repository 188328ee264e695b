"""What an Elastic rule detects: its query, its filters, and what its type adds to them.

https://www.elastic.co/docs/solutions/security/detect-and-alert/about-detection-rules
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never

from isorule.diagnostics import ParseError, UnsupportedError
from isorule.dialects import dialect
from isorule.documents.codecs import read_number, read_table, read_tables, read_text, read_texts
from isorule.documents.homes import WrongShapeError
from isorule.documents.kibana_filters import UnknownFilterError, filters_predicate
from isorule.documents.problems import Place
from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    Detection,
    Having,
    IndicatorEntry,
    IndicatorMatch,
    Match,
    Measure,
    MeasureKind,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
    Stage,
    Window,
    WindowKind,
)
from isorule.ir.matchers import Scalar
from isorule.ir.predicates import And, Predicate, conjunction
from isorule.source import Embedded, KeyPath, path_text

LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "eql": ("eql",),
    "query": ("kuery", "lucene"),
    "saved_query": ("kuery", "lucene"),
    "threshold": ("kuery", "lucene"),
    "new_terms": ("kuery", "lucene"),
    "threat_match": ("kuery", "lucene"),
    "esql": ("esql",),
    "machine_learning": (),
}
"""The query languages of each type of rule; the first is meant where the rule names none."""

DETECTION_KEYS: Final = (
    "query",
    "filters",
    "threshold",
    "new_terms",
    "threat_query",
    "threat_filters",
    "threat_index",
    "threat_mapping",
    "machine_learning_job_id",
    "anomaly_threshold",
)
"""The keys of `[rule]` that say what is detected."""

_NOT_READ: Final = {
    "esql": "isorule does not read ES|QL",
}
_MACHINE_LEARNING: Final = "an anomaly is found by a machine learning job, not by a query"
_SAVED_QUERY: Final = "the query is stored in Kibana, not in the rule"

Texts = Callable[[KeyPath], Embedded]


def read_detection(rule: Mapping[str, Any], place: Place, texts: Texts) -> Detection:
    """The detection of the `[rule]` table; `texts` gives the place of each character of a query in the file.

    Raises ParseError for a query that is not a sentence of its language, for an unknown type or language, and for
    values that are missing or of a wrong type, and UnsupportedError where the query's dialect does.
    """
    try:
        return _Reader(rule, place, texts).detection()
    except WrongShapeError as error:
        raise place.wrong_type(error.path, error.expected, error.found) from error


def language_of(rule: Mapping[str, Any]) -> str | None:
    """The query language of a `[rule]` table that has been read, named or meant; None where there is no query."""
    languages = LANGUAGES[rule["type"]]
    named: str | None = rule.get("language")
    return named or (languages[0] if languages else None)


def query_paths(rule: Mapping[str, Any]) -> Iterator[KeyPath]:
    """The key paths of the query texts of a `[rule]` table."""
    for key in ("query", "threat_query"):
        if isinstance(rule.get(key), str):
            yield ("rule", key)


@dataclass(frozen=True, slots=True)
class _Reader:
    rule: Mapping[str, Any]
    place: Place
    texts: Texts

    def detection(self) -> Detection:
        kind = self._required("type", read_text)
        languages = LANGUAGES.get(kind)
        if languages is None:
            known = ", ".join(LANGUAGES)
            raise self.place.unknown_value(("rule", "type"), f"there is no rule type {kind!r}", f"one of {known}")
        language = self._language("language", languages)
        match kind:
            case "machine_learning":
                return Opaque("machine_learning", None, _MACHINE_LEARNING, self._parameters())
            case "saved_query":
                return Opaque("saved_query", self.rule.get("query"), _SAVED_QUERY)
            case _:
                return self._queried(kind, language)

    def _queried(self, kind: str, language: str) -> Detection:
        query: str = self._required("query", read_text)
        if language in _NOT_READ:
            return Opaque(language, query, _NOT_READ[language])
        detection = self._parsed("query", language)
        try:
            filtered = with_filters(detection, filters_predicate(self._tables("filters")))
            if kind in ("eql", "query"):
                return filtered
            if not isinstance(filtered, Match):
                raise self.place.unknown_value(("rule", "query"), f"a {kind} rule asks for single events")
            return self._typed(kind, filtered.where)
        except UnknownFilterError as error:
            return Opaque(language, query, f"the rule has {error}")

    def _typed(self, kind: str, where: Predicate) -> Detection:
        match kind:
            case "threshold":
                return self._threshold(where)
            case "new_terms":
                return self._new_terms(where)
            case _:
                return self._indicator_match(where)

    def _language(self, key: str, languages: tuple[str, ...]) -> str:
        if key not in self.rule or not languages:
            return languages[0] if languages else ""
        language: str = self._required(key, read_text)
        if language not in languages:
            raise self.place.unknown_value(
                ("rule", key),
                f"{language!r} is not a language of {self.rule['type']} rules",
                f"one of {', '.join(languages)}",
            )
        return language

    def _parsed(self, key: str, language: str) -> Detection:
        text = self.rule[key]
        parse = dialect(language).parse
        if parse is None:
            return Opaque(language, text, f"isorule does not read {language}")
        try:
            return parse(text)
        except ParseError as error:
            raise ParseError(error.diagnostic.located(self.texts(("rule", key)))) from error
        except UnsupportedError as error:
            raise UnsupportedError(error.diagnostic.located(self.texts(("rule", key)))) from error

    def _threshold(self, where: Predicate) -> Aggregate:
        """https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule (threshold rules)"""
        table = self._required("threshold", read_table)
        at: KeyPath = ("rule", "threshold")
        raw = table.get("field", [])
        by = (
            (raw,) if isinstance(raw, str) and raw else () if raw == "" else self._read(read_texts, raw, (*at, "field"))
        )
        having = [_at_least(Measure(MeasureKind.COUNT), self._read(read_number, table.get("value"), (*at, "value")))]
        counted = self._read(read_tables, table.get("cardinality", []), (*at, "cardinality"))
        for index, item in enumerate(counted):
            here = (*at, "cardinality", index)
            field = self._read(read_text, item.get("field"), (*here, "field"))
            least = self._read(read_number, item.get("value"), (*here, "value"))
            having.append(_at_least(Measure(MeasureKind.CARDINALITY, (field,)), least))
        return Aggregate(where, by, Window(WindowKind.LOOKBACK), tuple(having))

    def _new_terms(self, where: Predicate) -> NewTerms:
        """The wrapper of detection-rules: `field`, `value`, and one `history_window_start` with the same two keys."""
        table = self._required("new_terms", read_table)
        at: KeyPath = ("rule", "new_terms")
        fields = self._read(read_texts, table.get("value"), (*at, "value"))
        starts = self._read(read_tables, table.get("history_window_start"), (*at, "history_window_start"))
        if len(starts) != 1:
            raise self.place.unknown_value((*at, "history_window_start"), "there must be one start of the history")
        start = self._read(read_text, starts[0].get("value"), (*at, "history_window_start", 0, "value"))
        return NewTerms(where, fields, start)

    def _indicator_match(self, where: Predicate) -> Detection:
        self._required("threat_query", read_text)
        language = self._language("threat_language", LANGUAGES["threat_match"])
        if language in _NOT_READ:
            return Opaque(language, self.rule["threat_query"], _NOT_READ[language])
        indicators = with_filters(
            self._parsed("threat_query", language), filters_predicate(self._tables("threat_filters"))
        )
        if not isinstance(indicators, Match):
            raise self.place.unknown_value(("rule", "threat_query"), "the query for indicators asks for single events")
        indices: tuple[str, ...] = self._required("threat_index", read_texts)
        groups = self._required("threat_mapping", read_tables)
        mapping = tuple(self._entries(group, ("rule", "threat_mapping", index)) for index, group in enumerate(groups))
        return IndicatorMatch(where, indicators.where, indices, mapping)

    def _entries(self, group: Mapping[str, Any], at: KeyPath) -> tuple[IndicatorEntry, ...]:
        entries = []
        for index, entry in enumerate(self._read(read_tables, group.get("entries"), (*at, "entries"))):
            here = (*at, "entries", index)
            event_field = self._read(read_text, entry.get("field"), (*here, "field"))
            indicator_field = self._read(read_text, entry.get("value"), (*here, "value"))
            negated = entry.get("negate", False)
            if not isinstance(negated, bool):
                raise WrongShapeError("a Boolean", negated, (*here, "negate"))
            entries.append(IndicatorEntry(event_field, indicator_field, negated))
        return tuple(entries)

    def _parameters(self) -> tuple[tuple[str, Scalar], ...]:
        raw = self.rule.get("machine_learning_job_id")
        if raw is None:
            raise self.place.missing(("rule", "machine_learning_job_id"))
        jobs = (raw,) if isinstance(raw, str) else self._read(read_texts, raw, ("rule", "machine_learning_job_id"))
        found: list[tuple[str, Scalar]] = [("machine_learning_job_id", job) for job in jobs]
        found.append(("anomaly_threshold", self._required("anomaly_threshold", read_number)))
        return tuple(found)

    def _tables(self, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._read(read_tables, self.rule.get(key, []), ("rule", key))
        return found

    def _required(self, key: str, read: Callable[[Any], Any]) -> Any:
        if key not in self.rule:
            raise self.place.missing(("rule", key))
        return self._read(read, self.rule[key], ("rule", key))

    def _read(self, read: Callable[[Any], Any], raw: Any, path: KeyPath) -> Any:
        if raw is None:
            raise self.place.missing(path, f"{path_text(path[:-1])} needs it")
        try:
            return read(raw)
        except WrongShapeError as error:
            raise WrongShapeError(error.expected, error.found, (*path, *error.path)) from error


def _at_least(measure: Measure, threshold: int) -> Having:
    return Having(measure, Comparison.GTE, threshold)


def with_filters(detection: Detection, filters: tuple[Predicate, ...]) -> Detection:
    """A detection on the events that meet the filters: every event that takes part must meet all of them."""
    if not filters:
        return detection
    match detection:
        case Match(where):
            return replace(detection, where=_joined(where, filters))
        case Sequence(stages, until=until):
            narrowed = tuple(_stage(stage, filters) for stage in stages)
            return replace(detection, stages=narrowed, until=_stage(until, filters) if until is not None else None)
        case Sample(stages):
            return replace(detection, stages=tuple(_stage(stage, filters) for stage in stages))
        case Aggregate(where) | NewTerms(where) | IndicatorMatch(where):
            return replace(detection, where=_joined(where, filters))
        case Correlation(items=items):
            narrowed_items = tuple(replace(item, detection=with_filters(item.detection, filters)) for item in items)
            return replace(detection, items=narrowed_items)
        case Opaque():
            return detection
        case _:
            assert_never(detection)


def _stage(stage: Stage, filters: tuple[Predicate, ...]) -> Stage:
    return replace(stage, where=_joined(stage.where, filters))


def _joined(where: Predicate, filters: tuple[Predicate, ...]) -> Predicate:
    terms = where.terms if isinstance(where, And) else (where,)
    return conjunction((*terms, *filters), where.span)
