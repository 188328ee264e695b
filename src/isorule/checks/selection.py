"""Which checks run, how grave their findings are, and with which options."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from isorule.checks.check import (
    Check,
    CollectionCheck,
    DetectionCheck,
    FileCheck,
    RuleCheck,
)
from isorule.checks.choice import OFF, Choice, SelectionError, selects, selects_any
from isorule.checks.problems import problem_codes
from isorule.checks.registry import all_checks


@dataclass(frozen=True)
class Plan:
    """The checks of a run, by what they look at."""

    checks: tuple[Check, ...]
    choice: Choice = field(default_factory=Choice)

    @cached_property
    def file_checks(self) -> tuple[FileCheck, ...]:
        """The checks of whole files."""
        return tuple(check for check in self.checks if isinstance(check, FileCheck))

    @cached_property
    def rule_checks(self) -> tuple[RuleCheck, ...]:
        """The checks of single rules."""
        return tuple(check for check in self.checks if isinstance(check, RuleCheck))

    @cached_property
    def detection_checks(self) -> tuple[DetectionCheck, ...]:
        """The checks of detections."""
        return tuple(check for check in self.checks if isinstance(check, DetectionCheck))

    @cached_property
    def collection_checks(self) -> tuple[CollectionCheck, ...]:
        """The checks of all rules of a run."""
        return tuple(check for check in self.checks if isinstance(check, CollectionCheck))

    def of_format(self, form: str) -> Plan:
        """The checks that look at files of a format."""
        if form not in self._by_format:
            left = tuple(check for check in self.checks if form in check.about.formats)
            self._by_format[form] = dataclasses.replace(self, checks=left)
        return self._by_format[form]

    @cached_property
    def _by_format(self) -> dict[str, Plan]:
        return {}

    def find(self, name: str) -> Check | None:
        """The check of a name, None where it does not run."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Check]:
        return {check.about.name: check for check in self.checks}

    def runs(self, selector: str) -> bool:
        """Whether a check that a selector means runs; what is no check (a syntax error) is always looked for."""
        if any(selects(selector, check.about.code, check.about.name) for check in self.checks):
            return True
        return not any(selects(selector, check.about.code, check.about.name) for check in all_checks())


def plan(choice: Choice | None = None, checks: Sequence[Check] | None = None) -> Plan:
    """The checks (all installed ones by default) that a choice leaves, with its options.

    Raises SelectionError for a selector that means no check, or an option that the check does not have.
    """
    known = all_checks() if checks is None else tuple(checks)
    asked = choice or Choice()
    for selector in (*(asked.select or ()), *asked.extend, *asked.ignore, *asked.severities, *asked.options):
        _require_known(selector, known)
    left = [check for check in known if _runs(check, asked)]
    _require_options(known, asked)
    return Plan(tuple(_with_options(check, asked) for check in left), asked)


def is_known(selector: str, known: Sequence[Check] | None = None) -> bool:
    """Whether a selector means a check, or something that the readers of files and queries report."""
    checks = all_checks() if known is None else known
    if any(selects(selector, check.about.code, check.about.name) for check in checks):
        return True
    return any(selects(selector, code, name) for name, codes in problem_codes().items() for code in codes)


def close_to(selector: str, known: Sequence[Check] | None = None) -> str:
    """A hint for a selector that means nothing."""
    from difflib import get_close_matches

    checks = all_checks() if known is None else known
    close = get_close_matches(selector, [check.about.name for check in checks], 1)
    return f"did you mean {close[0]}?" if close else "docs/checks.md lists all checks"


def _require_known(selector: str, known: Sequence[Check]) -> None:
    if not is_known(selector, known):
        raise SelectionError((selector,), f"no check is called {selector!r}", close_to(selector, known))


def _runs(check: Check, choice: Choice) -> bool:
    about = check.about
    if selects_any(choice.ignore, about.code, about.name):
        return False
    off = [value for selector, value in choice.severities.items() if selects(selector, about.code, about.name)]
    if off and off[-1] == OFF:
        return False
    if selects_any(choice.extend, about.code, about.name):
        return True
    return about.enabled if choice.select is None else selects_any(choice.select, about.code, about.name)


def option_types(check: Check) -> dict[str, Any]:
    """The options of a check, by name, with their types."""
    if not dataclasses.is_dataclass(check):
        return {}
    hints = typing.get_type_hints(type(check))
    return {item.name: hints[item.name] for item in dataclasses.fields(check) if item.init}


def option_defaults(check: Check) -> dict[str, object]:
    """The options of a check, by name, with the values that this instance has."""
    return {name: getattr(check, name) for name in option_types(check)}


def _with_options(check: Check, choice: Choice) -> Check:
    types = option_types(check)
    given: dict[str, object] = {}
    for selector, options in choice.options.items():
        if selects(selector, check.about.code, check.about.name):
            for name, value in options.items():
                if name.replace("-", "_") in types:
                    key = name.replace("-", "_")
                    given[key] = _converted(value, types[key], (selector, name))
    changed: Check = dataclasses.replace(check, **given) if given else check  # type: ignore[type-var] # a check with options is a dataclass
    return changed


def _require_options(known: Sequence[Check], choice: Choice) -> None:
    for selector, options in choice.options.items():
        meant = [check for check in known if selects(selector, check.about.code, check.about.name)]
        names = sorted({name for check in meant for name in option_types(check)})
        for option in options:
            if option.replace("-", "_") not in names:
                listed = ", ".join(name.replace("_", "-") for name in names)
                raise SelectionError(
                    (selector, option),
                    f"{selector} has no option {option!r}",
                    f"it has {listed}" if names else "it has no options",
                )


def _converted(value: object, kind: Any, subject: tuple[str, ...]) -> object:
    """An option's value from the configuration: texts, numbers, Booleans and lists of texts (as tuples)."""
    if kind == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise SelectionError(subject, f"{'.'.join(subject)} must be a list of texts")
    if kind == str | None:
        kind = str
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    names = {str: "a text", int: "a whole number", bool: "true or false", float: "a number"}
    raise SelectionError(subject, f"{'.'.join(subject)} must be {names.get(kind, kind.__name__)}")
