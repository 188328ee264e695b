"""Every row of the packaged tables: a test on a value and its mapped form get the same answer from an event and its
mapped form, unless a loss is declared, whose effect then says which way they differ; and what is mapped there and back
asks the same again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from isorule.diagnostics import Effect, IsoruleError
from isorule.evaluation import evaluate_detection
from isorule.ir.axes import Case
from isorule.ir.detections import Match
from isorule.ir.losses import Loss
from isorule.ir.matchers import Equals, Like, Matcher, Wildcard
from isorule.ir.predicates import Field, Predicate, Test
from isorule.ir.rule import LogSource
from isorule.ir.schema import FieldSchema, FieldType
from isorule.mappings import ecs_schema
from isorule.mappings.events import to_sigma, to_taxonomy
from isorule.mappings.tables import ecs_taxonomy
from isorule.mappings.taxonomy import (
    Account,
    Address,
    AsText,
    FieldRow,
    FullText,
    Hashes,
    Layout,
    Prefixed,
    RegistryData,
    Spelled,
)
from isorule.mappings.translation import inward, outward

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
LENGTHS = {"md5": 32, "imphash": 32, "sha1": 40, "sha256": 64}
RUN = Wildcard.RUN


def kind_of(row: FieldRow) -> FieldType | None:
    """The type of the field that holds the value, where it is known."""
    info = ecs_schema().fields.get(row.paths[0]) if row.paths else None
    return info.type if info is not None else None


def values_of(row: FieldRow, separator: str) -> tuple[str | int, ...]:
    """A value of the row, and others that differ from it a little."""
    match row.rewrite:
        case Spelled(spellings):
            return (*(word for word, _ in spellings), "~~")
        case Prefixed(spellings):
            return tuple(rf"{word}\Software\{name}" for word, _ in spellings for name in ("Run", "Runs", "xRun"))
        case Hashes(fields):
            named = [f"{name}={MD5}" for name, _ in fields]
            return (*named, f"{named[0][:-1]}f", ",".join(named))
        case Account():
            return (r"DOMAIN\someone", r"DOMAIN\someone2", r"DOMAIN2\someone")  # Windows writes no name without domain
        case RegistryData():
            return ("DWORD (0x00000001)", "DWORD (0x00000002)", "some text", "texts", "1")
        case Address():
            return ("10.1.2.3", "10.1.2.4", "110.1.2.3")
        case AsText():
            return (4688, 4689, 468)
        case FullText():
            return ("one two", "one twos", "one")
        case _ if kind_of(row) in (FieldType.INTEGER, FieldType.DECIMAL):
            return (445, 446, 44)
        case _ if kind_of(row) is FieldType.DATE:
            return ("2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z")
        case _ if kind_of(row) is FieldType.BOOLEAN:
            return ("true", "false")
        case _ if row.sigma.lower() in LENGTHS:
            digest = (MD5 * 2)[: LENGTHS[row.sigma.lower()]]
            return (digest, f"{digest[:-1]}f")
        case _ if kind_of(row) is FieldType.TEXT:
            return ("one",)  # what else full text finds is declared when the query is written
        case _ if kind_of(row) is FieldType.IP:
            return ("10.1.2.3", "10.1.2.4")
        case _ if not (row.names or row.extensions):
            return ("abc", "abcd", "xabc", "ab")
        case _:
            name = f"{separator}dir{separator}a.exe"
            return (name, f"{separator}dir{separator}xa.exe", f"{separator}dir{separator}a.exe2", "a.exe")


def matchers_of(values: tuple[str | int, ...]) -> Iterator[Matcher]:
    for value in values:
        yield Equals(value) if isinstance(value, int) else Equals(value, Case.INSENSITIVE)
        if isinstance(value, str):
            tail = value[value.rfind("\\") if "\\" in value else value.rfind("/") if "/" in value else 1 :]
            for parts in ((RUN, tail), (value[:-1], RUN), (RUN, value[1:-1], RUN)):
                if all(part for part in parts):
                    yield Like(parts, Case.INSENSITIVE)


def answer(where: Predicate, event: dict[str, object], schema: FieldSchema) -> bool | None:
    try:
        return len(evaluate_detection(Match(where), [event], schema=schema)) > 0
    except IsoruleError:
        return None


def allowed(losses: tuple[Loss, ...], before: bool, after: bool) -> bool:
    """Whether declared losses admit the two answers."""
    effects = {item.effect for item in losses}
    if before == after or Effect.CHANGES in effects:
        return True
    return (Effect.NARROWS if before else Effect.WIDENS) in effects


def rows() -> Iterator[tuple[LogSource, FieldRow]]:
    for section in ecs_taxonomy().sections:
        for row in section.rows:
            yield section.logsource, row


def told(logsource: LogSource) -> str:
    return "/".join(part or "-" for part in (logsource.product, logsource.category, logsource.service))


@pytest.mark.parametrize("wanted", sorted({told(source) for source, _ in rows()}))
def test_conditions_and_events_are_mapped_alike(wanted: str) -> None:
    wrong: list[str] = []
    asked = 0
    for source, row in rows():
        if told(source) != wanted:
            continue
        layout = ecs_taxonomy().layout(source)
        values = values_of(row, layout.separator)
        for matcher in matchers_of(values[:2]):
            try:
                there = outward(Test(Field(row.sigma), matcher), layout)
                back = inward(there.predicate, layout)
            except IsoruleError:
                continue
            for value in values:
                asked += 1
                wrong += differing(
                    row, layout, matcher, value, (there.predicate, there.losses), (back.predicate, back.losses)
                )
    assert wrong == []
    assert asked > 0


def differing(
    row: FieldRow,
    layout: Layout,
    matcher: Matcher,
    value: str | int,
    there: tuple[Predicate, tuple[Loss, ...]],
    back: tuple[Predicate, tuple[Loss, ...]],
) -> Iterator[str]:
    event: dict[str, object] = {row.sigma: value}
    mapped = to_taxonomy(event, ecs_taxonomy(), layout.logsource)
    again = to_sigma(mapped, ecs_taxonomy(), layout.logsource)
    native = answer(Test(Field(row.sigma), matcher), event, FieldSchema())
    outside = answer(there[0], mapped, ecs_schema())
    inside = answer(back[0], again, FieldSchema())
    if native is None or outside is None or inside is None:
        return
    if not allowed(there[1], native, outside):
        yield f"{row.sigma} {matcher}: {value!r} is {native}, {mapped} is {outside}"
    if row.sigma in again and not allowed((*there[1], *back[1]), native, inside):
        yield f"{row.sigma} {matcher}: {value!r} is {native}, and {again} is {inside}"
