"""Which file configures a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from isorule.configuration.model import Configuration

OWN_FILE: Final = "isorule.toml"
PROJECT_FILE: Final = "pyproject.toml"


def find_configuration(start: Path) -> Configuration:
    """The configuration of the nearest folder upwards that has one, or the defaults for `start` itself.

    In one folder `isorule.toml` goes before `pyproject.toml`; a `pyproject.toml` without `[tool.isorule]` is passed by.
    Raises ConfigurationError for a file that cannot be used.
    """
    start = start.absolute()
    for folder in (start, *start.parents):
        for name in (OWN_FILE, PROJECT_FILE):
            path = folder / name
            if path.is_file():
                from isorule.configuration.reading import configuration_in  # only where there is one

                found = configuration_in(path)
                if found is not None:
                    return found
    return Configuration(start)
