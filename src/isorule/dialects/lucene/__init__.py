"""Lucene, the syntax of Elasticsearch's `query_string` query: `language = "lucene"` in Elastic's rules."""

from __future__ import annotations

from isorule.dialects.lucene.capabilities import CAPABILITIES
from isorule.dialects.lucene.emit import emit
from isorule.dialects.lucene.parse import notes, parse
from isorule.dialects.registry import Dialect

LUCENE = Dialect(
    name="lucene", title="Lucene query string", parse=parse, emit=emit, capabilities=CAPABILITIES, notes=notes
)

__all__ = ["LUCENE"]
