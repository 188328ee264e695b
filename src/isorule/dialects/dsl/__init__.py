"""Query DSL, the query language of Elasticsearch that Kibana translates kuery into."""

from __future__ import annotations

from isorule.dialects.dsl.capabilities import CAPABILITIES
from isorule.dialects.dsl.emit import emit
from isorule.dialects.dsl.parse import parse
from isorule.dialects.registry import Dialect

DSL = Dialect(name="dsl", title="Elasticsearch Query DSL", parse=parse, emit=emit, capabilities=CAPABILITIES)

__all__ = ["DSL"]
