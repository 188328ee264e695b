"""Sigma collections written as Sigma: which rules have a document of their own, so that no rule is written twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import isorule
from isorule.documents.references import FILTER, independent
from isorule.ir.rule import Rule

Key = tuple[str | None, str | None, str]
"""Id, name and title of a rule."""

_MARK: Final = "\n---\n"
"""What stands between the documents of a written file; no line inside of a document is such a line."""


def key(rule: Rule) -> Key:
    """What tells a rule from others in a text that was written of it."""
    return (rule.metadata.id, rule.metadata.name, rule.metadata.title)


def standing_alone(rules: Iterable[Rule]) -> frozenset[Key]:
    """The rules of a collection that have a document of their own.

    These are rules that alert by themselves, and those that correlations of other files, or several, refer to. A rule
    that only one correlation of its file refers to stands before it.
    """
    given = tuple(rules)
    found = {key(rule) for rule in independent(given)}
    users: dict[Key, list[Rule]] = {}
    for rule in given:
        for part in rule.references:
            users.setdefault(key(part), []).append(rule)
    for rule in given:
        referring = users.get(key(rule), [])
        if rule.type != FILTER and (len(referring) > 1 or any(_file(user) != _file(rule) for user in referring)):
            found.add(key(rule))
    return frozenset(found)


def _file(rule: Rule) -> str | None:
    return rule.origin.file.path if rule.origin is not None else None


def without(text: str, alone: frozenset[Key]) -> str:
    """A correlation's text without the rules before it that have documents of their own."""
    documents = text.removesuffix("\n").split(_MARK)
    rules = isorule.loads(text, "sigma")
    kept = [
        document
        for number, (document, rule) in enumerate(zip(documents, rules, strict=True), 1)
        if number == len(documents) or key(rule) not in alone
    ]
    return _MARK.join(kept) + "\n"
