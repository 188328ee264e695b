"""Query languages: each folder parses text to a detection, writes a detection as text, or both.

A dialect registers under the entry-point group `isorule.dialects`, the built-in ones like those of a plug-in.
"""

from isorule.dialects.registry import Dialect, dialect, dialect_names

__all__ = ["Dialect", "dialect", "dialect_names"]
