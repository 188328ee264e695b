"""Writes a detection as the keys of an Elastic rule's `[rule]` table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, assert_never

from isorule.dialects import dialect
from isorule.ir.detections import (
    Aggregate,
    Comparison,
    Correlation,
    Detection,
    Having,
    IndicatorMatch,
    Match,
    MeasureKind,
    NewTerms,
    Opaque,
    Sample,
    Sequence,
    WindowKind,
)
from isorule.ir.losses import Emission, Loss, refusal
from isorule.ir.predicates import Predicate

_DEFAULT_LANGUAGE: Final = "kuery"
_OPAQUE_QUERIES: Final = ("lucene", "esql", "kuery", "eql")


class DetectionWriter:
    """Writes one detection: `keys` are those of `[rule]`, `losses` what writing changed."""

    def __init__(self, language: str | None, kept: Mapping[str, Any]) -> None:
        """`kept` are the keys of the `[rule]` table that the rule keeps from the file it came from."""
        self._language = language
        self._kept = kept
        self.losses: list[Loss] = []

    def keys(self, detection: Detection) -> dict[str, Any]:
        """The keys that say what is detected, with `type` and `language`.

        Raises UnsupportedError for a detection that no type of rule has.
        """
        match detection:
            case Match():
                language = self._language or _DEFAULT_LANGUAGE
                return self._query("eql" if language == "eql" else "query", language, detection)
            case Sequence() | Sample():
                return self._query("eql", "eql", detection)
            case Aggregate():
                return self._filtered("threshold", detection.where) | {"threshold": _threshold(detection)}
            case NewTerms():
                return self._filtered("new_terms", detection.where) | {"new_terms": _new_terms(detection)}
            case IndicatorMatch():
                return self._filtered("threat_match", detection.where) | self._indicators(detection)
            case Correlation():
                raise refusal("correlation", "no Elastic rule holds a correlation as it is")
            case Opaque():
                return self._opaque(detection)
            case _:
                assert_never(detection)

    def _query(self, kind: str, language: str, detection: Detection) -> dict[str, Any]:
        return {"type": kind, "language": language, "query": self._text(language, detection)}

    def _filtered(self, kind: str, where: Predicate) -> dict[str, Any]:
        language = self._language or _DEFAULT_LANGUAGE
        if language == "eql":
            raise refusal("language-not-allowed", f"{kind} rules have no EQL query", hint="write the rule in kuery")
        return self._query(kind, language, Match(where))

    def _text(self, language: str, detection: Detection) -> str:
        emit = dialect(language).emit if language != "esql" else None
        if emit is None:
            raise refusal("dialect-not-written", f"isorule does not write {language}")
        emission: Emission = emit(detection)
        self.losses.extend(emission.losses)
        return emission.text if emission.text.endswith("\n") else f"{emission.text}\n"

    def _indicators(self, detection: IndicatorMatch) -> dict[str, Any]:
        language = str(self._kept.get("threat_language", _DEFAULT_LANGUAGE))
        return {
            "threat_index": list(detection.indicator_indices),
            "threat_language": language,
            "threat_query": self._text(language, Match(detection.indicators)),
            "threat_mapping": [
                {
                    "entries": [
                        {"field": entry.event_field, "type": "mapping", "value": entry.indicator_field}
                        | ({"negate": True} if entry.negated else {})
                        for entry in group
                    ]
                }
                for group in detection.mapping
            ],
        }

    def _opaque(self, detection: Opaque) -> dict[str, Any]:
        if detection.language == "machine_learning":
            jobs = [value for name, value in detection.parameters if name == "machine_learning_job_id"]
            threshold = dict(detection.parameters).get("anomaly_threshold")
            kept = self._kept.get("machine_learning_job_id")
            return {
                "type": "machine_learning",
                "machine_learning_job_id": kept if jobs in (kept, [kept]) else jobs,
                "anomaly_threshold": threshold,
            }
        if detection.language not in _OPAQUE_QUERIES or detection.text is None:
            raise refusal("not-an-elastic-query", f"no Elastic rule holds a {detection.language}: {detection.why}")
        kind = {"esql": "esql", "eql": "eql"}.get(detection.language, "query")
        return {"type": kind, "language": detection.language, "query": detection.text}


def _threshold(detection: Aggregate) -> dict[str, Any]:
    """The table of a threshold rule: one count and any number of cardinalities, each `at least`."""
    if detection.window.kind is not WindowKind.LOOKBACK or detection.window.span is not None:
        raise refusal("window", "a threshold rule counts over the time that the rule looks back, and no other")
    counts = [having for having in detection.having if having.measure.kind is MeasureKind.COUNT]
    others = [having for having in detection.having if having.measure.kind is not MeasureKind.COUNT]
    if len(counts) > 1 or any(having.measure.kind is not MeasureKind.CARDINALITY for having in others):
        raise refusal("measure", "a threshold rule has one count and cardinalities, no other measures")
    table: dict[str, Any] = {"field": list(detection.by), "value": _least(counts[0]) if counts else 1}
    if others:
        table["cardinality"] = [{"field": _one_field(having), "value": _least(having)} for having in others]
    return table


def _one_field(having: Having) -> str:
    if len(having.measure.fields) != 1:
        raise refusal("measure", "a threshold rule counts the values of one field")
    return having.measure.fields[0]


def _least(having: Having) -> int:
    """The whole number that a measure must at least have."""
    threshold = having.threshold
    if threshold == int(threshold):
        if having.comparison is Comparison.GTE:
            return int(threshold)
        if having.comparison is Comparison.GT:
            return int(threshold) + 1
    raise refusal("comparison", "a threshold rule compares with `at least` a whole number, and no other way")


def _new_terms(detection: NewTerms) -> dict[str, Any]:
    return {
        "field": "new_terms_fields",
        "value": list(detection.fields),
        "history_window_start": [{"field": "history_window_start", "value": detection.history_start}],
    }
