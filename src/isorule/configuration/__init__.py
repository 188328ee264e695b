"""The configuration of a project: `[tool.isorule]` in `pyproject.toml`, or `isorule.toml`, the nearest one upwards.

`finding` finds the file and `reading` reads it; `model` is what it says.

One configuration holds for a whole run, whatever folders its files are in: checks of collections compare rules of all
of them, and could not be on for one rule and off for the other. Folders that differ in which findings are hidden have
`per-file-ignores`; those that differ in more (a collection of their own) are checked by a run from within each.
"""

from isorule.configuration.finding import find_configuration
from isorule.configuration.model import Configuration, ConfigurationError

__all__ = ["Configuration", "ConfigurationError", "find_configuration"]
