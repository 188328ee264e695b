"""The shapes in which Windows events come as JSON, as events with Sigma's names.

Windows' own form (`Event` with `System`, and `EventData` or `UserData`), as tools that read EVTX files write it, flat
ones that have the same names side by side (Sysmon, NXLog), and Winlogbeat's before an ingest pipeline lays them out.
https://learn.microsoft.com/windows/win32/wes/eventschema-schema
https://www.elastic.co/docs/reference/beats/winlogbeat/exported-fields-winlog
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from isorule.mappings.tree import Event

SYSMON: Final = "Microsoft-Windows-Sysmon"
SYSMON_CHANNEL: Final = "Microsoft-Windows-Sysmon/Operational"
_ATTRIBUTES: Final = ("#attributes", "@attributes", "attributes")
_APART: Final = "_attributes"
_SYSTEM: Final = ("Level", "Task", "Opcode", "Keywords", "EventRecordID", "Version")


def is_windows(event: Event) -> bool:
    """Whether an event has Windows' own form, or Winlogbeat's without the fields of ECS that a pipeline adds."""
    inner = event.get("Event")
    return (isinstance(inner, Mapping) and isinstance(inner.get("System"), Mapping)) or _is_raw(event)


def _is_raw(event: Event) -> bool:
    winlog, about = event.get("winlog"), event.get("event")
    laid_out = isinstance(about, Mapping) and "category" in about
    return isinstance(winlog, Mapping) and "event_id" in winlog and not laid_out


def sigma_event(event: Event) -> dict[str, object]:
    """An event in Windows' own form, or a flat one, with Sigma's names; the time is `@timestamp` (UTC, ISO 8601).

    Names that Windows writes with spaces have none (`Threat Name` is `ThreatName`).
    """
    if _is_raw(event):
        return _of_winlogbeat(event)
    return _of_windows(event) if is_windows(event) else _of_flat(event)


def _of_winlogbeat(event: Event) -> dict[str, object]:
    winlog: Any = event["winlog"]
    number = winlog.get("event_id")
    found: dict[str, object] = {
        "@timestamp": event.get("@timestamp"),
        "Provider_Name": winlog.get("provider_name"),
        "EventID": int(number) if isinstance(number, str) and number.isdecimal() else number,
        "Channel": winlog.get("channel"),
        "Computer": winlog.get("computer_name"),
        "Message": event.get("message"),
    }
    for data in (winlog.get("event_data"), winlog.get("user_data")):
        found |= _data(data) if isinstance(data, Mapping) else {}
    return {name: value for name, value in found.items() if value is not None}


def _of_windows(event: Event) -> dict[str, object]:
    inner: Any = event["Event"]
    system = inner["System"]
    found: dict[str, object] = {
        "@timestamp": _attribute(_node(system, "TimeCreated"), "SystemTime"),
        "Provider_Name": _attribute(_node(system, "Provider"), "Name"),
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
    """Named data; what some tools write (`Data: [{Name, #text}]`, or one such object) is taken apart."""
    listed = data.get("Data")
    items = listed if isinstance(listed, list) else [listed]
    if all(isinstance(item, Mapping) and _attribute(item, "Name") is not None for item in items):
        return {str(_attribute(item, "Name")).replace(" ", ""): _content(item) for item in items}
    return {name.replace(" ", ""): _content(value) for name, value in data.items() if not _is_attributes(name)}


def _is_attributes(name: str) -> bool:
    return name in _ATTRIBUTES or name.endswith(_APART)


def _node(system: Mapping[str, Any], name: str) -> object:
    """What stands under a name, or its attributes, which some tools write beside it (`Provider_attributes`)."""
    return system.get(name, system.get(name + _APART))


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
    elif "@timestamp" not in found and "Channel" in found and isinstance(found.get("SystemTime"), str):
        found["@timestamp"] = found["SystemTime"]
    return found
