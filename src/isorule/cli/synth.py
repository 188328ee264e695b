"""`isorule synth`: fixture events for rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import click

import isorule
from isorule.cli.batch import run_batch
from isorule.cli.collection import Work, load, read_all, works
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import Input, rule_files
from isorule.cli.loading import Failure, Texts, guarded, load_rules
from isorule.diagnostics import Diagnostic, Severity, render
from isorule.ir.rule import Rule
from isorule.report import json
from isorule.report.synthesis import case_json, fixture_text, synthesis_summary
from isorule.source.files import shown_path, write_file
from isorule.synthesis import Synthesis

_TWIN_SUFFIX = ".yml"
_NO_TWIN = "the events were made for this rule alone"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for every rule. `twins` is the folder of the rules in the other language."""

    matching: int
    near_miss: bool
    seed: int
    form: str
    fields: Mapping[str, object] | None
    twins: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a file gave: texts by the name of a fixture file, and what was not made."""

    texts: tuple[tuple[str, str], ...]
    found: tuple[Synthesis, ...]
    problems: tuple[Diagnostic, ...]


def synth(
    paths: tuple[str, ...],
    matching: int,
    near_miss: bool,
    seed: int,
    form: str,
    out: Path | None,
    twins: str,
    fields: Mapping[str, object] | None,
    jobs: int,
) -> ExitCode:
    """Make events that rules match, and events that just fail to."""
    items = rule_files(paths)
    asked = Asked(matching, near_miss or form == "fixture", seed, form, fields, twins)
    made = run_batch(partial(_make, asked=asked), works(items, read_all(items)), jobs=jobs, label="synth")
    problems = [problem for one in made for problem in one.problems]
    texts = [text for one in made for text in one.texts]
    if out is None:
        separator = "---\n" if form == "fixture" else ""
        click.echo(separator.join(text for _, text in texts), nl=False)
    else:
        problems += _written(texts, out)
    files = Texts(items)
    for problem in problems:
        click.echo(render(problem, files), err=True)
    click.echo(synthesis_summary([found for one in made for found in one.found]), err=True)
    if any(problem.name == FAULT_NAME for problem in problems):
        return ExitCode.FAULT
    grave = any(problem.severity is not Severity.INFO for problem in problems)
    return ExitCode.FINDINGS if grave else ExitCode.CLEAN


def _rules(work: Work) -> tuple[tuple[Rule, ...], int]:
    """The rules of a file that alert by themselves, and how many it has in all."""
    contents = read_all((work.item, *work.related))
    if work.item.shown not in contents:
        rules = tuple(load_rules(work.item))  # reading it says why it cannot be read
        return rules, len(rules)
    loaded = load(work, contents[work.item.shown], contents)
    alone = tuple(rule for number, rule in enumerate(loaded.rules) if number not in loaded.parts)
    return alone, len(loaded.rules)


def _make(work: Work, *, asked: Asked) -> Made:
    item = work.item
    read = guarded(item.shown, partial(_rules, work))
    if isinstance(read, Failure):
        return Made((), (), (read.diagnostic,))
    loaded, count = read
    texts: list[tuple[str, str]] = []
    found: list[Synthesis] = []
    problems: list[Diagnostic] = []
    for number, rule in enumerate(loaded, 1):
        made = guarded(item.shown, partial(_of_rule, rule, asked))
        if isinstance(made, Failure):
            problems.append(made.diagnostic)
            continue
        found.append(made)
        problems += made.problems
        stem = item.relative.stem if len(loaded) == 1 else f"{item.relative.stem}-{number}"
        written = guarded(item.shown, partial(_text, rule, made, item, stem, asked, count))
        if isinstance(written, Failure):
            problems.append(written.diagnostic)
        elif written is not None:
            texts.append((f"{stem}{'.yml' if asked.form == 'fixture' else '.ndjson'}", written))
        elif made.matching:
            problems.append(_no_fixture(item.shown))
    return Made(tuple(texts), tuple(found), tuple(problems))


def _of_rule(rule: Rule, asked: Asked) -> Synthesis:
    return isorule.synth(rule, matching=asked.matching, near_miss=asked.near_miss, seed=asked.seed, fields=asked.fields)


def _text(rule: Rule, made: Synthesis, item: Input, stem: str, asked: Asked, rules: int) -> str | None:
    if asked.form == "ndjson":
        return "".join(json.line(case_json(rule, case)) for case in made.cases)
    name = PurePosixPath(item.shown).name
    if rules > 1:
        return None
    if rule.language == "sigma" and name.endswith(_TWIN_SUFFIX):
        return fixture_text(made, f"sigma/{name}", None)
    twin = Path(asked.twins, f"{stem}{_TWIN_SUFFIX}")
    status = None if twin.is_file() else {"status": "notyet", "reason": _NO_TWIN}
    return fixture_text(made, f"rules/{name}", status)


def _no_fixture(path: str) -> Diagnostic:
    message = "no fixture: it needs a rule to itself, a match and a near miss"
    return Diagnostic("SYN002", "no-fixture-made", Severity.WARNING, message, path=path)


def _written(texts: Sequence[tuple[str, str]], out: Path) -> list[Diagnostic]:
    """Writes the files; a diagnostic for each that could not be written, or whose name is taken."""
    found: list[Diagnostic] = []
    taken: set[str] = set()
    for name, text in texts:
        target = out / name
        try:
            if name in taken:
                raise OSError(f"another rule has the file {name}")
            out.mkdir(parents=True, exist_ok=True)
            write_file(target, text)
            taken.add(name)
        except OSError as error:
            message = f"the file cannot be written: {error.strerror or error}"
            found.append(Diagnostic("OUT002", "unwritable-file", Severity.ERROR, message, path=shown_path(target)))
    return found
