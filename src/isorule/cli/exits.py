"""Exit codes, and what is printed when isorule itself is at fault."""

from __future__ import annotations

import os
import traceback
from enum import IntEnum, unique

from isorule.diagnostics import Diagnostic, Severity

DEBUG = "ISORULE_DEBUG"
"""Set to 1, this environment variable asks for the traceback of an internal fault."""


@unique
class ExitCode(IntEnum):
    """CLEAN; FINDINGS: also a loss over the limit or a failed verdict; USAGE: also configuration; FAULT: a bug of ours.

    INTERRUPTED and PIPE_CLOSED are what a shell reports for a process ended by SIGINT and SIGPIPE: a run that was cut
    short has shown nothing, so it must not look clean.
    """

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    FAULT = 3
    INTERRUPTED = 130
    PIPE_CLOSED = 141


FAULT_NAME = "internal-fault"
FAULT_NAMES = frozenset({FAULT_NAME, "undeclared-difference"})
"""The names of diagnostics that tell of a bug of ours."""


def debugging() -> bool:
    """Whether tracebacks are wanted."""
    return os.environ.get(DEBUG) == "1"


def fault_text(error: BaseException) -> str:
    """What to print for an exception that should not have come this far."""
    if debugging():
        return "".join(traceback.format_exception(error))
    if isinstance(error, OSError) and error.filename is None:  # a stream that is full or broken has no name
        return f"isorule: the output cannot be written: {error.strerror or error}\n"
    return f"isorule: internal fault: {_summary(error)}\n{_REPORT}\n"


def fault_diagnostic(path: str, error: BaseException) -> Diagnostic:
    """The same for one file of a batch, so that the others go on."""
    message = "".join(traceback.format_exception(error)) if debugging() else f"internal fault: {_summary(error)}"
    return Diagnostic("FAULT", FAULT_NAME, Severity.ERROR, message, hint=_REPORT, path=path)


_REPORT = f"this is a bug in isorule, not in your input; please report it ({DEBUG}=1 shows the traceback)"


def _summary(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
