"""The command `isorule`: its verbs, imported when called, and what becomes of whatever they raise."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from isorule.cli.exits import ExitCode, fault_text
from isorule.diagnostics import IsoruleError, render

VERBS: Mapping[str, tuple[str, str]] = {
    "check": ("isorule.cli.check:check", "Report what is wrong with rules, with the place underlined."),
    "convert": (
        "isorule.cli.commands.convert:convert",
        "Translate rules and say for each whether it still means the same.",
    ),
    "dialects": (
        "isorule.cli.commands.dialects:dialects",
        "Show which query languages are read and written, and how far.",
    ),
    "eval": ("isorule.cli.commands.evaluate:evaluate", "Run rules over events and print the alerts."),
    "explain": ("isorule.cli.commands.explain:explain", "Say in plain words what a rule asks, or what a name means."),
    "synth": ("isorule.cli.commands.synth:synth", "Make events that rules match, and events that just fail to."),
    "overlap": (
        "isorule.cli.commands.overlap:overlap",
        "List pairs of rules that are equivalent, subsumed, or share only their name.",
    ),
    "test": ("isorule.cli.commands.test:test", "Run fixture events against rules and their twins."),
    "verify": ("isorule.cli.commands.verify:verify", "Decide whether B means the same as A."),
}
"""For each verb the command object and its line in `isorule --help`, which thus imports no verb."""


class _PipeClosedError(Exception):
    """Whoever read our output is gone."""


class Program(click.Group):
    """A group that imports a verb when it is named, and turns every exception into an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # the signature is click's
        """The names of the verbs."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # the signature is click's
        """The verb of a name; imports it."""
        if cmd_name not in VERBS:
            return None
        module, _, attribute = VERBS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, from the table rather than from the verbs."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, VERBS[name][1]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; a closed pipe gets a name of its own, because click answers `BrokenPipeError` by itself."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _PipeClosedError from error

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002  # the signature is click's; exceptions are always handled here
        **extra: Any,
    ) -> NoReturn:
        """Run, and end the process with one of `ExitCode`. Nothing that a user can type gives a traceback."""
        _write_utf8()
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except (_PipeClosedError, BrokenPipeError):
            _drop_output()
            sys.exit(ExitCode.PIPE_CLOSED)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("isorule: interrupted", err=True)
            sys.exit(ExitCode.INTERRUPTED)
        except IsoruleError as error:
            click.echo(render(error.diagnostic), err=True)
            sys.exit(ExitCode.USAGE)
        except Exception as error:  # the last resort
            click.echo(fault_text(error), err=True, nl=False)
            if isinstance(error, OSError):
                _drop_output()
            sys.exit(ExitCode.FAULT)
        sys.exit(code if isinstance(code, int) else ExitCode.CLEAN)


def _write_utf8() -> None:
    """Output is UTF-8 with `\\n` on every platform; what UTF-8 cannot hold (a lone surrogate) is escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _drop_output() -> None:
    """Whoever read our output is gone: send the rest nowhere, or the interpreter complains when it flushes at exit."""
    try:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
    except (OSError, ValueError):
        pass  # stdout is no real file (a test): nothing is left to flush


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="isorule", prog_name="isorule")
def isorule() -> None:
    """Translate detection rules, and prove that they still mean the same.

    Results go to stdout, progress and summaries to stderr.
    Exit codes: 0 clean, 1 findings, 2 wrong usage, 3 internal fault.
    """


def main() -> NoReturn:
    """The entry point of the command."""
    isorule.main(prog_name="isorule")
