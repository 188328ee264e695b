"""Fixes: what stays as it is written, what is taken back, and how several get along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest

from isorule.checks import edits, plan
from isorule.checks.check import About, CheckedDocument, Finding
from isorule.checks.fixing import Mended, apply_edits, mend
from isorule.diagnostics import Applicability, Fix, Severity, TextEdit
from isorule.source import KeyPath, SourceFile, Span

SAFE = frozenset({Applicability.SAFE})

ELASTIC = """\
# head
[metadata]
maturity = "production"  # why

[rule]
author = ['isorule']
tags = [
    "one",  # first
    'two',
    "three",
]
flat = ["a", "b", "c"]
note = '''
several # lines
'''
name = "A rule"
risk_score = 5
type = "eql"
query = '''
any where true
'''

[[rule.threat]]
framework = "x"

[[rule.threat]]
framework = "y"
"""

SIGMA = """\
# head
title: A rule  # why
tags:
    - one  # first
    - 'two'
    - three
level: "low"
flow: [a, 'b', c]
logsource:
    product: linux
description: |
    several
    lines # of text
detection:
    s: {a: b}
    condition: s
"""


class Mender:
    """A check whose fix is given from outside."""

    about: ClassVar = About("TEST001", "mender", Severity.WARNING)

    def __init__(
        self, make: Callable[[CheckedDocument], Fix | None], wanted: Callable[[CheckedDocument], bool]
    ) -> None:
        self._make = make
        self._wanted = wanted

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding while the document is as it was."""
        if self._wanted(document):
            yield Finding((), "mend me", fix=self._make(document))


def once(path: KeyPath, old: object) -> Callable[[CheckedDocument], bool]:
    return lambda document: document.get(*path) == old


def mended(text: str, *checks: object, allowed: frozenset[Applicability] = SAFE) -> Mended:
    form = "elastic" if "[rule]" in text else "sigma"
    return mend(SourceFile("r", text), form, plan(checks=checks), allowed)


def test_a_text_keeps_its_quotes_and_what_stands_around() -> None:
    check = Mender(
        lambda d: edits.respelled(d, ("metadata", "maturity"), "dev", "t"), once(("metadata", "maturity"), "production")
    )
    assert mended(ELASTIC, check).file.text == ELASTIC.replace('"production"', '"dev"')
    check = Mender(
        lambda d: edits.respelled(d, ("rule", "author", 0), "us", "t"), once(("rule", "author"), ["isorule"])
    )
    assert mended(ELASTIC, check).file.text == ELASTIC.replace("'isorule'", "'us'")
    check = Mender(lambda d: edits.respelled(d, ("rule", "risk_score"), 47, "t"), once(("rule", "risk_score"), 5))
    assert mended(ELASTIC, check).file.text == ELASTIC.replace("= 5", "= 47")


@pytest.mark.parametrize(
    ("path", "old", "value", "before", "after"),
    [
        (("title",), "A rule", "B: rule", "A rule ", "'B: rule' "),
        (("tags", 1), None, "it's", "'two'", "'it''s'"),
        (("level",), "low", "high", '"low"', '"high"'),
    ],
)
def test_texts_in_yaml_keep_their_quotes(path: KeyPath, old: object, value: str, before: str, after: str) -> None:
    wanted = once(path, old if old is not None else "two")
    check = Mender(lambda d: edits.respelled(d, path, value, "t"), wanted)
    assert mended(SIGMA, check).file.text == SIGMA.replace(before, after)


@pytest.mark.parametrize(
    ("text", "path", "before", "after"),
    [
        (ELASTIC, ("rule", "tags", 0), '    "one",  # first\n', ""),
        (ELASTIC, ("rule", "tags", 2), '    "three",\n', ""),
        (ELASTIC, ("rule", "flat", 0), '["a", "b", "c"]', '["b", "c"]'),
        (ELASTIC, ("rule", "flat", 1), '["a", "b", "c"]', '["a", "c"]'),
        (ELASTIC, ("rule", "flat", 2), '["a", "b", "c"]', '["a", "b"]'),
        (ELASTIC, ("rule", "threat", 1), '\n[[rule.threat]]\nframework = "y"\n', ""),
        (ELASTIC, ("rule", "threat", 0), '\n[[rule.threat]]\nframework = "x"\n', ""),
        (ELASTIC, ("rule", "name"), 'name = "A rule"\n', ""),
        (SIGMA, ("tags", 0), "    - one  # first\n", ""),
        (SIGMA, ("tags", 2), "    - three\n", ""),
        (SIGMA, ("flow", 1), "[a, 'b', c]", "[a, c]"),
        (SIGMA, ("level",), 'level: "low"\n', ""),
    ],
)
def test_an_entry_is_removed_with_its_line_and_nothing_else(text: str, path: KeyPath, before: str, after: str) -> None:
    seen: list[int] = []

    def first(document: CheckedDocument) -> bool:
        seen.append(1)
        return len(seen) == 1

    found = mended(text, Mender(lambda d: edits.removed(d, path, "t"), first))
    assert found.dropped == ()
    assert found.file.text == text.replace(before, after)


@pytest.mark.parametrize(
    ("text", "path", "before", "after"),
    [
        (ELASTIC, ("rule", "tags"), '    "three",\n', '    "three",\n    "new",\n'),
        (ELASTIC, ("rule", "flat"), '"c"]', '"c", "new"]'),
        (SIGMA, ("tags",), "    - three\n", "    - three\n    - new\n"),
        (SIGMA, ("flow",), "c]", "c, new]"),
    ],
)
def test_an_item_is_added_in_the_manner_of_the_list(text: str, path: KeyPath, before: str, after: str) -> None:
    def wanted(document: CheckedDocument) -> bool:
        return "new" not in (document.get(*path) or ())

    found = mended(text, Mender(lambda d: edits.added_item(d, path, "new", "t"), wanted))
    assert found.dropped == ()
    assert found.file.text == text.replace(before, after)


def test_a_key_is_added_where_its_format_puts_it() -> None:
    check = Mender(lambda d: edits.changed(d, ("rule", "license"), "Apache-2.0", "t"), once(("rule", "license"), None))
    assert mended(ELASTIC, check).file.text == ELASTIC.replace("note = ", 'license = "Apache-2.0"\nnote = ')
    check = Mender(lambda d: edits.changed(d, ("status",), "test", "t"), once(("status",), None))
    found = mended(SIGMA, check)
    assert "\nstatus: test\n" in found.file.text
    assert found.file.text.replace("status: test\n", "") == SIGMA


def test_characters_of_a_text_of_several_lines_are_replaced_in_place() -> None:
    check = Mender(
        lambda d: edits.replaced_within(d, ("rule", "query"), 10, 14, "false", "t"),
        once(("rule", "query"), "any where true\n"),
    )
    assert mended(ELASTIC, check).file.text == ELASTIC.replace("where true", "where false")


def lying(old: str, new: str, *keys: KeyPath) -> Callable[[CheckedDocument], Fix]:
    """A fix that says that it changes the keys, and replaces the first of the texts, or all if it is empty."""

    def make(document: CheckedDocument) -> Fix:
        text = document.file.text
        span = Span(text.index(old), text.index(old) + len(old)) if old else Span(0, len(text))
        return Fix("t", (TextEdit(span, new),), keys=keys)

    return make


@pytest.mark.parametrize(
    "make",
    [
        lying("= 5", "= 47"),
        lying("= 5", "= 47", ("rule", "name")),
        lying("'''", "", ("rule", "note")),
        lying("", "", ("rule",)),
    ],
    ids=["no key", "another key", "not well-formed", "everything"],
)
def test_a_fix_that_changes_more_than_it_says_is_taken_back(make: Callable[[CheckedDocument], Fix]) -> None:
    good = Mender(
        lambda d: edits.respelled(d, ("metadata", "maturity"), "dev", "t"), once(("metadata", "maturity"), "production")
    )
    found = mended(ELASTIC, Mender(make, lambda _document: True), good)
    assert found.file.text == ELASTIC.replace('"production"', '"dev"')
    assert {item.name for item in found.dropped} == {"mender"}
    assert len(found.fixed) == 1


def test_fixes_at_one_place_are_made_one_after_the_other() -> None:
    path = ("rule", "risk_score")
    checks = [
        Mender(lambda d, new=new: edits.respelled(d, path, new, f"{new}"), once(path, old))
        for old, new in ((5, 6), (5, 6), (6, 7), (7, 8))
    ]
    found = mended(ELASTIC, *checks)
    assert found.file.text == ELASTIC.replace("= 5", "= 8")


def test_checks_that_undo_each_other_come_to_an_end() -> None:
    path = ("rule", "risk_score")
    there = Mender(lambda d: edits.respelled(d, path, 6, "t"), once(path, 5))
    back = Mender(lambda d: edits.respelled(d, path, 5, "t"), once(path, 6))
    found = mended(ELASTIC, there, back)
    assert found.file.text == ELASTIC
    assert found.dropped != ()


def test_an_unsafe_fix_is_made_only_where_it_is_allowed() -> None:
    path = ("rule", "risk_score")
    check = Mender(lambda d: edits.respelled(d, path, 47, "t", edits.UNSAFE), once(path, 5))
    assert mended(ELASTIC, check).file.text == ELASTIC
    both = frozenset({Applicability.SAFE, Applicability.UNSAFE})
    assert mended(ELASTIC, check, allowed=both).file.text == ELASTIC.replace("= 5", "= 47")


def test_only_the_document_of_a_file_that_a_fix_names_may_change() -> None:
    text = SIGMA + "---\n" + SIGMA.replace("A rule", "B rule")
    check = Mender(
        lambda d: edits.respelled(d, ("level",), "high", "t"), lambda d: d.index == 1 and d.get("level") == "low"
    )
    assert mended(text, check).file.text == SIGMA + "---\n" + SIGMA.replace("A rule", "B rule").replace(
        '"low"', '"high"'
    )


def test_line_breaks_stay_those_of_the_file() -> None:
    check = Mender(
        lambda d: edits.added_item(d, ("rule", "tags"), "new", "t"), lambda d: len(d.get("rule", "tags")) == 3
    )
    found = mended(ELASTIC.replace("\n", "\r\n"), check)
    assert found.file.text == ELASTIC.replace('    "three",\n', '    "three",\n    "new",\n').replace("\n", "\r\n")


def test_edits_are_made_from_the_front_whatever_their_order() -> None:
    assert apply_edits("abc", [TextEdit(Span(2, 3), "C"), TextEdit(Span(0, 1), "A")]) == "AbC"
