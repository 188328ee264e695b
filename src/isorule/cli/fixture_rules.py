"""The rules and twins that fixtures name, with what the other files of their folder say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from isorule.cli.collection import Work, has_filter, load, read_all, works
from isorule.cli.inputs import Input, rule_files
from isorule.cli.loading import Failure, guarded, load_rules
from isorule.diagnostics import Diagnostic, ParseError, Severity
from isorule.documents.references import heads, reference_problems
from isorule.fixtures import Fixture
from isorule.ir.rule import Rule
from isorule.source.files import shown_path


@dataclass(frozen=True, slots=True)
class Found:
    """Rules by the path that a fixture writes, what keeps others from being asked, and what else is to be said."""

    rules: Mapping[str, Rule]
    problems: Mapping[str, Diagnostic]
    remarks: tuple[Diagnostic, ...] = ()


def fixture_rules(fixtures: Iterable[Fixture], rules: Path, twins: Path) -> Found:
    """The rules and twins of fixtures, in the folders that stand for `rules/` and `sigma/`.

    A fixture asks the rule of its file that alerts by itself: a correlation, not the rules that it refers to. Those may
    stand in other files of the folder, as may filters. A file that is not there is left out.
    """
    fixtures = tuple(fixtures)
    first = _in_folder(rules, {fixture.rule for fixture in fixtures})
    second = _in_folder(twins, {fixture.twin.path for fixture in fixtures})
    return Found(
        {**first.rules, **second.rules},
        {**first.problems, **second.problems},
        tuple(dict.fromkeys((*first.remarks, *second.remarks))),
    )


def _in_folder(folder: Path, written: Iterable[str]) -> Found:
    places = {path: shown_path(folder.joinpath(*PurePosixPath(path).parts[1:])) for path in sorted(written)}
    files = {path: place for path, place in places.items() if Path(place).is_file()}
    if not files:
        return Found({}, {})
    items = {item.shown: item for item in rule_files((str(folder),))}
    items.update((place, Input(place, PurePosixPath(Path(place).name))) for place in files.values())
    contents = read_all(items.values())
    belonging = {work.item.shown: work for work in works(tuple(items.values()), contents)}
    rules: dict[str, Rule] = {}
    problems: dict[str, Diagnostic] = {}
    remarks: dict[Diagnostic, None] = {}
    for path, place in files.items():
        work = belonging[place]
        found = guarded(place, partial(_asked, work, contents))
        if isinstance(found, Failure):
            problems[path] = found.diagnostic
            continue
        rules[path] = found
        remarks.update(
            (remark, None)
            for item in (work.item, *work.related)
            for remark in _remarks(belonging[item.shown], contents)
        )
    return Found(rules, problems, tuple(remarks))


def _asked(work: Work, contents: Mapping[str, bytes]) -> Rule:
    """The rule of a file that a fixture asks.

    Raises IsoruleError where the file cannot be read, has not one such rule, or one that refers to unknown rules.
    """
    if work.item.shown not in contents:
        load_rules(work.item)  # says why it cannot be read
    rules = load(work, contents[work.item.shown], contents).rules
    found = heads(rules)
    if len(found) != 1:
        message = f"a fixture asks one rule, and the file has {len(found)} that no correlation refers to"
        raise ParseError(Diagnostic("FIX004", "which-rule", Severity.ERROR, message, path=work.item.shown))
    for problem in reference_problems(found[0]):
        raise ParseError(problem)
    return found[0]


def _remarks(work: Work, contents: Mapping[str, bytes]) -> tuple[Diagnostic, ...]:
    """What is to be said of the filters of a file; nothing where it cannot be read."""
    if not has_filter(contents.get(work.item.shown, b"")):
        return ()
    found = guarded(work.item.shown, partial(load, work, contents[work.item.shown], contents))
    if isinstance(found, Failure):
        return ()
    return tuple(problem for own in found.problems.values() for problem in own)
