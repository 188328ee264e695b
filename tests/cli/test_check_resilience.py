"""What one fault, one bad document, or an unusual line break may not take from the rest of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from isorule.checks.check import CheckedDocument
from isorule.checks.facts import Collected, CollectionFinding

Run = Callable[..., Any]
Write = Callable[..., Path]


def found(result: Any) -> list[tuple[str, str, int | None]]:
    """Path, name and line of every diagnostic of a run with `--format jsonl`."""
    items = [json.loads(line) for line in result.stdout.splitlines()]
    return [(item["path"], item["name"], item.get("line")) for item in items]


@pytest.fixture
def faulty_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """One check of rules divides by zero where the title has a B."""
    from isorule.checks.sigma.sigmahq_titles import TitleLength

    def fail(_: object, document: CheckedDocument) -> Iterator[object]:
        return iter([1 // ("B" not in str(document.get("title")))][:0])

    monkeypatch.setattr(TitleLength, "in_rule", fail)


@pytest.mark.usefixtures("faulty_check")
def test_a_fault_in_one_check_hides_no_other_finding(run: Run, write: Write, texts: Any) -> None:
    """The level of both files is misspelt; in the second one a check stumbles, too."""
    for name, title in (("a.yml", "Rule A"), ("b.yml", "Rule B")):
        write(name, texts.sigma().replace("Rule 0", title).replace("level: low", "level: lwo"))
    result = run("check", "--select", "schema,sigmahq-title-length", "--format", "jsonl", ".")
    assert result.exit_code == 3
    assert found(result) == [("a.yml", "schema", 15), ("b.yml", "internal-fault", None), ("b.yml", "schema", 15)]
    (fault,) = [json.loads(line) for line in result.stdout.splitlines() if "internal-fault" in line]
    wanted = "sigmahq-title-length: internal fault: ZeroDivisionError: integer division or modulo by zero"
    assert fault["message"] == wanted


def test_a_fault_in_one_check_of_collections_hides_no_other(
    run: Run, write: Write, texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from isorule.checks.identity import UniqueName

    def fail(_: object, facts: list[Collected]) -> Iterator[CollectionFinding]:
        return iter([1 // (len(facts) - 2)][:0])

    monkeypatch.setattr(UniqueName, "in_collection", fail)
    write("a.yml", texts.sigma())
    write("b.yml", texts.sigma())
    result = run("check", "--select", "unique-id,unique-name", "--format", "jsonl", ".")
    assert result.exit_code == 3
    assert found(result) == [("", "internal-fault", None), ("b.yml", "unique-id", 2)]


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_bad_document_takes_nothing_from_the_others(run: Run, write: Write, texts: Any, bad: int) -> None:
    """`duplicate-term` looks at detections that were understood; the modifier of one document is unknown."""
    documents = [texts.sigma(number, value="[bash, bash]") for number in range(3)]
    documents[bad] = documents[bad].replace("|cased", "|nosuch")
    write("a.yml", "---\n".join(documents))
    result = run("check", "--select", "duplicate-term", "--format", "jsonl", "a.yml")
    names = ["unknown-modifier" if number == bad else "duplicate-term" for number in range(3)]
    assert found(result) == [("a.yml", name, 13 + 16 * number) for number, name in enumerate(names)]


def test_every_bad_document_is_told_of(run: Run, write: Write, texts: Any) -> None:
    documents = [texts.sigma(number).replace("|cased", "|nosuch") for number in range(2)]
    write("a.yml", "---\n".join(documents))
    names = [name for _, name, _ in found(run("check", "--format", "jsonl", "a.yml"))]
    assert names.count("unknown-modifier") == 2


def test_a_carriage_return_alone_ends_a_line_of_yaml(run: Run, write: Write, texts: Any) -> None:
    """YAML 1.2.2, rule 26: a line break is CR LF, CR, or LF."""
    text = texts.sigma().replace("level: low", "level: lwo")
    write("lf.yml", text)
    write("cr.yml", text.replace("\n", "\r"))
    result = run("check", "--select", "schema", "--format", "jsonl", "lf.yml", "cr.yml")
    assert found(result) == [("cr.yml", "schema", 15), ("lf.yml", "schema", 15)]
