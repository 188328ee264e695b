"""EQL, the event query language of Elasticsearch: `parse` reads a query, `emit` writes one.

`verify_fields` says what Elasticsearch refuses once it knows the types of the fields.
"""

from isorule.dialects.eql.capabilities import CAPABILITIES
from isorule.dialects.eql.emit import emit
from isorule.dialects.eql.exact import with_exact_fields
from isorule.dialects.eql.parse import parse
from isorule.dialects.eql.verify import verify_fields
from isorule.dialects.registry import Dialect

EQL = Dialect(
    name="eql",
    title="Elasticsearch EQL",
    parse=parse,
    emit=emit,
    capabilities=CAPABILITIES,
    verify=verify_fields,
    exact=with_exact_fields,
)

__all__ = ["EQL", "emit", "parse", "verify_fields"]
