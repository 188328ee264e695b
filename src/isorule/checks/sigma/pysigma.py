"""pySigma's validators, run as a check of ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

from isorule.checks.check import SIGMA, About, CheckedDocument, Finding
from isorule.checks.facts import Collected, CollectionFinding, Fact
from isorule.checks.sigma.issue_places import place_of
from isorule.checks.sigma.tables import Parts, rows
from isorule.diagnostics import Severity
from isorule.source import Span

if TYPE_CHECKING:
    from isorule.backends.validators import Issue, Validation

_ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class PysigmaValidators:
    """What the installed validators of pySigma say.

    ## What it does
    Runs pySigma's own validators and those of installed plug-ins (`pysigma-validators-sigmahq`) over every rule and
    correlation, and reports what they find: high as error, medium as warning, low as info. Nothing is downloaded: what
    they look up in ATT&CK and in SigmaHQ's lists comes from isorule's tables. The validator of D3FEND tags, for which
    there is no table, is left out; tags of ATT&CK's groups and software, and which of the tactics that came out of
    Defense Evasion a technique has, are not judged.

    ## Why
    A team may have validators of its own, or want to see what SigmaHQ's pipeline will say, without a second tool with
    other places, exit codes and reports.

    ## Example
    ```yaml
    detection:
      selection:
        CommandLine: '*whoami*'
      condition: selection
    ```

    ## Use instead
    ```yaml
    title: Whoami
    id: 0c7a1f3e-5b1d-4a55-9c5e-6d2f8b7a9e01
    detection:
      selection:
        CommandLine|contains: 'whoami'
      condition: selection
    ```

    ## Options
    - `validators`: the validators to run, by pySigma's names; `all` for all that are installed.
    - `exclude`: validators not to run; by default that of the first version of the Traffic Light Protocol, which
      refuses the tags of the second.

    ## Fix
    None. The checks of isorule that find the same have fixes, where there is one.

    ## References
    - https://sigmahq-pysigma.readthedocs.io/en/latest/Rule_Validation.html
    """

    validators: tuple[str, ...] = (_ALL,)
    exclude: tuple[str, ...] = ("tlpv1_tag",)

    about: ClassVar = About("PYSIGMA001", "pysigma-validators", Severity.WARNING, frozenset({SIGMA}), enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each issue of a validator that looks at one rule."""
        for issue in _validation(self.validators, self.exclude).of(document.values, document.file.path):
            place, at_key = place_of(document, issue)
            yield Finding(place, _message(issue), at_key=at_key, severity=issue.severity)

    def facts(self, document: CheckedDocument) -> Iterator[Fact]:
        """The whole rule, where a validator has to see all rules of the run."""
        if _validation(self.validators, self.exclude).needs_all:
            place = ("title",) if "title" in document.values else Span(0, 0)
            yield Fact(json.loads(json.dumps(document.values, default=str)), place)

    def in_collection(self, facts: Iterable[Collected]) -> Iterator[CollectionFinding]:
        """One finding for each rule that an issue names; the first of several is related to the others instead."""
        known = list(facts)
        documents = [(fact.value, fact.path) for fact in known if isinstance(fact.value, dict)]
        if not documents:
            return
        for issue in _validation(self.validators, self.exclude).of_all(documents):
            first, *others = (known[number] for number in issue.rules)
            related = (("the first one is here", first),) if others else ()
            for fact in others or (first,):
                yield CollectionFinding(fact, _message(issue), related=related, severity=issue.severity)


@cache
def _validation(names: tuple[str, ...], exclude: tuple[str, ...]) -> Validation:
    from isorule.backends.validators import Validation, validator_names  # pySigma is slow to import

    wanted = validator_names() if _ALL in names else names
    return Validation([name for name in wanted if name not in exclude], sigmahq_tables())


def _message(issue: Issue) -> str:
    """`double_wildcard: String contains multiple consecutive * wildcards (string: a**b)`."""
    said = "; ".join(f"{name}: {', '.join(values)}" for name, values in issue.details.items() if any(values))
    return f"{issue.validator}: {issue.message}" + (f" ({said})" if said else "")


def sigmahq_tables() -> dict[str, object]:
    """The tables of log sources and file names in the form of the JSON files that SigmaHQ's validators download."""
    known = rows()
    return {
        "data_taxonomy": {
            "version": "isorule",
            "taxonomy": {
                str(number): {
                    "logsource": _table(parts),
                    "field": {"native": sorted(row.fields), "custom": [], "redundant": sorted(row.covered)},
                }
                for number, (parts, row) in enumerate(known.items())
            },
        },
        "data_filename": {
            "version": "isorule",
            "pattern": {
                str(number): {"logsource": _table(parts), "prefix": row.prefix}
                for number, (parts, row) in enumerate(known.items())
                if row.prefix is not None
            },
        },
        "data_windows_eventid": {
            "version": "isorule",
            "category_no_eventid": sorted(
                parts.category for parts, row in known.items() if parts.category and "EventID" in row.covered
            ),
        },
        "data_windows_provider": {
            "version": "isorule",
            "category_provider_name": {
                parts.category: sorted(row.provider) for parts, row in known.items() if parts.category and row.provider
            },
        },
    }


def _table(parts: Parts) -> Mapping[str, Any]:
    return {name: part for name, part in parts._asdict().items() if part is not None}


CHECKS: Final = (PysigmaValidators,)
"""The checks of this family."""
