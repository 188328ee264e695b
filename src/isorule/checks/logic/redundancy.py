"""Terms that a rule could do without: dead, contradictory, always true, or said by others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, CheckedDocument, Finding
from isorule.checks.detection import QUERY, CheckedDetection
from isorule.checks.edits import removed
from isorule.checks.logic.needless import Needless, needless, written
from isorule.checks.logic.samples import samples
from isorule.diagnostics import Fix, Severity, TextEdit
from isorule.ir.folding import fold
from isorule.ir.predicates import And, AnyField, Field, Not, Or, Predicate, Test
from isorule.ir.schema import FieldType
from isorule.ir.walk import walk
from isorule.mappings import ecs_schema
from isorule.source import Span

_SINGLE: Final = ", as long as no field has several values"
_KEYWORD: Final = ", where keywords are looked for within words, too"
_BEHIND: Final = re.compile(r"\s*,\s*")
_BEFORE: Final = re.compile(r"\s*,\s*$")


def _of_kind(detection: CheckedDetection, kind: str) -> Iterator[Needless]:
    return (item for item in detection.once(needless) if item.kind == kind)


def _finding(detection: CheckedDetection, item: Needless, what: str, because: str = "because of this") -> Finding:
    in_words = item.kind != "duplicate" and _is_keyword(detection, item.place)
    unless = (_SINGLE if item.single else "") + (_KEYWORD if in_words else "")
    message = f"`{written(detection.document, item.place)}` {what}{unless}"
    related = tuple((because, span) for span in item.by[:4])
    return Finding(item.place, message, related=related)


def _is_keyword(detection: CheckedDetection, place: Span) -> bool:
    """Whether a place is in words that whole events are searched for: not every backend finds them in longer words."""
    keywords = (
        condition.span(test.span) for condition, test, _ in detection.leaves() if isinstance(test.subject, AnyField)
    )
    return any(span is not None and span.start <= place.start < span.end for span in keywords)


def without_value(detection: CheckedDetection, span: Span) -> Fix | None:
    """The value at a place taken out of its list, with its comma or its line."""
    document = detection.document
    if document.format == ELASTIC:
        return _without_query_value(document, span)
    path = next((path for path, place in document.places.items() if path and place.value == span), None)
    return None if path is None else removed(document, path, "remove the value")


def _without_query_value(document: CheckedDocument, span: Span) -> Fix | None:
    text = document.file.text
    behind = _BEHIND.match(text, span.end)
    if behind is not None:
        cut = Span(span.start, behind.end())
    else:
        before = _BEFORE.search(text[max(0, span.start - 400) : span.start])
        if before is None:
            return None
        cut = Span(span.start - len(before[0]), span.end)
    return Fix("remove the value", (TextEdit(cut, ""),), keys=(QUERY,))


class NeverTrue:
    """A condition, or a part of one, that no event meets.

    ## What it does
    Proves, from the values that its tests ask for and the types of ECS fields, that a condition or one of its branches
    contradicts itself. Where only events with several values in a field could meet it, the finding is a warning.

    ## Why
    A rule with such a condition never fires; a branch of that kind is a detection that someone believes to have.

    ## Example
    ```eql
    process where event.type == "start" and process.name == "certutil.exe" and process.name == "bitsadmin.exe"
    ```

    ## Use instead
    ```eql
    process where event.type == "start" and process.name in ("certutil.exe", "bitsadmin.exe")
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
    """

    about: ClassVar = About("QUERY001", "never-true", Severity.ERROR)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each contradiction; its conflicting terms are related places."""
        for item in _of_kind(detection, "never-true"):
            found = _finding(detection, item, "is never true")
            severity = Severity.WARNING if item.single else None
            yield Finding(found.place, found.message, related=found.related, severity=severity)


class AlwaysTrue:
    """A condition, or a part of one, that every event meets.

    ## What it does
    Proves that a condition or a term holds whatever the event says, and finds negations of different values of a field
    that are joined by `or`: where the field has one value, one of them always holds.

    ## Why
    A term that is always true excludes nothing; a condition of that kind alerts on every event. Often a negation
    stands in front of the wrong term.

    ## Example
    ```eql
    process where process.name != "cmd.exe" or process.name != "powershell.exe"
    ```

    ## Use instead
    ```eql
    process where process.name != "cmd.exe" and process.name != "powershell.exe"
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
    """

    about: ClassVar = About("QUERY002", "always-true", Severity.WARNING)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each term that is always true; nothing for a query that is meant for all events."""
        for item in _of_kind(detection, "always-true"):
            if not _is_meant(written(detection.document, item.place)):
                yield _finding(detection, item, "is always true")
        for condition in detection.conditions:
            for span in _joined_negations(condition.predicate):
                place = condition.span(span)
                if place is not None:
                    yield Finding(place, f"`{written(detection.document, place)}` is always true{_SINGLE}")


def _is_meant(text: str) -> bool:
    return re.fullmatch(r"\*|true|\*\s*:\s*\*|[\w.]+ where true", text) is not None


def _joined_negations(predicate: Predicate) -> Iterator[Span]:
    """The alternatives of which one always holds: the field is not this value, or not that one."""
    for node in walk(predicate):
        match node:
            case Or(terms, span):
                excluded = [term.term for term in terms if isinstance(term, Not)]
            case Not(And(terms), span):
                excluded = list(terms)
            case _:
                continue
        seen: dict[Field, set[str]] = {}
        for subject, texts in _whole_values(excluded):
            if span is not None and seen.get(subject, texts).isdisjoint(texts):
                yield span
                break
            seen[subject] = texts


def _whole_values(terms: Iterable[Predicate]) -> Iterator[tuple[Field, set[str]]]:
    """The fields that terms compare with whole values, with these values; fields that hold lists or full text are left
    out."""
    for term in terms:
        match term:
            case Test(Field() as subject, matcher):
                known, found = ecs_schema()[subject.path], samples(matcher)
                listed = known.many or known.type is FieldType.TEXT
                if not listed and found is not None and all(whole for _, whole in found):
                    yield subject, {fold(text) for text, _ in found}


class DeadTerm:
    """A term that other terms keep from ever being met.

    ## What it does
    Proves of an alternative, or of an exclusion, that no event can meet it in its place, because other terms of the
    condition shut all such events out.

    ## Why
    A value that is asked for but cannot come is a gap in the detection; an exclusion of events that are not looked at
    misleads the reader.

    ## Example
    ```eql
    process where process.name in ("net.exe", "net1.exe") and (process.name == "netsh.exe" or process.parent.pid == 4)
    ```

    ## Use instead
    ```eql
    process where process.name in ("net.exe", "net1.exe", "netsh.exe") and
      (process.name == "netsh.exe" or process.parent.pid == 4)
    ```

    ## Fix
    None. Which of the terms is wrong is for the author to say.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
    """

    about: ClassVar = About("QUERY003", "dead-term", Severity.WARNING)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each dead term; what shuts it out are related places."""
        for item in _of_kind(detection, "dead"):
            yield _finding(detection, item, "is never met here")


class DuplicateTerm:
    """A value or term that stands there twice.

    ## What it does
    Finds values of a list that say the same as an earlier one (also in another letter case, where that does not count),
    and terms that repeat another one.

    ## Why
    One of the two is needless; more often one of them was meant to be something else.

    ## Example
    ```eql
    process where process.name in ("nmap", "masscan", "nmap")
    ```

    ## Use instead
    ```eql
    process where process.name in ("nmap", "masscan")
    ```

    ## Fix
    Safe: the second value is taken out of its list. The rule means the same without it.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    """

    about: ClassVar = About("QUERY004", "duplicate-term", Severity.WARNING)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each repetition, at the later place."""
        for item in _of_kind(detection, "duplicate"):
            found = _finding(detection, item, "says what another term says", "it is said here")
            fix = without_value(detection, item.place) if item.value else None
            yield Finding(found.place, found.message, related=found.related, fix=fix)


@dataclass(frozen=True, slots=True)
class SubsumedTerm:
    """A value or alternative that another one covers.

    ## What it does
    Finds values of a list that a wider value of the list covers (`foobar` beside `foo*`, `10.1.0.0/16` beside
    `10.0.0.0/8`), and alternatives that others beside them cover.

    ## Why
    The rule means the same without the narrow one. That is clutter, or the sign that the wide one matches more than its
    author thought.

    ## Example
    ```eql
    process where process.name like ("python*", "python3.11", "perl*")
    ```

    ## Use instead
    ```eql
    process where process.name like ("python*", "perl*")
    ```

    ## Options
    - `most`: how many values of one rule are reported one by one; the rest is told of in one finding.

    ## Fix
    Safe: the narrow value is taken out of its list. The rule means the same without it. None for keywords, which not
    every backend looks for within longer words.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
    """

    about: ClassVar = About("QUERY005", "subsumed-term", Severity.INFO)
    most: int = 12

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each covered value or alternative, up to `most`."""
        found = list(_of_kind(detection, "subsumed"))
        for item in found[: self.most]:
            shown = _finding(detection, item, "is covered by another value or alternative", "by this")
            sure = item.value and not _is_keyword(detection, item.place)
            fix = without_value(detection, item.place) if sure else None
            yield Finding(shown.place, shown.message, related=shown.related, fix=fix)
        if len(found) > self.most:
            place = found[self.most].place
            yield Finding(place, f"{len(found) - self.most} more values from here on are covered by others")


class ImpliedTerm:
    """A term that the rest of the condition makes needless.

    ## What it does
    Proves of a conjunct, or of an exclusion, that it holds for every event that the other terms let through.

    ## Why
    The rule means the same without it. An exclusion that excludes nothing may be meant for another field or value.

    ## Example
    ```eql
    process where process.name in ("nmap", "masscan") and process.name != null
    ```

    ## Use instead
    ```eql
    process where process.name in ("nmap", "masscan")
    ```

    ## Fix
    None. The term may be there for its reader.

    ## References
    - https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
    """

    about: ClassVar = About("QUERY006", "implied-term", Severity.INFO)

    def in_detection(self, detection: CheckedDetection) -> Iterator[Finding]:
        """One finding for each needless term; what implies it are related places."""
        for item in _of_kind(detection, "implied"):
            yield _finding(detection, item, "always holds where the other terms hold", "because of this")


CHECKS: Final = (NeverTrue, AlwaysTrue, DeadTerm, DuplicateTerm, SubsumedTerm, ImpliedTerm)
