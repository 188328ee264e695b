"""Events with the fields that a rule asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from isorule.conversion.fields import FieldMapping
from isorule.documents.sigma_homes import DEFAULT_TAXONOMY, LOGSOURCE
from isorule.ir.rule import LogSource, Rule
from isorule.mappings.events import belongs, to_sigma, to_taxonomy
from isorule.mappings.tables import ecs_taxonomy

Event = Mapping[str, object]


def mapped_event(event: Event, mapping: FieldMapping, logsource: LogSource | None = None) -> dict[str, object]:
    """The event with the names that the mapping asks for; without a log source its own fields tell where it is from."""
    if mapping.to_sigma:
        return to_sigma(event, mapping.taxonomy, logsource)
    return to_taxonomy(event, mapping.taxonomy, logsource)


def logsource_argument(given: LogSource | Mapping[str, object] | None) -> LogSource | None:
    """A log source as a caller writes it: the object, or a table with product, category and service.

    Raises TypeError for a table with other values than texts.
    """
    if given is None or isinstance(given, LogSource):
        return given
    for name, value in given.items():
        if not isinstance(value, str):
            raise TypeError(f"a log source has texts, {name} is {value!r}")
    found: LogSource = LOGSOURCE.read(dict(given))
    return found


def events_for(rule: Rule, events: Iterable[Event], mapping: FieldMapping | None = None) -> list[dict[str, object]]:
    """The events that a rule is meant for, with the names of its taxonomy: the mapping's, by default that of ECS.

    A Sigma rule is asked about events of its log source only, since that is a condition which the rule does not say
    itself; a rule of another taxonomy says all that it asks, and gets all events.
    """
    taxonomy = mapping.taxonomy if mapping is not None else ecs_taxonomy()
    if rule.data_source.taxonomy != DEFAULT_TAXONOMY:
        return [to_taxonomy(event, taxonomy) for event in events]
    logsource = rule.data_source.logsource
    return [to_sigma(event, taxonomy, None) for event in events if belongs(event, logsource, taxonomy)]
