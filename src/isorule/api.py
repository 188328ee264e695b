"""The functions that scripts call; `import isorule` gives all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from isorule.analysis import Analysis, Example
from isorule.analysis import analyse as analyse_detection
from isorule.analysis import examples as examples_of
from isorule.backends import OptionValue
from isorule.conversion import CaseMode, Conversion, MaxLoss, Options, convert_rule
from isorule.conversion.event_mapping import logsource_argument, mapped_event
from isorule.conversion.field_choice import FieldsArgument, field_choice
from isorule.conversion.fields import verify_mapped
from isorule.conversion.mapping_files import field_mapping
from isorule.diagnostics import Diagnostic, Severity, UnsupportedError
from isorule.dialects import dialect as find_dialect
from isorule.documents import document_format, format_of_path
from isorule.documents.fields import require_fields, require_fields_of_result
from isorule.documents.sigma_filters import collection as collected
from isorule.evaluation import Alert, evaluate_detection
from isorule.ir.detections import Detection
from isorule.ir.losses import Emission
from isorule.ir.rule import DataSource, LogSource, Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.mappings import ecs_schema
from isorule.relations import Overlaps, Run, overlaps, run_here
from isorule.source import SourceFile
from isorule.synthesis import Synthesis, synthesize
from isorule.verification import Verdict, compare
from isorule.verification.naming import noun, side_names

Event = Mapping[str, object]
Fields = Mapping[str, object]


def load(path: str | Path) -> list[Rule]:
    """The rules of a file: Elastic TOML (`.toml`) or Sigma YAML (`.yml`, `.yaml`), chosen by its suffix.

    Raises `ParseError` for a file that is not well-formed or not a rule, `UnknownNameError` for another suffix.
    """
    path = Path(path)
    return list(document_format(format_of_path(path)).load(path))


def loads(text: str, format: str, *, path: str = "<text>") -> list[Rule]:  # noqa: A002  # the documented name
    """The rules of a text in a document format (`elastic` or `sigma`); `path` is what diagnostics call it.

    Raises `ParseError` for a text that is not well-formed or not a rule, `UnknownNameError` for another format.
    """
    return list(document_format(format).read(SourceFile(path, text)))


def collection(rules: Iterable[Rule]) -> list[Rule]:
    """Rules of one or many files as one collection: correlations with the rules that they name, filters applied.

    `load` follows the references inside of its file; here they lead to all of the given rules, by name or id. Filters
    narrow the rules that they name and are left out. A reference that leads nowhere is kept, and refused where the
    correlation is evaluated or converted.
    """
    return list(collected(rules))


def parse(text: str, dialect: str) -> Detection:
    """The detection that a text means: a query (`eql`, `kuery`, `lucene`, `dsl`), or a Sigma `detection:` (`sigma`).

    Raises `ParseError` for a text outside of the language, `UnknownNameError` for an unknown dialect.
    """
    found = find_dialect(dialect)
    if found.parse is None:
        raise UnsupportedError(
            Diagnostic(
                "REFUSED", "dialect-not-read", Severity.ERROR, f"isorule writes {found.title} but does not read it"
            )
        )
    return found.parse(text)


def emit(detection: Detection, dialect: str) -> Emission:
    """A detection as text of a dialect (`eql`, `kuery`, `lucene`, `dsl`, `sigma`), with what that changes.

    Raises `UnsupportedError` with a reason code where the dialect has no form for it.
    """
    found = find_dialect(dialect)
    if found.emit is None:
        raise UnsupportedError(
            Diagnostic(
                "REFUSED", "dialect-not-written", Severity.ERROR, f"isorule reads {found.title} but does not write it"
            )
        )
    return found.emit(detection)


def convert(
    rule: Rule,
    to: str,
    *,
    case: str = "exact",
    max_loss: str = "any",
    language: str | None = None,
    fields: FieldsArgument = None,
    format: str | None = None,  # noqa: A002  # the word of pySigma's command line
    pipelines: Sequence[str] = (),
    backend_options: Mapping[str, OptionValue] | None = None,
    correlation_method: str | None = None,
    allow_loss: bool = False,
) -> Conversion:
    """A rule in another format (`sigma`, `elastic`) or language (`eql`, `kuery`, `lucene`, `dsl`), or as an installed
    backend of pySigma writes it (`splunk`; `pysigma:eql` where a target of isorule has the same name).

    The result is checked by reading it back. `case="fold"` drops letter case and declares it; `max_loss` is the gravest
    effect that is handed out (`none`, `cosmetic`, `widens`, `any`; the command line's default is `widens`, a script
    sees the losses and judges itself);
    `language` fixes the query language of an Elastic rule. `fields` are field types, or the names that fields should
    have: `ecs`, `sigmahq` or the path of a mapping file, or both in a list; the verdict is then on the rule with its
    fields mapped, and what mapping itself changes is declared. `pipelines` are names or paths of
    pySigma's processing pipelines, for Sigma rules to any target and for any rule to a backend, whose output `format`,
    own options and way to write correlations the next three arguments choose. `allow_loss` drops what Sigma or a query
    language has no form for (missing events, new terms, counts …) instead of refusing it, and declares that the result
    matches more.

    Raises `UnsupportedError` where the target cannot say the rule, a loss is over the limit, or the engine of the rule
    or that of the result refuses it under the types of `fields`; its diagnostic has the reason code as `name` and, but
    for what is refused of the result, the place in the source.
    """
    chosen = field_choice(fields)
    if chosen.types is not None:
        require_fields(rule, schema_from(chosen.types))
    given = tuple(sorted((backend_options or {}).items()))
    options = Options(
        case=CaseMode(case),
        max_loss=MaxLoss(max_loss),
        language=language,
        fields=chosen.types,
        mapping=chosen.mapping,
        format=format,
        pipelines=tuple(pipelines),
        backend_options=given,
        correlation_method=correlation_method,
        allow_loss=allow_loss,
    )
    converted = convert_rule(rule, to, options)
    if chosen.types is not None and converted.rule is not None:
        require_fields_of_result(converted.rule, schema_from(chosen.types))
    return converted


def evaluate(
    rule_or_detection: Rule | Detection,
    events: Iterable[Event],
    *,
    fields: Fields | None = None,
    category_field: str = "event.category",
    timestamp_field: str = "@timestamp",
    tiebreaker_field: str | None = None,
    history: Iterable[Event] = (),
    indicators: Iterable[Event] = (),
) -> list[Alert]:
    """The alerts of a rule on events, as the engine of its language would raise them.

    Events are mappings, nested or with dotted keys; `Alert.events` are the given objects in order, None in the place
    of a missing-event clause. `fields` is a table path → type or an Elasticsearch mapping document; without it the
    packaged ECS types hold. A rule's own category, timestamp and tiebreaker fields hold where it names them. `history`
    are the events that a new-terms rule has seen before, `indicators` those that an indicator rule matches against.

    Raises `UnsupportedError` for a detection that isorule does not understand, and for a rule that its engine refuses
    under the types of `fields` (EQL: an unknown field without `?`, a text field, another field as a value, …).
    """
    schema = _schema(fields)
    if isinstance(rule_or_detection, Rule):
        source = rule_or_detection.data_source
        category_field = _own(source.category_field, "event.category", category_field)
        timestamp_field = _own(source.timestamp_field, "@timestamp", timestamp_field)
        tiebreaker_field = source.tiebreaker_field or tiebreaker_field
        if fields is not None:
            roles = replace(
                source,
                category_field=category_field,
                timestamp_field=timestamp_field,
                tiebreaker_field=tiebreaker_field,
            )
            require_fields(replace(rule_or_detection, data_source=roles), schema)
        rule_or_detection = rule_or_detection.detection
    return evaluate_detection(
        rule_or_detection,
        events,
        schema=schema,
        category_field=category_field,
        timestamp_field=timestamp_field,
        tiebreaker_field=tiebreaker_field,
        history=history,
        indicators=indicators,
    )


def _own(named: str, default: str, given: str) -> str:
    return given if named == default else named


def _schema(fields: Fields | None) -> FieldSchema:
    return ecs_schema() if fields is None else schema_from(fields)


def map_events(
    events: Iterable[Event],
    to: str,
    logsource: LogSource | Mapping[str, object] | None = None,
) -> list[dict[str, object]]:
    """Events with other field names: `to` is `ecs`, `sigmahq` or the path of a mapping file.

    Windows events come in Windows' own form (`Event.System`, `Event.EventData`, as read from EVTX), or flat (Sysmon);
    ECS events as Elastic Agent and Winlogbeat lay them out, nested or dotted. Each event's own fields tell its log
    source where none is given (a table with product, category and service); times stay as they are written.

    Raises `UnknownNameError` for another name, `ParseError` for what is wrong in a mapping file.
    """
    mapping = field_mapping(to)
    source = logsource_argument(logsource)
    return [mapped_event(event, mapping, source) for event in events]


def verify(
    a: Rule | Detection,
    b: Rule | Detection,
    *,
    fields: FieldsArgument = None,
    names: tuple[str, str] | None = None,
) -> Verdict:
    """How `b` stands to `a`: identical, equivalent, wider, narrower, divergent or undecided.

    `names` are what the sides are called in sentences; without them rules go by their languages.

    `fields` are field types, or the names (`ecs`, `sigmahq`, a mapping file) that rules of both sides are given first,
    so that a Sigma rule and an Elastic rule are compared with the same names; what that changes counts.

    Raises `UnsupportedError` for a rule that its engine refuses under the types of `fields`.
    """
    chosen = field_choice(fields)
    schema = _schema(chosen.types)
    for side in (a, b):
        if chosen.types is not None and isinstance(side, Rule):
            require_fields(side, schema)
    first, second = _compared(a), _compared(b)
    names = names or side_names(first.noun, second.noun)
    if chosen.mapping is not None:
        return verify_mapped(a, b, chosen.mapping, schema, names)
    return compare(
        first.detection,
        second.detection,
        schema,
        first_category=first.source.category_field,
        second_category=second.source.category_field,
        first_timestamp=first.source.timestamp_field,
        second_timestamp=second.source.timestamp_field,
        names=names,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A side of a comparison: what it detects, the roles of its fields, and what it is."""

    detection: Detection
    source: DataSource
    noun: str | None


def _compared(side: Rule | Detection) -> _Compared:
    if isinstance(side, Rule):
        return _Compared(side.detection, side.data_source, noun(side.language, "rule"))
    return _Compared(side, DataSource(), None)


def _sides(side: Rule | Detection) -> tuple[Detection, str]:
    if isinstance(side, Rule):
        return side.detection, side.data_source.category_field
    return side, "event.category"


def synth(
    rule: Rule, *, matching: int = 1, near_miss: bool = False, seed: int = 0, fields: Fields | None = None
) -> Synthesis:
    """Events that a rule matches, and with `near_miss` for each of its conditions events that fail only because of it.

    Every case in `Synthesis.cases` has the number of alerts that the evaluator gives for it when the rule runs at the
    time of its newest event. The same rule, fields and seed give the same events; another seed takes other branches
    and values. What cannot be made is a diagnostic in `Synthesis.problems`, with the reason.
    """
    return synthesize(rule, _schema(fields), matching=matching, near_miss=near_miss, seed=seed)


def analyse(rule_or_detection: Rule | Detection, *, fields: Fields | None = None) -> Analysis:
    """What a rule could do without, condition by condition: dead branches, contradictory, redundant and implied terms.

    Every finding is proved, and all findings of a condition hold together.
    """
    detection, category_field = _sides(rule_or_detection)
    return analyse_detection(detection, _schema(fields), category_field=category_field)


def examples(rule_or_detection: Rule | Detection, *, fields: Fields | None = None) -> tuple[tuple[Example, ...], ...]:
    """For every condition of a rule small events, confirmed by the evaluator, one for each of its branches."""
    detection, category_field = _sides(rule_or_detection)
    return examples_of(detection, _schema(fields), category_field=category_field)


def overlap(rules: Sequence[Rule], *, fields: Fields | None = None, run: Run = run_here) -> Overlaps:
    """The pairs of rules that are equivalent, subsumed, or of one name and for different events; each is proved.

    Pairs name rules by their place in `rules`. `run` applies a function to a list of items, for instance in several
    processes; functions and items can be pickled.
    """
    return overlaps(rules, _schema(fields), run=run)


def check(path_or_rule: str | Path | Rule) -> list[Diagnostic]:
    """Findings on a rule, or on every rule of a file, in the order of the file; syntax errors are findings, too."""
    from isorule.checks import check_file, check_rule

    if isinstance(path_or_rule, Rule):
        return list(check_rule(path_or_rule))
    return list(check_file(Path(path_or_rule)))
