"""`isorule dialects`: the support matrix, computed from what each dialect declares, and the installed backends."""

from __future__ import annotations

import click

from isorule import backends
from isorule.cli.exits import ExitCode
from isorule.diagnostics import IsoruleError, render
from isorule.dialects import dialect, dialect_names
from isorule.documents import document_names
from isorule.report import json
from isorule.report.backends import backends_json, backends_text
from isorule.report.matrix import matrix_json, matrix_text


def dialects(form: str) -> ExitCode:
    """Show which query languages are read and written, and how far."""
    found = [dialect(name) for name in dialect_names()]
    installed, pipelines = _installed()
    if form == "json":
        click.echo(json.document(matrix_json(found) | backends_json(installed, pipelines)), nl=False)
    else:
        own = (*document_names(), *dialect_names())
        click.echo(f"{matrix_text(found)}\n{backends_text(installed, pipelines, own)}", nl=False)
    return ExitCode.CLEAN


def _installed() -> tuple[list[backends.InstalledBackend], tuple[str, ...]]:
    """The backends and pipelines; none, with the reason on stderr, where pySigma cannot look for them."""
    try:
        return [backends.installed_backend(name) for name in backends.backend_names()], backends.pipeline_names()
    except IsoruleError as error:
        click.echo(render(error.diagnostic), err=True)
        return [], ()
