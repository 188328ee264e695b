"""A detection as EQL text.

The text is the natural form for what the detection says, and exact: what EQL cannot say is refused with
`UnsupportedError`, so an emission of this dialect declares no losses.
"""

from __future__ import annotations

from typing import assert_never

from isorule.dialects.eql.layout import STEP, WIDTH, Chain, Doc, Group, Listing, Text, lines, wrapped
from isorule.dialects.eql.leaves import leaf, negated_leaf
from isorule.dialects.eql.literals import field_text, is_plain, string_text
from isorule.dialects.eql.parse import MAX_RUNS, UNITS
from isorule.ir.axes import Absent, Case, Quantifier
from isorule.ir.detection_names import detection_name
from isorule.ir.detections import Detection, Match, Pipe, Sample, Sequence, Stage
from isorule.ir.losses import Emission, refusal
from isorule.ir.matchers import Equals
from isorule.ir.predicates import And, Const, EventCategory, Field, Nested, Not, Or, Predicate, Test, conjunction

MAX_DEPTH = 100
"""How deep conditions may nest."""


def emit(detection: Detection) -> Emission:
    """The EQL query for a detection. Raises `UnsupportedError`, naming what EQL cannot say."""
    try:
        return Emission("\n".join(_lines(detection)))
    except RecursionError:  # computed values nest without a bound of their own
        raise refusal("nested-too-deep", "the detection nests too deeply to be written") from None


def _lines(detection: Detection) -> list[str]:
    match detection:
        case Match(where, pipes):
            return _event(where, "", 0, 0) + _pipes(pipes)
        case Sequence():
            return _sequence(detection)
        case Sample():
            return _sample(detection)
        case _:
            raise refusal("detection-kind", f"EQL has no form for {detection_name(detection)}")


# --- detections ---


def _sequence(sequence: Sequence) -> list[str]:
    _check_sequence(sequence)
    head = ["sequence", *_keys(sequence.by)]
    if sequence.maxspan is not None:
        head += ["with", f"maxspan={_duration(sequence.maxspan)}"]
    out = wrapped(head, STEP)
    for stage in sequence.stages:
        out += _stage(stage, "")
    if sequence.until is not None:
        out += _stage(sequence.until, "until ")
    return out + _pipes(sequence.pipes)


def _check_sequence(sequence: Sequence) -> None:
    stages = sequence.stages
    keys = {len(stage.by) for stage in (*stages, *((sequence.until,) if sequence.until else ()))}
    if len(keys) > 1:
        raise refusal("join-key-count", "the clauses of an EQL sequence have equally many join keys")
    if sum(stage.runs for stage in stages) < 2 or all(stage.missing for stage in stages):
        raise refusal("too-few-stages", "an EQL sequence has two clauses or more, not all of them missing ones")
    if sequence.maxspan is None and any(stage.missing for stage in stages):
        raise refusal("missing-event", "an EQL sequence with a missing event has a maxspan")
    if sequence.until is not None and (sequence.until.missing or sequence.until.runs != 1):
        raise refusal("until-clause", "`until` in EQL takes a plain clause")
    for stage in stages:
        if not 1 <= stage.runs <= MAX_RUNS:
            raise refusal("runs", f"EQL repeats a clause 1 to {MAX_RUNS} times, not {stage.runs}", span=stage.span)


def _sample(sample: Sample) -> list[str]:
    if len(sample.stages) < 2 or any(stage.missing or stage.runs != 1 for stage in sample.stages):
        raise refusal("sample-clauses", "an EQL sample has two plain clauses or more")
    keys = {len(stage.by) for stage in sample.stages}
    if len(keys) > 1 or not (sample.by or keys != {0}):
        raise refusal("sample-keys", "an EQL sample has join keys, equally many in each clause")
    out = wrapped(["sample", *_keys(sample.by)], STEP)
    for stage in sample.stages:
        out += _stage(stage, "")
    return out + _pipes(sample.pipes)


def _stage(stage: Stage, prefix: str) -> list[str]:
    """A clause, on a line or lines of its own."""
    indent = 0 if prefix else STEP
    opening = " " * indent + prefix + ("![" if stage.missing else "[")
    tail = [*_keys(stage.by), *(("with", f"runs={stage.runs}") if stage.runs != 1 else ())]
    closing = " ".join(("]", *tail))
    out = _event(stage.where, opening, indent + STEP, len(closing))
    if not tail or len(out[-1]) + len(closing) <= WIDTH:
        return [*out[:-1], out[-1] + closing]
    words = wrapped(tail, indent + STEP)
    return [*out[:-1], out[-1] + "]", " " * (indent + STEP) + words[0], *words[1:]]


def _keys(keys: tuple[Field, ...]) -> list[str]:
    """The words of `by a, b`."""
    texts = [field_text(key.path, optional=key.optional) for key in keys]
    return ["by", *(f"{text}," for text in texts[:-1]), texts[-1]] if texts else []


def _duration(milliseconds: int) -> str:
    """A span of time in the largest unit that gives a whole number."""
    if milliseconds < 1:
        raise refusal("maxspan", f"a maxspan in EQL is above 0, not {milliseconds} ms")
    unit = max((unit for unit, size in UNITS.items() if milliseconds % size == 0), key=UNITS.__getitem__)
    return f"{milliseconds // UNITS[unit]}{unit}"


def _pipes(pipes: tuple[Pipe, ...]) -> list[str]:
    for pipe in pipes:
        if pipe.count < 1:
            raise refusal("pipe-argument", f"`{pipe.kind.value}` in EQL keeps 1 result or more, not {pipe.count}")
    return [f"| {pipe.kind.value} {pipe.count}" for pipe in pipes]


def _event(where: Predicate, opening: str, indent: int, after: int) -> list[str]:
    """`category where …` as lines; lines after the first stand deeper than `opening`."""
    category, condition = _split_category(where)
    opening += f"{category} where "
    block = lines(_condition(condition, 0), indent or STEP, len(opening), after, fill=True)
    return [opening + block[0], *block[1:]]


def _split_category(where: Predicate) -> tuple[str, Predicate]:
    """The word before `where`, and the condition after it."""
    match where:
        case Test() if _is_category(where):
            return _category_word(where), Const(True)
        case And((Test() as first, *rest)) if _is_category(first):
            return _category_word(first), conjunction(tuple(rest))
    return "any", where


def _is_category(test: Test) -> bool:
    return (
        isinstance(test.subject, EventCategory)
        and isinstance(test.matcher, Equals)
        and isinstance(test.matcher.value, str)
        and test.matcher.case is Case.SENSITIVE
        and test.quantifier is Quantifier.ANY
        and test.absent is Absent.FALSE
    )


def _category_word(test: Test) -> str:
    value = test.matcher.value if isinstance(test.matcher, Equals) else ""
    word = str(value)
    return word if is_plain(word) else string_text(word)


# --- conditions ---


def _condition(predicate: Predicate, depth: int) -> Doc:
    if depth > MAX_DEPTH:
        raise refusal("nested-too-deep", f"conditions nest deeper than {MAX_DEPTH} levels", span=predicate.span)
    match predicate:
        case Const(value):
            return Text({True: "true", False: "false", None: "null"}[value])
        case Test():
            return leaf(predicate)
        case Not(Test() as test):
            return negated_leaf(test) or _negated(leaf(test))
        case Not(term):
            return _negated(_condition(term, depth + 1))
        case And(terms):
            return Chain("and", tuple(_grouped(_condition(term, depth + 1)) for term in terms))
        case Or(terms):
            return Chain("or", tuple(_grouped(_condition(term, depth + 1)) for term in terms))
        case Nested(path):
            message = f"EQL cannot ask of one object under {path}"
            raise refusal("nested", message, span=predicate.span)
        case _:
            assert_never(predicate)


def _grouped(doc: Doc) -> Doc:
    return Group("(", doc) if isinstance(doc, Chain) else doc


def _negated(doc: Doc) -> Doc:
    match doc:
        case Text(text):
            return Text(f"not {text}")
        case Listing(head, items, tail):
            return Listing(f"not {head}", items, tail)
        case Group(head, body):
            return Group(f"not {head}", body)
        case Chain():
            return Group("not (", doc)
        case _:
            assert_never(doc)
