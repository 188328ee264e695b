"""isorule translates detection rules, decides whether each translation still means the same, lints and tests rules.

The functions are those of `isorule.api`, imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isorule.analysis import Analysis, Example
    from isorule.api import (
        analyse,
        check,
        collection,
        convert,
        emit,
        evaluate,
        examples,
        load,
        loads,
        map_events,
        overlap,
        parse,
        synth,
        verify,
    )
    from isorule.conversion import Conversion
    from isorule.diagnostics import Diagnostic, IsoruleError, ParseError, UnknownNameError, UnsupportedError
    from isorule.evaluation import Alert
    from isorule.ir.detections import Detection
    from isorule.ir.losses import Emission
    from isorule.ir.rule import Rule
    from isorule.relations import Overlaps
    from isorule.synthesis import Synthesis
    from isorule.verification import Verdict, VerdictKind

__all__ = [
    "Alert",
    "Analysis",
    "Conversion",
    "Detection",
    "Diagnostic",
    "Emission",
    "Example",
    "IsoruleError",
    "Overlaps",
    "ParseError",
    "Rule",
    "Synthesis",
    "UnknownNameError",
    "UnsupportedError",
    "Verdict",
    "VerdictKind",
    "analyse",
    "check",
    "collection",
    "convert",
    "emit",
    "evaluate",
    "examples",
    "load",
    "loads",
    "map_events",
    "overlap",
    "parse",
    "synth",
    "verify",
]

_HOMES = {
    "Alert": "evaluation",
    "Analysis": "analysis",
    "Conversion": "conversion",
    "Detection": "ir.detections",
    "Diagnostic": "diagnostics",
    "Emission": "ir.losses",
    "Example": "analysis",
    "IsoruleError": "diagnostics",
    "Overlaps": "relations",
    "ParseError": "diagnostics",
    "Rule": "ir.rule",
    "Synthesis": "synthesis",
    "UnknownNameError": "diagnostics",
    "UnsupportedError": "diagnostics",
    "Verdict": "verification",
    "VerdictKind": "verification",
}


def __getattr__(name: str) -> object:
    """Public names on first use, so that importing the package costs nothing (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version  # slow to import, and seldom asked for

        return version("isorule")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'api')}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
