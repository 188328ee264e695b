"""JSON Schemas of the files that isorule reads and writes, and what a document does wrong by them.

The schemas stand in `schemas/` at the top of the project, where editors look for them; the wheel puts them beside
this module (`force-include` in pyproject.toml), and an installation that only points to the sources reads them there.
"""

from isorule.schemas.places import schema_diagnostics, span_at
from isorule.schemas.violations import Violation, schema, schema_names, violations

__all__ = ["Violation", "schema", "schema_diagnostics", "schema_names", "span_at", "violations"]
