"""The functions that scripts call; `import isorule` gives all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from isorule.conversion import CaseMode, Conversion, MaxLoss, Options, convert_rule
from isorule.diagnostics import Diagnostic, Severity, UnsupportedError
from isorule.dialects import dialect as find_dialect
from isorule.documents import document_format, format_of_path
from isorule.evaluation import Alert, evaluate_detection
from isorule.ir.detections import Detection
from isorule.ir.losses import Emission
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema, schema_from
from isorule.mappings import ecs_schema
from isorule.source import SourceFile
from isorule.verification import Verdict, compare

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
    fields: Fields | None = None,
) -> Conversion:
    """A rule in another format (`sigma`, `elastic`) or language (`eql`, `kuery`, `lucene`, `dsl`).

    The result is checked by reading it back. `case="fold"` drops letter case and declares it; `max_loss` is the gravest
    effect that is handed out (`none`, `cosmetic`, `widens`, `any`; the command line's default is `widens`, a script
    sees the losses and judges itself);
    `language` fixes the query language of an Elastic rule; `fields` are field types.

    Raises `UnsupportedError` where the target cannot say the rule or a loss is over the limit; its diagnostic has the
    reason code as `name` and the place in the source file.
    """
    return convert_rule(rule, to, Options(CaseMode(case), MaxLoss(max_loss), language, fields))


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

    Raises `UnsupportedError` for a detection that isorule does not understand.
    """
    if isinstance(rule_or_detection, Rule):
        source = rule_or_detection.data_source
        category_field = _own(source.category_field, "event.category", category_field)
        timestamp_field = _own(source.timestamp_field, "@timestamp", timestamp_field)
        tiebreaker_field = source.tiebreaker_field or tiebreaker_field
        rule_or_detection = rule_or_detection.detection
    return evaluate_detection(
        rule_or_detection,
        events,
        schema=_schema(fields),
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


def verify(a: Rule | Detection, b: Rule | Detection, *, fields: Fields | None = None) -> Verdict:
    """How `b` stands to `a`: identical, equivalent, wider, narrower, divergent or undecided."""
    first, first_category = _sides(a)
    second, second_category = _sides(b)
    return compare(first, second, _schema(fields), first_category=first_category, second_category=second_category)


def _sides(side: Rule | Detection) -> tuple[Detection, str]:
    if isinstance(side, Rule):
        return side.detection, side.data_source.category_field
    return side, "event.category"


def check(path_or_rule: str | Path | Rule) -> list[Diagnostic]:
    """Findings on a rule, or on every rule of a file, in the order of the file; syntax errors are findings, too."""
    from isorule.checks import check_file, check_rule

    if isinstance(path_or_rule, Rule):
        return list(check_rule(path_or_rule))
    return list(check_file(Path(path_or_rule)))
