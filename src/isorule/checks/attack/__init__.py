"""Whether a rule's ATT&CK mapping names things that exist, by their names, in their places.

A rule may follow any version of ATT&CK that isorule has a table of: what one of them has in use is right.
"""

from isorule.checks.attack.existence import AttackDeprecated, AttackRevoked, AttackUnknown
from isorule.checks.attack.naming import AttackName, AttackReference
from isorule.checks.attack.structure import AttackDuplicate, AttackParent, AttackTactic
from isorule.checks.attack.versions import AttackBare, AttackMigration, AttackMissing, AttackMixed

CHECKS = (
    AttackUnknown,
    AttackRevoked,
    AttackDeprecated,
    AttackName,
    AttackReference,
    AttackTactic,
    AttackParent,
    AttackDuplicate,
    AttackMixed,
    AttackMigration,
    AttackBare,
    AttackMissing,
)
"""The checks of this family."""
