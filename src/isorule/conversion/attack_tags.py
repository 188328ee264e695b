"""ATT&CK: Elastic's nested threats and Sigma's flat tags.

A flat list of tags does not say which technique belongs to which tactic; ATT&CK itself does.
"""

from __future__ import annotations

from isorule.ir.rule import Threat


def tags_of(threats: tuple[Threat, ...]) -> tuple[str, ...]:
    """Sigma tags for threats: each tactic followed by its techniques, without repetition."""
    tags: list[str] = []
    for threat in threats:
        tags.append(f"attack.{threat.tactic_name.lower().replace(' ', '-')}")
        for technique in threat.techniques:
            tags.append(f"attack.{technique.id.lower()}")
            tags.extend(f"attack.{inner.id.lower()}" for inner in technique.subtechniques)
    return tuple(dict.fromkeys(tags))
