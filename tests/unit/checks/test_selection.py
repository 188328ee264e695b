"""What selectors mean, which checks a choice leaves, and how options reach them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from isorule.checks.check import About, CheckedDocument, Finding
from isorule.checks.choice import Choice, SelectionError, selects
from isorule.checks.selection import option_defaults, plan
from isorule.diagnostics import Severity


@dataclass(frozen=True)
class Lengthy:
    """A check with options of every kind."""

    about: ClassVar = About("TEST001", "lengthy", Severity.WARNING)

    most: int = 10
    words: tuple[str, ...] = ("a", "b")
    strict: bool = False
    version: str | None = None

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """What it would say does not matter here."""
        yield Finding((), f"{document.format} {self.most}")


class Plain:
    """A check without options, off by default."""

    about: ClassVar = About("TEST002", "plain", Severity.INFO, enabled=False)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """Nothing about any document."""
        assert document
        yield from ()


CHECKS = (Lengthy(), Plain())


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("ALL", True),
        ("attack-revoked", True),
        ("attack-*", True),
        ("*-revoked", True),
        ("ATTACK", True),
        ("ATTACK0", True),
        ("ATTACK002", True),
        ("ATT", False),
        ("ATTACK003", False),
        ("attack", False),
        ("attack-revoke", False),
        ("RISK", False),
    ],
)
def test_what_a_selector_means(selector: str, meant: bool) -> None:
    assert selects(selector, "ATTACK002", "attack-revoked") is meant


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (Choice(), ["lengthy"]),
        (Choice(select=("ALL",)), ["lengthy", "plain"]),
        (Choice(select=("plain",)), ["plain"]),
        (Choice(extend=("TEST002",)), ["lengthy", "plain"]),
        (Choice(extend=("TEST",), ignore=("lengthy",)), ["plain"]),
        (Choice(severities={"lengthy": "off"}), []),
        (Choice(severities={"TEST": "off", "lengthy": "error"}), ["lengthy"]),
        (Choice(select=()), []),
    ],
)
def test_which_checks_a_choice_leaves(choice: Choice, names: list[str]) -> None:
    assert [check.about.name for check in plan(choice, CHECKS).checks] == names


def test_options_make_another_instance() -> None:
    given: dict[str, object] = {"most": 3, "words": ["x"], "strict": True, "version": "18.1"}
    (check,) = plan(Choice(options={"TEST": given}), CHECKS).checks
    assert option_defaults(check) == {"most": 3, "words": ("x",), "strict": True, "version": "18.1"}
    assert Lengthy().most == 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lengthy": {"least": 3}}, "lengthy has no option 'least'"),
        ({"plain": {"most": 3}}, "plain has no option 'most'"),
        ({"lengthy": {"most": "3"}}, "lengthy.most must be a whole number"),
        ({"lengthy": {"most": True}}, "lengthy.most must be a whole number"),
        ({"lengthy": {"words": "x"}}, "lengthy.words must be a list of texts"),
        ({"lengthy": {"strict": 1}}, "lengthy.strict must be true or false"),
        ({"length": {}}, "no check is called 'length'"),
    ],
)
def test_options_that_a_check_does_not_have_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SelectionError) as caught:
        plan(Choice(options=options), CHECKS)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("choice", "severity"),
    [
        (Choice(), Severity.WARNING),
        (Choice(severities={"TEST": "error"}), Severity.ERROR),
        (Choice(severities={"TEST": "error", "lengthy": "info"}), Severity.INFO),
        (Choice(severities={"ALL": "off"}), None),
        (Choice(ignore=("TEST001",)), None),
    ],
)
def test_how_grave_a_finding_is(choice: Choice, severity: Severity | None) -> None:
    assert choice.severity("TEST001", "lengthy", Severity.WARNING) is severity
