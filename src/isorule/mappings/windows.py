"""The shapes in which Windows events come as JSON, as events with Sigma's names.

Windows' own form (`Event` with `System`, and `EventData` or `UserData`), as tools that read EVTX files write it, and
flat ones that have the same names side by side (Sysmon, NXLog).
https://learn.microsoft.com/windows/win32/wes/eventschema-schema
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from isorule.mappings.tree import Event

SYSMON: Final = "Microsoft-Windows-Sysmon"
SYSMON_CHANNEL: Final = "Microsoft-Windows-Sysmon/Operational"
_ATTRIBUTES: Final = ("#attributes", "@attributes", "attributes")
_SYSTEM: Final = ("Level", "Task", "Opcode", "Keywords", "EventRecordID", "Version")


def is_windows(event: Event) -> bool:
    """Whether an event has Windows' own form."""
    inner = event.get("Event")
    return isinstance(inner, Mapping) and isinstance(inner.get("System"), Mapping)


def sigma_event(event: Event) -> dict[str, object]:
    """An event in Windows' own form, or a flat one, with Sigma's names; the time is `@timestamp` (UTC, ISO 8601).

    Names that Windows writes with spaces have none (`Threat Name` is `ThreatName`).
    """
    return _of_windows(event) if is_windows(event) else _of_flat(event)


def _of_windows(event: Event) -> dict[str, object]:
    inner: Any = event["Event"]
    system = inner["System"]
    found: dict[str, object] = {
        "@timestamp": _attribute(system.get("TimeCreated"), "SystemTime"),
        "Provider_Name": _attribute(system.get("Provider"), "Name"),
        "EventID": _content(system.get("EventID")),
        "Channel": system.get("Channel"),
        "Computer": system.get("Computer"),
    }
    found |= {name: system[name] for name in _SYSTEM if isinstance(system.get(name), str | int)}
    data = inner.get("EventData")
    if isinstance(data, Mapping):
        found |= _data(data)
    user_data = inner.get("UserData")
    if isinstance(user_data, Mapping):
        for name, value in user_data.items():
            found |= _data(value) if isinstance(value, Mapping) else _data({name: value})
    return {name: value for name, value in found.items() if value is not None}


def _data(data: Mapping[str, Any]) -> dict[str, object]:
    """Named data; the list that some tools write (`Data: [{Name, #text}]`) is taken apart."""
    listed = data.get("Data")
    if isinstance(listed, list) and all(isinstance(item, Mapping) for item in listed):
        return {str(_attribute(item, "Name") or item.get("Name")): _content(item) for item in listed}
    return {name.replace(" ", ""): _content(value) for name, value in data.items() if name not in _ATTRIBUTES}


def _attribute(node: Any, name: str) -> object:
    if not isinstance(node, Mapping):
        return None
    for key in _ATTRIBUTES:
        attributes = node.get(key)
        if isinstance(attributes, Mapping) and name in attributes:
            return attributes[name]
    return node.get(name, node.get(f"@{name}"))


def _content(node: Any) -> object:
    if isinstance(node, Mapping):
        return node.get("#text", node.get("text"))
    return node


def _of_flat(event: Event) -> dict[str, object]:
    found = dict(event)
    if "Channel" not in found and found.get("UtcTime") is not None and "EventID" in found:
        found |= {"Channel": SYSMON_CHANNEL, "Provider_Name": found.get("Provider_Name", SYSMON)}
    if "@timestamp" not in found and isinstance(found.get("UtcTime"), str):
        found["@timestamp"] = str(found["UtcTime"]).replace(" ", "T") + "Z"
    return found
