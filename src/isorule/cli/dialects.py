"""`isorule dialects`: the support matrix, computed from what each dialect declares."""

from __future__ import annotations

import click

from isorule.cli.options import format_option
from isorule.dialects import dialect, dialect_names
from isorule.report import json
from isorule.report.matrix import matrix_json, matrix_text


@click.command()
@format_option
def dialects(form: str) -> None:
    """Show which query languages are read and written, and how far."""
    found = [dialect(name) for name in dialect_names()]
    click.echo(json.document(matrix_json(found)) if form == "json" else matrix_text(found), nl=False)
