"""The shape of a rule file: keys and types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from isorule.checks.check import ELASTIC, SIGMA, About, CheckedDocument, Finding
from isorule.diagnostics import Severity
from isorule.schemas import violations

_SCHEMAS = {ELASTIC: "elastic-rule", SIGMA: "sigma-rule"}


class SchemaValidity:
    """Keys and values that the format of the file does not allow.

    ## What it does
    Compares a rule file with the schema of its format: unknown and missing keys, values of a wrong type, values outside
    of a fixed list, numbers and texts outside of their limits.

    ## Why
    A misspelt key is silently ignored by most tools, and a rule that Kibana or a converter refuses is found out only
    when it is deployed.

    ## Example
    ```yaml
    title: Network tool in a container
    logsource:
      category: process_creation
      product: linux
    detection:
      selection:
        Image|endswith: '/nmap'
      condition: selection
    level: mediun
    ```

    ## Use instead
    ```yaml
    title: Network tool in a container
    logsource:
      category: process_creation
      product: linux
    detection:
      selection:
        Image|endswith: '/nmap'
      condition: selection
    level: medium
    ```

    ## Fix
    None. What was meant is for the author to say.

    ## References
    - https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md
    - https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule
    """

    about: ClassVar = About("SCHEMA001", "schema", Severity.ERROR)

    def in_rule(self, document: CheckedDocument) -> Iterator[Finding]:
        """One finding for each violation."""
        for found in violations(_SCHEMAS[document.format], document.values):
            yield Finding(found.path, found.message, found.hint, at_key=found.at_key)


CHECKS = (SchemaValidity,)
"""The checks of this family."""
