"""pySigma's validators: which are installed, and what they say of a rule, without the network.

Validators with a memory (unique ids, titles, file names) answer when they have seen all rules: `Validation.of` asks the
others of one rule, `Validation.of_all` asks these.
https://sigmahq-pysigma.readthedocs.io/ (`sigma.validators`, `sigma.validation`)
"""

from __future__ import annotations

import importlib
import json
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from isorule.attack import VERSIONS, attack
from isorule.backends.attack_data import offer_attack_data
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError, UnsupportedError

NEEDS_NETWORK: Final = frozenset({"d3_fendtag"})
"""Validators whose data isorule has no table for; they are left out."""

_SEVERITIES: Final = {"HIGH": Severity.ERROR, "MEDIUM": Severity.WARNING, "LOW": Severity.INFO}
_UNDECIDED: Final = re.compile(r"attack\.(?:[gsmca]|ds)\d{4}", re.IGNORECASE)
"""Tags of groups, software, mitigations and the like, which isorule's tables of ATT&CK do not have."""


@dataclass(frozen=True, slots=True)
class Issue:
    """What a validator says. `validator` is its name as pySigma's configuration has it (`double_wildcard`).

    `details` are the parts of the issue as texts by pySigma's names for them (`tag`, `field`, `value`, `detection_item`
    …); a detection item is its field, its modifiers and its values. `rules` are the numbers of the documents.
    """

    validator: str
    severity: Severity
    message: str
    details: Mapping[str, tuple[str, ...]]
    rules: tuple[int, ...] = (0,)


def validator_names() -> tuple[str, ...]:
    """The names of all installed validators that need no network, sorted.

    Raises UnsupportedError where pySigma, or one of its plug-ins, cannot be imported.
    """
    return tuple(sorted(_classes().keys() - NEEDS_NETWORK))


class Validation:
    """Some of the installed validators, made once and asked for many rules.

    `tables` are SigmaHQ's data in the form of the JSON files that its validators download, by the names of the modules
    that read them (`data_taxonomy`).
    """

    def __init__(self, names: Sequence[str], tables: Mapping[str, object]) -> None:
        """Raises UnknownNameError for a name that no installed validator has, and as `validator_names` does."""
        known = _classes()
        for name in names:
            if name not in known:
                message = f"no validator of pySigma is called {name!r}"
                hint = f"installed are {', '.join(validator_names())}"
                raise UnknownNameError(Diagnostic("NAME007", "unknown-validator", Severity.ERROR, message, hint=hint))
        offer_attack_data()
        _offer_tables(json.dumps(tables, sort_keys=True))
        self._single = [name for name in names if not _remembers(known[name])]
        self._whole = [name for name in names if _remembers(known[name])]
        self._made = {name: known[name]() for name in self._single}

    @property
    def needs_all(self) -> bool:
        """Whether one of the validators has to see all rules."""
        return bool(self._whole)

    def of(self, document: Mapping[str, object], path: str) -> tuple[Issue, ...]:
        """What the validators without a memory say of one document of the file at a path."""
        rule = _rule(document, path)
        if rule is None:
            return ()
        if isinstance(rule, Issue):
            return (rule,)
        return tuple(issue for name in self._single for issue in _asked(name, self._made[name], rule))

    def of_all(self, documents: Sequence[tuple[Mapping[str, object], str]]) -> tuple[Issue, ...]:
        """What the validators with a memory say of all documents of a run, each with the path of its file."""
        known = _classes()
        rules = [(number, _rule(document, path)) for number, (document, path) in enumerate(documents)]
        return tuple(issue for name in self._whole for issue in _remembered(name, known[name](), rules))


@cache
def _classes() -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what plug-ins say of themselves while they are imported
            from sigma.plugins import InstalledSigmaPlugins

            return dict(InstalledSigmaPlugins.autodiscover(False, False, True).validators)
    except Exception as error:  # plug-ins run any code
        message = f"pySigma or one of its validators cannot be imported: {type(error).__name__}: {error}"
        hint = "pip check; a plug-in that does not fit this pySigma needs an environment of its own"
        raise UnsupportedError(
            Diagnostic("REFUSED", "backends-unusable", Severity.ERROR, message, hint=hint)
        ) from error


def _remembers(validator: Any) -> bool:
    from sigma.validators.base import SigmaRuleValidator

    return validator.finalize is not SigmaRuleValidator.finalize


def _rule(document: Mapping[str, object], path: str) -> Any:
    """A document as pySigma reads it; None for a filter, which validators do not take, and an issue where it fails."""
    from sigma.correlations import SigmaCorrelationRule
    from sigma.exceptions import SigmaRuleLocation
    from sigma.rule import SigmaRule

    if "filter" in document:
        return None
    kind: Any = SigmaCorrelationRule if "correlation" in document else SigmaRule
    try:
        rule = kind.from_dict(deepcopy(dict(document)), True, SigmaRuleLocation(Path(path)))
    except Exception as error:  # pySigma raises many kinds on shapes that it does not expect
        return Issue("errors", Severity.ERROR, f"pySigma does not take the rule: {_plain(error)}", {})
    if rule.errors:
        return Issue("errors", Severity.ERROR, f"pySigma does not take the rule: {_plain(rule.errors[0])}", {})
    return rule


def _plain(error: object) -> str:
    return str(error).partition(" in /")[0].strip() or type(error).__name__


def _asked(name: str, validator: Any, rule: Any) -> Iterator[Issue]:
    try:
        found = validator.validate(rule)
    except Exception as error:  # a validator runs any code
        yield Issue(name, Severity.INFO, f"the validator cannot be run: {_plain(error)}", {})
        return
    for item in found:
        issue = _issue(name, item, (0,))
        if not _is_undecided(issue):
            yield issue


def _is_undecided(issue: Issue) -> bool:
    """Whether isorule's tables, which the validator looked into, do not tell."""
    match issue.validator:
        case "attacktag":
            return all(_UNDECIDED.fullmatch(tag) for tag in issue.details.get("tag", ("",)))
        case "sigmahq_tags_techniques_without_tactics":
            return any(tactic.removeprefix("attack.") in _new_tactics() for tactic in issue.details["missing_tactic"])
        case _:
            return False


@cache
def _new_tactics() -> frozenset[str]:
    """The tactics under which an incomplete table has more techniques than ATT&CK does."""
    old, new = attack(VERSIONS[0]), attack(VERSIONS[-1])
    known = {tactic.shortname for tactic in old.tactics.values()}
    return frozenset(t.shortname for t in new.tactics.values() if not new.complete and t.shortname not in known)


def _remembered(name: str, validator: Any, rules: Iterable[tuple[int, Any]]) -> Iterator[Issue]:
    numbers: dict[int, int] = {}
    for number, rule in rules:
        if rule is not None and not isinstance(rule, Issue):
            numbers[id(rule)] = number
            validator.validate(rule)
    for item in validator.finalize():
        yield _issue(name, item, tuple(numbers[id(rule)] for rule in item.rules))


def _issue(name: str, item: Any, rules: tuple[int, ...]) -> Issue:
    details = {
        field.name: _texts(getattr(item, field.name))
        for field in fields(item)
        if field.name not in ("rules", "severity", "description")
    }
    severity = _SEVERITIES.get(item.severity.name, Severity.WARNING)
    return Issue(name, severity, " ".join(str(item.description).split()).rstrip("."), details, rules)


def _texts(value: Any) -> tuple[str, ...]:
    """A part of an issue as texts."""
    from sigma.rule import SigmaDetectionItem, SigmaLogSource

    match value:
        case None:
            return ()
        case SigmaLogSource():
            named = (("product", value.product), ("category", value.category), ("service", value.service))
            return (", ".join(f"{name} {part}" for name, part in named if part),)
        case SigmaDetectionItem():
            original = value.original_value
            values = original if isinstance(original, list) else value.value
            return (value.field or "", *(str(item) for item in values))
        case list() | tuple() | set():
            return tuple(item.__name__ if isinstance(item, type) else str(item) for item in value)
        case _:
            return (str(value),)


@cache
def _offer_tables(tables: str) -> None:
    """Let SigmaHQ's validators read these tables in place of downloading theirs; once for each process."""
    folder = Path(_folder().name)
    for module, table in json.loads(tables).items():
        try:
            loader = importlib.import_module(f"sigma.validators.sigmahq.data.{module}")
        except ImportError:
            continue
        file = folder / f"{module}.json"
        file.write_text(json.dumps(table), encoding="utf-8")
        loader.set_cache_dir(str(folder / module))
        loader.set_url(str(file))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that lives as long as the process."""
    return tempfile.TemporaryDirectory(prefix="isorule-sigmahq-", ignore_cleanup_errors=True)
