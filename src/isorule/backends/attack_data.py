"""ATT&CK for backends that ask pySigma for it (Elastic's `siem_rule`), from isorule's tables.

pySigma downloads it at first use, and waits long where there is no network; its public setting takes a file of STIX in
place of the address.
https://sigmahq-pysigma.readthedocs.io/ (`sigma.data.mitre_attack.set_url`)
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path

from isorule.attack import VERSIONS, AttackVersion, attack


@cache
def offer_attack_data() -> None:
    """Let pySigma read isorule's newest table in place of downloading one; once for each process."""
    try:
        loader = import_module("sigma.data.mitre_attack")
    except ImportError:
        return
    folder = _folder()
    file = Path(folder.name) / "enterprise-attack.json"
    file.write_text(json.dumps(stix(attack(VERSIONS[-1]))), encoding="utf-8")
    loader.set_url(str(file))
    loader.set_cache_dir(str(Path(folder.name) / "cache"))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that lives as long as the process."""
    return tempfile.TemporaryDirectory(prefix="isorule-attack-", ignore_cleanup_errors=True)


def stix(table: AttackVersion) -> dict[str, object]:
    """The tactics and techniques in use of a version as the STIX objects that pySigma reads."""
    tactics = [item for item in table.tactics.values() if item.domain == "enterprise"]
    names = {item.id: item.shortname for item in tactics}
    objects: list[dict[str, object]] = [{"type": "x-mitre-collection", "x_mitre_version": table.version}]
    objects += [
        {"type": "x-mitre-tactic", "x_mitre_shortname": item.shortname, "external_references": _reference(item.id)}
        for item in tactics
    ]
    objects += [
        {
            "type": "attack-pattern",
            "name": item.name,
            "external_references": _reference(item.id),
            "kill_chain_phases": [
                {"kill_chain_name": "mitre-attack", "phase_name": names[tactic]}
                for tactic in item.tactics
                if tactic in names
            ],
        }
        for item in table.techniques.values()
        if item.domain == "enterprise" and not item.revoked and not item.deprecated
    ]
    return {"type": "bundle", "objects": objects}


def _reference(key: str) -> list[dict[str, str]]:
    return [{"source_name": "mitre-attack", "external_id": key}]
