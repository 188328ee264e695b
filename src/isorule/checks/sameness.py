"""Rules of a collection that ask for the same, or in the same words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final, assert_never

from isorule.checks.check import ELASTIC, SIGMA, About, CheckedDocument
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.checks.identity import repeated
from isorule.diagnostics import Severity
from isorule.ir.core import Atom, Core, Every, Inside, Language, Single, Some, Truth, core_detection
from isorule.ir.detections import Correlation, Opaque
from isorule.ir.printing import show, show_matcher, show_subject
from isorule.mappings import ecs_schema
from isorule.source import KeyPath

_STATE: Final[Mapping[str, KeyPath]] = {ELASTIC: ("metadata", "maturity"), SIGMA: ("status",)}
_DETECTION: Final[Mapping[str, KeyPath]] = {ELASTIC: ("rule", "query"), SIGMA: ("detection",)}
_WHERE: Final[Mapping[str, tuple[KeyPath, ...]]] = {
    ELASTIC: tuple(("rule", key) for key in ("data_view_id", "filters", "from", "to", "interval")),
    SIGMA: tuple(("logsource", key) for key in ("category", "product", "service")),
}


class UniqueDetection:
    """A rule that asks for the same events as another, in the same place.

    ## What it does
    Compares the normal forms of all detections of a run, so that order, nesting and repetition do not count; with them
    index patterns, data view, filters and schedule of Elastic rules, and the log source of Sigma rules. Deprecated
    rules are passed over. It is off by default, because the normal forms take time; `isorule overlap` also finds rules
    that ask for some of the events of another.

    ## Why
    Every event raises two alerts, and an exception to one of the rules leaves the other as it is.

    ## Example
    ```yaml
    title: Scan of a network
    detection:
      selection:
        Image|endswith: ['\\nmap.exe', '\\masscan.exe']
      condition: selection
    ```
    ```yaml
    title: Scan of ports
    detection:
      first:
        Image|endswith: '\\masscan.exe'
      second:
        Image|endswith: '\\nmap.exe'
      condition: first or second
    ```

    ## Use instead
    ```yaml
    title: Scan of a network or of ports
    detection:
      selection:
        Image|endswith: ['\\nmap.exe', '\\masscan.exe']
      condition: selection
    ```

    ## Fix
    None. Which of the rules stays depends on which of them is in use.

    ## References
    - https://github.com/SigmaHQ/sigma/blob/master/tests/test_rules.py
    """

    about: ClassVar = About("COLL006", "unique-detection", Severity.WARNING, enabled=False)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """What a rule asks for and where, as a digest; nothing for what isorule does not understand."""
        rule, form = document.rule, document.format
        if rule is None or isinstance(rule.detection, Opaque | Correlation):
            return
        if document.get(*_STATE[form]) != "deprecated":
            asked = core_detection(rule.detection, ecs_schema(), rule.data_source.category_field)
            texts = [show(asked.shape), *map(_text, asked.conditions), *_where(document)]
            yield Fact(hashlib.sha256("\n".join(texts).encode()).hexdigest(), _DETECTION[form], at_key=True)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule that asks for what one of an earlier file does."""
        for fact, first in repeated(facts):
            message = "another rule asks for the same events in the same place"
            yield CollectionFinding(fact, message, related=(("the other rule is here", first),))


class UniqueQuery:
    """A query that stands in another rule, word for word.

    ## What it does
    Compares the queries of all Elastic rules of a run as they are written, but for white space. Rules may differ in
    their type, thresholds, terms or indices, and deprecated rules are passed over.

    ## Why
    A copied query is soon mended in one place only. Where one rule counts what the other reports, every alert of the
    first comes with many of the second.

    ## Example
    ```toml
    name = "Scan of a network"
    type = "query"
    language = "kuery"
    query = "process.name : nmap"
    ```
    ```toml
    name = "Many scans of a network"
    type = "query"
    language = "kuery"
    query = "process.name :  nmap"
    ```

    ## Use instead
    ```toml
    name = "Scan of a network"
    type = "query"
    language = "kuery"
    query = "process.name : nmap"
    ```

    ## Fix
    None. Both rules may be wanted.

    ## References
    - https://www.elastic.co/docs/solutions/security/detect-and-alert/about-building-block-rules
    """

    about: ClassVar = About("COLL007", "unique-query", Severity.INFO, frozenset({ELASTIC}))

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The query of a rule that is not deprecated, with one blank for any white space."""
        query = document.get("rule", "query")
        if isinstance(query, str) and query.strip() and document.get(*_STATE[ELASTIC]) != "deprecated":
            yield Fact(" ".join(query.split()), _DETECTION[ELASTIC], at_key=True)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule whose query stands in an earlier file."""
        for fact, first in repeated(facts):
            message = "another rule has the same query"
            yield CollectionFinding(fact, message, related=(("the other rule is here", first),))


def _where(document: CheckedDocument) -> Iterator[str]:
    index = document.get("rule", "index")
    yield str(sorted(map(str, index)) if isinstance(index, list) else index)
    yield from (str(document.get(*path)) for path in _WHERE[document.format])


def _text(term: Core) -> str:
    """A normal form as text; equal ones give equal texts."""
    match term:
        case Truth(value):
            return str(value)
        case Atom(subject, matcher, holds):
            shown = str(matcher) if isinstance(matcher, Language | Single) else show_matcher(matcher)
            return f"{holds} {show_subject(subject)} {shown}"
        case Inside(path, inner, holds):
            return f"{holds} {path} ({_text(inner)})"
        case Every(terms) | Some(terms):
            return f"{type(term).__name__}({', '.join(sorted(map(_text, terms)))})"
        case _:
            assert_never(term)


CHECKS: Final = (UniqueDetection, UniqueQuery)
"""The checks of this family."""
