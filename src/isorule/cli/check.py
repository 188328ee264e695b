"""`isorule check`: what is wrong with rules, from syntax to metadata, and mending it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from isorule.checks.cache import Store
from isorule.checks.choice import Choice, SelectionError, selects_any
from isorule.checks.outcome import Hides
from isorule.cli.cache_folder import cache_folder
from isorule.cli.exits import FAULT_NAME, ExitCode
from isorule.cli.inputs import Input, rule_files
from isorule.cli.linting import Lint, Linter
from isorule.cli.texts import Texts
from isorule.configuration import Configuration, ConfigurationError, find_configuration
from isorule.configuration.globs import matches_any
from isorule.diagnostics import Applicability, Diagnostic, Severity, render
from isorule.report import Findings, finding_formats, render_findings
from isorule.report.baseline import Baseline, BaselineError, baseline_text, read_baseline
from isorule.report.text import counted, findings_summary
from isorule.source.files import write_file

BASELINE_FILE = "isorule-baseline.json"
_SAFE = frozenset({Applicability.SAFE})
_ALL = frozenset({Applicability.SAFE, Applicability.UNSAFE})

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    paths: tuple[str, ...]
    config: Path | None
    no_config: bool
    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    exclude: tuple[str, ...]
    only_rules: bool
    fail_on: str | None
    form: str
    output: Path | None
    fix: bool
    unsafe_fixes: bool
    diff: bool
    baseline: Path | None
    write_baseline: bool
    jobs: int | None
    no_cache: bool
    cache_dir: Path | None


_OPTIONS = (
    click.argument("paths", nargs=-1, metavar="PATHS..."),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Use this configuration file.  [default: the nearest upwards from here]",
    ),
    click.option("--no-config", is_flag=True, help="Use no configuration file."),
    click.option(
        "--select", multiple=True, metavar="NAMES", help="Run these checks only: names, codes, groups, patterns or ALL."
    ),
    click.option(
        "--extend-select",
        multiple=True,
        metavar="NAMES",
        help="Run these checks, too, also if they are off by default.",
    ),
    click.option("--ignore", multiple=True, metavar="NAMES", help="Do not run these checks."),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Pass over these files and folders."),
    click.option("--only-rules", is_flag=True, help="Pass over named files that are no rules, as in folders."),
    click.option(
        "--fail-on",
        type=click.Choice([item.value for item in Severity]),
        help="What makes the run fail.  [default: error]",
    ),
    click.option("--format", "form", type=click.Choice(finding_formats()), default="text", show_default=True),
    click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write there, not to stdout."),
    click.option("--fix", is_flag=True, help="Mend what can be mended without a change of meaning."),
    click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also mend what may change the meaning."),
    click.option("--diff", is_flag=True, help="Show what --fix would do, and do not do it."),
    click.option(
        "--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Leave out the old findings in FILE."
    ),
    click.option("--write-baseline", is_flag=True, help=f"Write all findings to --baseline (or {BASELINE_FILE})."),
    click.option(
        "--jobs",
        type=click.IntRange(min=0),
        metavar="N",
        help="Number of processes; 0 uses all cores.  [default: all cores for many files, 1 for few]",
    ),
    click.option("--no-cache", is_flag=True, help="Check every file again."),
    click.option("--cache-dir", type=click.Path(path_type=Path), metavar="DIR", help="Where results are kept."),
    click.option("--explain", metavar="NAME", help="Print the documentation of a check."),
)


def _with_options(command: Decorated) -> Decorated:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@_with_options
@click.pass_context
def check(ctx: click.Context, /, explain: str | None, **values: Any) -> None:
    """Report what is wrong with rules, with the place underlined.

    PATHS are files, folders, patterns or - for stdin. Exit code 1 where a finding is as grave as --fail-on. Lists of
    NAMES may be given several times or with commas.
    """
    if explain is not None:
        _explain(explain)
        return
    for name in ("select", "extend_select", "ignore"):
        values[name] = tuple(part for text in values[name] for part in text.replace(" ", "").split(",") if part)
    ctx.exit(_run(Request(**values)))


def _explain(name: str) -> None:
    from isorule.report.names import name_text

    text = name_text(name)
    if text is None:
        raise click.UsageError(f"no check, loss or refusal is called {name}; docs/checks.md lists all checks")
    click.echo(text, nl=False)


def _run(request: Request) -> ExitCode:
    if not request.paths:
        raise click.UsageError("Missing argument 'PATHS...'.")
    try:
        configuration = _configuration(request)
        store = _store(request, configuration)
        try:
            linter = Linter(_choice(request, configuration), store, request.jobs, _hides(configuration))
            _validate(linter, request, configuration)
            return _check(request, configuration, linter)
        finally:
            store.close()
    except ConfigurationError as error:
        _stop(error)


def _validate(linter: Linter, request: Request, configuration: Configuration) -> None:
    try:
        linter.validate()
    except SelectionError as error:
        given = {*request.select, *request.extend_select, *request.ignore}
        if error.subject[0] in given or configuration.file is None:
            raise click.UsageError(error.message + (f" ({error.hint})" if error.hint else "")) from error
        raise configuration.error(error.subject, error.message, error.hint) from error


def _check(request: Request, configuration: Configuration, linter: Linter) -> ExitCode:
    items = tuple(_inputs(request, configuration))
    found = linter.run(items)
    _require_rules(found, request)
    if request.fix or request.diff:
        return _mend(request, configuration, linter, items, found)
    return _show(request, configuration, items, found, ())


def _stop(error: ConfigurationError) -> NoReturn:
    files = {} if error.file is None else {error.file.path: error.file}
    for item in error.diagnostics:
        click.echo(render(item, files), err=True)
    raise click.exceptions.Exit(ExitCode.USAGE)


def _configuration(request: Request) -> Configuration:
    if request.no_config:
        return Configuration(Path.cwd())
    if request.config is None:
        return find_configuration(Path.cwd())
    from isorule.configuration.reading import read_configuration

    return read_configuration(request.config)


def _choice(request: Request, configuration: Configuration) -> Choice:
    return Choice(
        select=request.select or configuration.select,
        extend=(*configuration.extend_select, *request.extend_select),
        ignore=(*configuration.ignore, *request.ignore),
        severities=configuration.severity,
        options=configuration.options,
    )


def _inputs(request: Request, configuration: Configuration) -> Iterator[Input]:
    """The files to look at; with --only-rules none counts as named by itself."""
    for item in rule_files(request.paths):
        if not _excluded(item, configuration, request):
            yield replace(item, named=item.named and not request.only_rules)


def _excluded(item: Input, configuration: Configuration, request: Request) -> bool:
    if item.data is not None:
        return False
    return configuration.excludes(item.shown) or matches_any(request.exclude, item.shown)


@dataclass(frozen=True, slots=True)
class _PerFile:
    """What a configuration hides by file; an object, so that it can travel to other processes."""

    configuration: Configuration

    def __call__(self, item: Diagnostic) -> bool:
        selectors = self.configuration.ignored_for(item.path or "")
        return selects_any(selectors, item.code, item.name)


def _hides(configuration: Configuration) -> Hides | None:
    return _PerFile(configuration) if configuration.per_file_ignores else None


def _store(request: Request, configuration: Configuration) -> Store:
    return Store(None if request.no_cache else request.cache_dir or configuration.cache_dir or cache_folder())


def _require_rules(found: Lint, request: Request) -> None:
    """A run that looked at no rule must not look clean, except where a hook says that this may happen."""
    if not found.reports and not request.only_rules:
        raise click.UsageError(f"no rules in {' '.join(request.paths)}")


def _mend(
    request: Request, configuration: Configuration, linter: Linter, items: Sequence[Input], found: Lint
) -> ExitCode:
    from isorule.cli.mending import diff, repairs, write

    allowed = _ALL if request.unsafe_fixes else _SAFE
    files = [item for item in items if item.data is None]
    made = repairs(files, found.diagnostics, linter.plan, allowed, jobs=request.jobs, hides=linter.hides)
    if request.diff:
        return _show_diff([diff(repair) for repair in made])
    problems = [problem for repair in made if (problem := write(repair) or repair.failure) is not None]
    problems += [item for repair in made for item in repair.dropped]
    number = sum(repair.fixed for repair in made)
    click.echo(f"{number} {'fix' if number == 1 else 'fixes'} made", err=True)
    again = linter.run(items) if made else found
    return _show(request, configuration, items, again, tuple(problems))


def _show_diff(texts: Sequence[str]) -> ExitCode:
    click.echo("".join(texts), nl=False)
    click.echo(f"{counted(sum(bool(text) for text in texts), 'file')} would change", err=True)
    return ExitCode.FINDINGS if any(texts) else ExitCode.CLEAN


def _show(
    request: Request,
    configuration: Configuration,
    items: Sequence[Input],
    found: Lint,
    problems: tuple[Diagnostic, ...],
) -> ExitCode:
    texts = Texts(items)
    shown = [*found.diagnostics, *problems]
    if request.write_baseline:
        return _write_baseline(request, configuration, found, texts)
    old = _baseline(request, configuration)
    if old is not None:
        shown = [*old.new(found.diagnostics, texts), *problems]
    findings = Findings(tuple(shown), len(found.reports), texts)
    _emit(request, render_findings(findings, request.form))
    summary = findings_summary(findings)
    if old is not None and len(shown) < len(found.diagnostics) + len(problems):
        summary += f"; {len(found.diagnostics) + len(problems) - len(shown)} in the baseline"
    can_fix = sum(item.fix is not None and item.fix.applicability in _SAFE for item in shown)
    if can_fix and not request.fix:
        summary += f"; {can_fix} can be fixed with --fix"
    click.echo(summary, err=True)
    if any(item.name == FAULT_NAME for item in shown):
        return ExitCode.FAULT
    limit = Severity(request.fail_on) if request.fail_on else configuration.fail_on or Severity.ERROR
    return ExitCode.FINDINGS if findings.at_least(limit) else ExitCode.CLEAN


def _emit(request: Request, text: str) -> None:
    if request.output is None:
        click.echo(text, nl=False)
        return
    try:
        write_file(request.output, text)
    except OSError as error:
        raise click.UsageError(f"{request.output} cannot be written: {error.strerror}") from error


def _baseline_path(request: Request, configuration: Configuration) -> Path | None:
    return request.baseline or configuration.baseline


def _baseline(request: Request, configuration: Configuration) -> Baseline | None:
    path = _baseline_path(request, configuration)
    if path is None:
        return None
    try:
        return read_baseline(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.UsageError(f"the baseline {path} cannot be read: {error.strerror}") from error
    except (BaselineError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path} is no baseline: {error}") from error


def _write_baseline(request: Request, configuration: Configuration, found: Lint, texts: Texts) -> ExitCode:
    path = _baseline_path(request, configuration) or Path(BASELINE_FILE)
    try:
        write_file(path, baseline_text(found.diagnostics, texts))
    except OSError as error:
        raise click.UsageError(f"the baseline {path} cannot be written: {error.strerror}") from error
    click.echo(f"{counted(len(found.diagnostics), 'finding')} written to {path.name}", err=True)
    return ExitCode.CLEAN
