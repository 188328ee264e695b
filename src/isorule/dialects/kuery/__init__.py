"""kuery, the query language of Kibana: `language = "kuery"` in Elastic's rules."""

from __future__ import annotations

from isorule.dialects.kuery.capabilities import CAPABILITIES
from isorule.dialects.kuery.emit import emit
from isorule.dialects.kuery.parse import parse
from isorule.dialects.registry import Dialect

KUERY = Dialect(name="kuery", title="Kibana kuery", parse=parse, emit=emit, capabilities=CAPABILITIES)

__all__ = ["KUERY"]
