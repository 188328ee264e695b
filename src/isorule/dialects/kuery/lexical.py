"""The characters and words of kuery that mean something.

From the public grammar of Kibana (`kbn-es-query/src/kuery/grammar/grammar.peggy` in github.com/elastic/kibana). Its
literals are trimmed by JavaScript's `String.prototype.trim`, after escapes are read, so an escaped blank at the end of
an unquoted literal goes, too.
"""

from __future__ import annotations

SPACES = " \t\r\n\u00a0"
"""White space between tokens; a no-break space counts."""

SPACE_CLASS = r"[ \t\r\n\u00a0]"
NO_SPACE_CLASS = r"[^ \t\r\n\u00a0]"

SPECIAL = '\\():<>"*{}'
"""Characters that end an unquoted literal unless a backslash stands before them; `*` is the wildcard."""

TRIMMED = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
"""What JavaScript's `trim` takes off: the white space and line ends of ECMAScript."""

CONSTANT_WORDS = frozenset({"true", "false", "null"})
"""Unquoted literals that are no text; lower case only."""

MAX_DEPTH = 60
"""How deep parentheses and braces may nest: twice the 30 levels of `bool` that Elasticsearch runs unless told otherwise
(`indices.query.bool.max_nested_depth`), and shallow enough that whatever goes over a predicate may recurse.
"""
