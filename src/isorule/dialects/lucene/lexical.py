"""The characters and words of Lucene's query syntax that mean something, as in its public grammar.

`QueryParser.jj` of `lucene/queryparser/…/classic` in github.com/apache/lucene, on which Elasticsearch's `query_string`
rests.
"""

from __future__ import annotations

WHITE_SPACE = " \t\n\r\u3000"
"""What stands between tokens."""

TERM_START = r'(?:[^ \t\n\r\u3000+\-!():^\[\]"{}~*?\\/]|\\.)'
TERM_CHARACTER = r'(?:[^ \t\n\r\u3000!():^\[\]"{}~*?\\/]|\\.)'
"""Patterns of one character of a term, to be compiled with DOTALL; `+` and `-` may stand inside, not at the start."""

OPERATOR_WORDS = frozenset({"AND", "OR", "NOT", "&&", "||"})
"""Terms that are operators; upper case only, and only where they stand alone (`a&&b` is one term)."""

EXISTS = "_exists_"
"""The field whose values are names of fields: `_exists_:user.id`."""

MAX_DEPTH = 60
"""How deep parentheses may nest: twice the 30 levels of `bool` that Elasticsearch runs unless told otherwise
(`indices.query.bool.max_nested_depth`), and shallow enough that whatever goes over a predicate may recurse.
"""
