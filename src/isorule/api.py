"""The functions that scripts call; `import isorule` gives all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeVar

from isorule.analysis import Analysis, Example
from isorule.analysis import analyse as analyse_detection
from isorule.analysis import examples as examples_of
from isorule.backends import OptionValue
from isorule.conversion import CaseMode, Conversion, MaxLoss, Options, convert_rule
from isorule.conversion.event_mapping import logsource_argument, mapped_event
from isorule.conversion.field_choice import FieldsArgument, field_choice
from isorule.conversion.fields import verify_mapped
from isorule.conversion.mapping_files import field_mapping
from isorule.conversion.spans import with_lookback
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError
from isorule.dialects import dialect as find_dialect
from isorule.documents import document_format, format_of_path
from isorule.documents.fields import as_engine_reads, require_fields, require_fields_of_result
from isorule.documents.sigma_filters import collection as collected
from isorule.evaluation import Alert, evaluate_detection
from isorule.ir.detections import Detection
from isorule.ir.losses import Emission, refusal
from isorule.ir.rule import DataSource, LogSource, Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.mappings import ecs_schema
from isorule.relations import Overlaps, Run, overlaps, run_here
from isorule.source import SourceFile
from isorule.synthesis import Synthesis, synthesize
from isorule.verification import Verdict, compare
from isorule.verification.naming import noun, side_names

Event = Mapping[str, object]
"""An event as JSON has it: nested, or with dotted keys."""

Fields = Mapping[str, object]
"""Field types: a table path → type, or an Elasticsearch mapping document."""

_Choice = TypeVar("_Choice", bound=Enum)

_RULE = "a rule"
_DETECTION = "a detection (that of a rule is `rule.detection`)"
_EITHER = "a rule or a detection"


def load(path: str | PathLike[str]) -> list[Rule]:
    """The rules of a file: Elastic TOML (`.toml`) or Sigma YAML (`.yml`, `.yaml`), chosen by its suffix.

    Raises `ParseError` for a file that is not well-formed or not a rule, `UnknownNameError` for another suffix.
    """
    path = Path(path)
    return list(document_format(format_of_path(path)).load(path))


def loads(text: str, format: str, *, path: str = "<text>") -> list[Rule]:  # noqa: A002  # the documented name
    """The rules of a text in a document format (`elastic` or `sigma`); `path` is what diagnostics call it.

    Raises `ParseError` for a text that is not well-formed or not a rule, `UnknownNameError` for another format.
    """
    _require(text, str, "a text")
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

    Raises `ParseError` for a text outside of the language, `UnknownNameError` for an unknown dialect,
    `UnsupportedError` for one that isorule does not read.
    """
    _require(text, str, "a text")
    found = find_dialect(dialect)
    if found.parse is None:
        raise refusal("dialect-not-read", f"isorule writes {found.title} but does not read it")
    return found.parse(text)


def emit(detection: Detection, dialect: str) -> Emission:
    """A detection as text of a dialect (`eql`, `kuery`, `lucene`, `dsl`, `sigma`), with what that changes.

    Raises `UnsupportedError` with a reason code where the dialect has no form for it.
    """
    _require(detection, Detection, _DETECTION)
    found = find_dialect(dialect)
    if found.emit is None:
        raise refusal("dialect-not-written", f"isorule reads {found.title} but does not write it")
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
    pipelines: str | PathLike[str] | Sequence[str | PathLike[str]] = (),
    backend_options: Mapping[str, OptionValue] | None = None,
    correlation_method: str | None = None,
    allow_loss: bool = False,
) -> Conversion:
    """A rule in another format (`sigma`, `elastic`) or language (`eql`, `kuery`, `lucene`, `dsl`), or as an installed
    backend of pySigma writes it (`splunk`; `pysigma:eql` where a target of isorule has the same name).

    The result is checked: it is read back, and its verdict says how it stands to the rule.

    - `case`: `exact`, or `fold`, which drops letter case and declares it.
    - `max_loss`: the gravest effect that is handed out, of `none`, `cosmetic`, `widens` and `any`. The command line's
      default is `widens`; a script sees the losses and judges itself.
    - `language`: the query language of an Elastic rule; else the one that it had before, or the first that can say it.
    - `fields`: field types, or the names that fields should have (`ecs`, `sigmahq` or the path of a mapping file), or
      both in a list. With names, the verdict is on the rule with its fields mapped, and what mapping changes counts.
    - `pipelines`: names or paths of pySigma's processing pipelines, for Sigma rules to any target and for any rule to a
      backend. `format`, `backend_options` and `correlation_method` are the backend's output format, its own options and
      its way to write correlations.
    - `allow_loss`: drop what Sigma or a query language has no form for (missing events, new terms, counts …) instead of
      refusing it, and declare that the result matches more.

    Raises `UnsupportedError` where the target cannot say the rule, a loss is over the limit, or the engine of the rule
    or that of the result refuses it under the types of `fields`; its diagnostic has the reason code as `name` and, but
    for what is refused of the result, the place in the source. Raises `UnknownNameError` for a name that nothing has,
    `ParseError` for what is wrong in a mapping file, and another `IsoruleError`, a fault of isorule, where the result
    is seen to change more than its losses declare.
    """
    _require(rule, Rule, _RULE)
    _require(to, str, "the name of a target")
    chosen = field_choice(fields)
    schema = None if chosen.types is None else schema_from(chosen.types)
    if schema is not None:
        require_fields(rule, schema)
        rule = as_engine_reads(rule, schema)
    options = Options(
        case=_choice(CaseMode, case, "case"),
        max_loss=_choice(MaxLoss, max_loss, "loss limit"),
        language=language,
        fields=chosen.types,
        mapping=chosen.mapping,
        format=format,
        pipelines=tuple(fspath(item) for item in _listed(pipelines)),
        backend_options=tuple(sorted((backend_options or {}).items())),
        correlation_method=correlation_method,
        allow_loss=allow_loss,
    )
    converted = convert_rule(rule, to, options)
    if schema is not None:
        require_fields_of_result(converted.rule, schema)
    return converted


def evaluate(
    rule_or_detection: Rule | Detection,
    events: Iterable[Event],
    *,
    fields: Fields | None = None,
    category_field: str = "event.category",
    timestamp_field: str = "@timestamp",
    tiebreaker_field: str | None = None,
    now: datetime | None = None,
    history: Iterable[Event] = (),
    indicators: Iterable[Event] = (),
) -> list[Alert]:
    """The alerts of a rule on events, as the engine of its language would raise them.

    Events are mappings, nested or with dotted keys; `Alert.events` are the given objects in order, None in the place
    of a missing-event clause. `fields` is a table path → type or an Elasticsearch mapping document; without it the
    packaged ECS types hold. A rule's own category, timestamp and tiebreaker fields hold where it names them. Times
    without a zone are UTC, `now` too, from which date math (`now-1d`) counts: the present where it is not given.
    `history` are the events that a new-terms rule has seen before, `indicators` those that an indicator rule matches
    against.

    Raises `UnsupportedError` for a detection that isorule does not understand, and for a rule that its engine refuses
    under the types of `fields` (EQL: an unknown field without `?`, a text field, another field as a value, …).
    """
    _require(rule_or_detection, Rule | Detection, _EITHER)
    _require(now, datetime | None, "a datetime for now")
    roles = DataSource(
        category_field=category_field, timestamp_field=timestamp_field, tiebreaker_field=tiebreaker_field
    )
    schema = _schema(fields)
    if isinstance(rule_or_detection, Rule):
        roles = rule_or_detection.data_source.with_roles(roles)
        if fields is not None:
            require_fields(replace(rule_or_detection, data_source=roles), schema)
    return evaluate_detection(
        _detection(_read(rule_or_detection, fields)),
        _mappings(events),
        schema=schema,
        category_field=roles.category_field,
        timestamp_field=roles.timestamp_field,
        tiebreaker_field=roles.tiebreaker_field,
        now=now.replace(tzinfo=UTC) if now is not None and now.tzinfo is None else now,
        history=_mappings(history),
        indicators=_mappings(indicators),
    )


def map_events(
    events: Iterable[Event],
    to: str | PathLike[str],
    logsource: LogSource | Mapping[str, object] | None = None,
) -> list[dict[str, object]]:
    """Events with other field names: `to` is `ecs`, `sigmahq` or the path of a mapping file.

    Windows events come in Windows' own form (`Event.System`, `Event.EventData`, as read from EVTX), or flat (Sysmon);
    ECS events as Elastic Agent and Winlogbeat lay them out, nested or dotted. Each event's own fields tell its log
    source where none is given (a table with product, category and service); times stay as they are written.

    Raises `UnknownNameError` for another name, `ParseError` for what is wrong in a mapping file.
    """
    mapping = field_mapping(fspath(to))
    source = logsource_argument(logsource)
    return [mapped_event(event, mapping, source) for event in _mappings(events)]


def verify(
    a: Rule | Detection,
    b: Rule | Detection,
    *,
    fields: FieldsArgument = None,
    names: tuple[str, str] | None = None,
) -> Verdict:
    """How `b` stands to `a`: identical, equivalent, wider, narrower, divergent or undecided.

    `names` are what the two sides are called in sentences; without them rules go by their languages.

    `fields` are field types, or the names (`ecs`, `sigmahq`, a mapping file) that rules of both sides are given first,
    so that a Sigma rule and an Elastic rule are compared with the same names; what that changes counts.

    A threshold rule counts the events of one run: as far as the rule looks back from the last event.

    Raises `UnsupportedError` for a rule that its engine refuses under the types of `fields`, `UnknownNameError` and
    `ParseError` for what is wrong with names or a mapping file.
    """
    chosen = field_choice(fields)
    schema = _schema(chosen.types)
    _require_names(names)
    for side in (a, b):
        _require(side, Rule | Detection, _EITHER)
        if chosen.types is not None and isinstance(side, Rule):
            require_fields(side, schema)
    a, b = _in_a_run(_read(a, chosen.types)), _in_a_run(_read(b, chosen.types))
    names = names or side_names(_noun(a), _noun(b))
    if chosen.mapping is not None:
        return verify_mapped(a, b, chosen.mapping, schema, names)
    first, second = _source(a), _source(b)
    return compare(
        _detection(a),
        _detection(b),
        schema,
        first_category=first.category_field,
        second_category=second.category_field,
        first_timestamp=first.timestamp_field,
        second_timestamp=second.timestamp_field,
        names=names,
    )


def synth(
    rule: Rule, *, matching: int = 1, near_miss: bool = False, seed: int = 0, fields: Fields | None = None
) -> Synthesis:
    """Events that a rule matches, and with `near_miss` for each of its conditions events that fail only because of it.

    Every case in `Synthesis.cases` has the number of alerts that the evaluator gives for it when the rule runs at the
    time of its newest event. The same rule, fields and seed give the same events; another seed takes other branches
    and values. What cannot be made is a diagnostic in `Synthesis.problems`, with the reason.
    """
    _require(rule, Rule, _RULE)
    schema = _schema(fields)
    rule = rule if fields is None else as_engine_reads(rule, schema)
    return synthesize(rule, schema, matching=matching, near_miss=near_miss, seed=seed)


def analyse(rule_or_detection: Rule | Detection, *, fields: Fields | None = None) -> Analysis:
    """What a rule could do without, condition by condition: dead branches, contradictory, redundant and implied terms.

    Every finding is proved, and all findings of a condition hold together.
    """
    _require(rule_or_detection, Rule | Detection, _EITHER)
    given = _read(rule_or_detection, fields)
    return analyse_detection(_detection(given), _schema(fields), category_field=_source(given).category_field)


def examples(rule_or_detection: Rule | Detection, *, fields: Fields | None = None) -> tuple[tuple[Example, ...], ...]:
    """For every condition of a rule small events, confirmed by the evaluator, one for each of its branches."""
    _require(rule_or_detection, Rule | Detection, _EITHER)
    given = _read(rule_or_detection, fields)
    return examples_of(_detection(given), _schema(fields), category_field=_source(given).category_field)


def overlap(rules: Sequence[Rule], *, fields: Fields | None = None, run: Run = run_here) -> Overlaps:
    """The pairs of rules that are equivalent, subsumed, or of one name and for different events; each is proved.

    Pairs name rules by their place in `rules`. `run` applies a function to a list of items, for instance in several
    processes; functions and items can be pickled.
    """
    for rule in rules:
        _require(rule, Rule, _RULE)
    schema = _schema(fields)
    given = rules if fields is None else [as_engine_reads(rule, schema) for rule in rules]
    return overlaps(given, schema, run=run)


def check(path_or_rule: str | PathLike[str] | Rule) -> list[Diagnostic]:
    """Findings on a rule, or on every rule of a file, in the order of the file; syntax errors are findings, too.

    Raises `UnknownNameError` for a file that ends like no rule's.
    """
    from isorule.checks import check_file, check_rule

    if isinstance(path_or_rule, Rule):
        return list(check_rule(path_or_rule))
    return list(check_file(Path(path_or_rule)))


def _require(value: object, kind: Any, wanted: str) -> None:
    """Raises TypeError for an argument of another kind, which would fail deep inside with less sense."""
    if not isinstance(value, kind):
        raise TypeError(f"expected {wanted}, found {type(value).__name__}")


def _require_names(names: object) -> None:
    """Raises TypeError unless these are two texts, or none."""
    if names is None:
        return
    if not isinstance(names, tuple | list) or len(names) != 2 or not all(isinstance(name, str) for name in names):
        raise TypeError(f"names are two texts, one for each side; found {names!r}")


def _mappings(events: Iterable[Event]) -> Iterator[Event]:
    for number, event in enumerate(events):
        if not isinstance(event, Mapping):
            raise TypeError(f"an event is a mapping; number {number} of them is {type(event).__name__}")
        yield event


def _choice(kind: type[_Choice], given: str, what: str) -> _Choice:
    """The member of a value. Raises `UnknownNameError` with the values that there are."""
    for member in kind:
        if member.value == given:
            return member
    message, hint = f"no {what} is called {given!r}", f"one of {', '.join(str(member.value) for member in kind)}"
    raise UnknownNameError(Diagnostic("NAME010", "unknown-option-value", Severity.ERROR, message, hint=hint))


def _listed(names: str | PathLike[str] | Sequence[str | PathLike[str]]) -> Sequence[str | PathLike[str]]:
    return [names] if isinstance(names, str | PathLike) else names


def _schema(fields: Fields | None) -> FieldSchema:
    _require(fields, Mapping | None, "a table or a mapping document with field types")
    return ecs_schema() if fields is None else schema_from(fields)


def _read(side: Rule | Detection, fields: Fields | None) -> Rule | Detection:
    """A rule as its engine reads it where a caller names the types of its fields."""
    return as_engine_reads(side, schema_from(fields)) if fields is not None and isinstance(side, Rule) else side


def _in_a_run(side: Rule | Detection) -> Rule | Detection:
    return with_lookback(side) if isinstance(side, Rule) else side


def _detection(side: Rule | Detection) -> Detection:
    return side.detection if isinstance(side, Rule) else side


def _source(side: Rule | Detection) -> DataSource:
    return side.data_source if isinstance(side, Rule) else DataSource()


def _noun(side: Rule | Detection) -> str | None:
    return noun(side.language, "rule") if isinstance(side, Rule) else None
