"""`isorule dialects`: its options and help; the work is in `isorule.cli.dialects`."""

from __future__ import annotations

from typing import Any

import click

from isorule.cli.exits import ExitCode
from isorule.cli.options import format_option


@click.command()
@format_option
def dialects(**values: Any) -> ExitCode:
    """Show which query languages are read and written, and how far."""
    from isorule.cli.dialects import dialects as run

    return run(**values)
