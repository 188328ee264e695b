"""MITRE ATT&CK as tables: tactics, techniques, what was revoked and what stands for it, by version.

The tables are made by `tools/make_attack_table.py` and read at the first call.
"""

from isorule.attack.stix import read_stix
from isorule.attack.tables import (
    VERSIONS,
    AttackVersion,
    Tactic,
    Technique,
    attack,
    tactic_by_shortname,
    technique,
)

__all__ = [
    "VERSIONS",
    "AttackVersion",
    "Tactic",
    "Technique",
    "attack",
    "read_stix",
    "tactic_by_shortname",
    "technique",
]
