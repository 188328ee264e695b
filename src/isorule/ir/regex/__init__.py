"""Regular expressions: the one place that knows their flavors.

`parse` reads a pattern into a tree, `normal` gives the canonical language of a matcher, `shape` what that tells at a
glance, `write` puts it into another flavor, `match` runs it in linear time, `features` names what a pattern uses.
"""

from isorule.ir.regex.features import Feature, features
from isorule.ir.regex.match import compile_regex
from isorule.ir.regex.normal import language, normalize
from isorule.ir.regex.parse import parse_regex
from isorule.ir.regex.shape import as_like, literals
from isorule.ir.regex.write import escape, translate, write_regex

__all__ = [
    "Feature",
    "as_like",
    "compile_regex",
    "escape",
    "features",
    "language",
    "literals",
    "normalize",
    "parse_regex",
    "translate",
    "write_regex",
]
