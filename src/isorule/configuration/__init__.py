"""The configuration of a project: `[tool.isorule]` in `pyproject.toml`, or `isorule.toml`, the nearest one upwards.

`finding` finds the file and `reading` reads it; `model` is what it says.
"""

from isorule.configuration.finding import find_configuration
from isorule.configuration.model import Configuration, ConfigurationError

__all__ = ["Configuration", "ConfigurationError", "find_configuration"]
