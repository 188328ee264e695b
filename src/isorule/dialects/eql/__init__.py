"""EQL, the event query language of Elasticsearch: `parse` reads a query, `emit` writes one."""

from isorule.dialects.eql.capabilities import CAPABILITIES
from isorule.dialects.eql.emit import emit
from isorule.dialects.eql.parse import parse
from isorule.dialects.registry import Dialect

EQL = Dialect(
    name="eql",
    title="Elasticsearch EQL",
    parse=parse,
    emit=emit,
    capabilities=CAPABILITIES,
)

__all__ = ["EQL", "emit", "parse"]
