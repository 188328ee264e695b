"""Where results are kept between runs if nobody says otherwise."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

VARIABLE: Final = "ISORULE_CACHE_DIR"
"""This environment variable names the folder."""


def cache_folder() -> Path | None:
    """The folder that the environment names, or that of the user's caches; None where the user has no home.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    root = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(root) if root else Path.home() / ".cache") / "isorule"
    except RuntimeError:
        return None
