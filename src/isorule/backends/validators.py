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
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from isorule.attack import VERSIONS, attack
from isorule.backends.attack_data import offer_attack_data
from isorule.backends.catalogue import validator_classes
from isorule.backends.foreign import foreign, plain_message, rejected
from isorule.diagnostics import Diagnostic, Severity, UnknownNameError, UnsupportedError
from isorule.ir.losses import refusal

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
    return tuple(sorted(validator_classes().keys() - NEEDS_NETWORK))


class Validation:
    """Some of the installed validators, made once and asked for many rules.

    `tables` are SigmaHQ's data in the form of the JSON files that its validators download, by the names of the modules
    that read them (`data_taxonomy`).
    """

    def __init__(self, names: Sequence[str], tables: Mapping[str, object]) -> None:
        """Raises UnknownNameError for a name that no installed validator has, UnsupportedError for one that breaks, and
        as `validator_names` does.
        """
        known = validator_classes()
        for name in names:
            if name not in known:
                message = f"no validator of pySigma is called {name!r}"
                hint = f"installed are {', '.join(validator_names())}"
                raise UnknownNameError(Diagnostic("NAME007", "unknown-validator", Severity.ERROR, message, hint=hint))
        offer_attack_data()
        _offer_tables(json.dumps(tables, sort_keys=True))
        self._single = [name for name in names if not _remembers(known[name])]
        self._whole = [name for name in names if _remembers(known[name])]
        with foreign(_broken):
            self._made = {name: known[name]() for name in self._single}

    @property
    def needs_all(self) -> bool:
        """Whether one of the validators has to see all rules."""
        return bool(self._whole)

    def of(self, document: Mapping[str, object], path: str) -> tuple[Issue, ...]:
        """What the validators without a memory say of one document of the file at a path."""
        try:
            rule = _rule(document, path)
        except UnsupportedError as error:
            return (Issue("errors", Severity.ERROR, error.diagnostic.message, {}),)
        if rule is None:
            return ()
        asked = ((name, partial(self._made[name].validate, rule)) for name in self._single)
        found = (issue for name, ask in asked for issue in _issues(name, ask, {id(rule): 0}))
        return tuple(issue for issue in found if not _is_undecided(issue))

    def of_all(self, documents: Sequence[tuple[Mapping[str, object], str]]) -> tuple[Issue, ...]:
        """What the validators with a memory say of all documents of a run, each with the path of its file."""
        known = validator_classes()
        rules: dict[int, Any] = {}
        for number, (document, path) in enumerate(documents):
            with suppress(UnsupportedError):  # `of` says it
                rules[number] = _rule(document, path)
        taken = [rule for rule in rules.values() if rule is not None]
        numbers = {id(rule): number for number, rule in rules.items()}
        asked = ((name, partial(_remembered, known[name], taken)) for name in self._whole)
        return tuple(issue for name, ask in asked for issue in _issues(name, ask, numbers))


def _remembers(validator: Any) -> bool:
    from sigma.validators.base import SigmaRuleValidator

    return validator.finalize is not SigmaRuleValidator.finalize


def _rule(document: Mapping[str, object], path: str) -> Any:
    """A document as pySigma reads it; None for a filter, which validators do not take.

    Raises UnsupportedError where pySigma does not read it.
    """
    from sigma.correlations import SigmaCorrelationRule
    from sigma.exceptions import SigmaRuleLocation
    from sigma.rule import SigmaRule

    if "filter" in document:
        return None
    kind: Any = SigmaCorrelationRule if "correlation" in document else SigmaRule
    with foreign(rejected):
        rule = kind.from_dict(deepcopy(dict(document)), True, SigmaRuleLocation(Path(path)))
        if rule.errors:
            raise rule.errors[0]
        return rule


def _issues(name: str, ask: Callable[[], list[Any]], numbers: Mapping[int, int]) -> list[Issue]:
    """What a validator says of rules with these numbers by their `id`, or that it cannot be run."""
    try:
        with foreign(_broken):
            found = ask()
    except UnsupportedError as error:
        return [Issue(name, Severity.INFO, error.diagnostic.message, {})]
    return [_issue(name, item, tuple(numbers.get(id(rule), 0) for rule in item.rules)) for item in found]


def _broken(error: Exception) -> UnsupportedError:
    return refusal("validator-failed", f"the validator cannot be run: {plain_message(error)}")


def _remembered(validator: Any, rules: Sequence[Any]) -> list[Any]:
    """What a validator with a memory says when it has seen all rules."""
    made = validator()
    for rule in rules:
        made.validate(rule)
    return list(made.finalize())


def _is_undecided(issue: Issue) -> bool:
    """Whether isorule's tables, which the validator looked into, do not tell."""
    match issue.validator:
        case "attacktag":
            return all(_UNDECIDED.fullmatch(tag) for tag in issue.details.get("tag", ("",)))
        case "sigmahq_tags_techniques_without_tactics":
            missing = issue.details.get("missing_tactic", ())
            return any(tactic.removeprefix("attack.") in _new_tactics() for tactic in missing)
        case _:
            return False


@cache
def _new_tactics() -> frozenset[str]:
    """The tactics under which an incomplete table has more techniques than ATT&CK does."""
    old, new = attack(VERSIONS[0]), attack(VERSIONS[-1])
    known = {tactic.shortname for tactic in old.tactics.values()}
    return frozenset(t.shortname for t in new.tactics.values() if not new.complete and t.shortname not in known)


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
