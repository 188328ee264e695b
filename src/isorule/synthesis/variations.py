"""An event with one field changed in the respects in which engines and rules differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import islice

from isorule.evaluation.dates import MILLISECOND, bound, moment_of
from isorule.ir.analyzers import Analyzer
from isorule.ir.matchers import (
    Bound,
    Complement,
    Equals,
    FieldRef,
    Indexed,
    InNetwork,
    Like,
    Matcher,
    Near,
    OneOf,
    Present,
    Range,
    Scalar,
    Tokens,
    options_of,
)
from isorule.ir.predicates import AnyField, Call, Field, Literal, Operand, Subject, Test
from isorule.ir.walk import walk
from isorule.synthesis.cases import Kind
from isorule.synthesis.moments import written
from isorule.synthesis.patterns import filled
from isorule.synthesis.questions import Leaf, Question
from isorule.synthesis.scene import Scene
from isorule.verification.analyzed import Search, samples
from isorule.verification.cells import Values
from isorule.verification.hints import address_texts

_MOST_OPTIONS = 12
_MOST_TEXTS = 6


@dataclass(frozen=True, slots=True)
class Variation:
    """Values that differ from those of an event in one respect."""

    kind: Kind
    values: Values


def variations(question: Question, leaf: Leaf, base: Values, scene: Scene) -> Iterator[Variation]:
    """Changes of a matching event that may make a leaf bad on it; several of a kind, the best first."""
    for test in walk(question.resolved(leaf)):
        if not isinstance(test, Test):
            continue
        for path in places(test, base, scene):
            yield from _at(test, leaf.wanted, path, base, scene)


def places(test: Test, base: Values, scene: Scene) -> list[str]:
    """Where an event has the values that a test looks at."""
    if isinstance(test.subject, AnyField):
        return list(base)
    found = [
        *paths_of(test.subject),
        *(option.path for option in options_of(test.matcher) if isinstance(option, FieldRef)),
    ]
    return list(dict.fromkeys(scene.setting.fields.reader(path).source for path in found))


def paths_of(subject: Subject) -> Iterator[str]:
    """The paths of the fields of a subject."""
    match subject:
        case Field(path):
            yield path
        case Call(_, arguments):
            for argument in arguments:
                yield from _operand_paths(argument)
        case _:
            return


def _operand_paths(operand: Operand) -> Iterator[str]:
    if not isinstance(operand, Literal):
        yield from paths_of(operand)


def _at(test: Test, wanted: bool, path: str, base: Values, scene: Scene) -> Iterator[Variation]:
    held = base.get(path, [])
    if wanted:
        yield from _bad(test, path, base, held, scene)
    else:
        yield from _excluded(test, path, base, held, scene)
    if held:
        yield Variation(Kind.MISSING, {other: values for other, values in base.items() if other != path})


def _bad(test: Test, path: str, base: Values, held: list[Scalar], scene: Scene) -> Iterator[Variation]:
    """For a test that must hold: values that may not meet it."""
    for changed in _cased(held):
        yield Variation(Kind.LETTER_CASE, base | {path: changed})
    schema = scene.setting.schema
    analyzer = schema[schema.real_path(path)].analyzer
    for option in islice(options_of(test.matcher), _MOST_OPTIONS):
        for kind, value in _outside(option, analyzer):
            yield Variation(kind, base | {path: [value]})
    misses = [*_misspelled(held), *islice(scene.values(path, 7), 3)]
    for value in misses:
        yield Variation(Kind.OTHER, base | {path: [value]})
    for changed in _one_changed(held):
        yield Variation(Kind.OTHER, base | {path: changed})
    for value in misses:
        if held and value not in held:
            yield Variation(Kind.SEVERAL, base | {path: [*held, value]})
    for value in islice(held, 1):
        other = _other_type(value)
        if other is not None:
            yield Variation(Kind.NUMBER_AS_TEXT, base | {path: [other]})


def _excluded(test: Test, path: str, base: Values, held: list[Scalar], scene: Scene) -> Iterator[Variation]:
    """For a test that must not hold: values that may meet it."""
    for option in islice(options_of(test.matcher), _MOST_OPTIONS):
        for kind, value in _inside(option, path, base, scene):
            yield Variation(kind, base | {path: [value]})
            if held and value not in held:
                yield Variation(Kind.SEVERAL, base | {path: [*held, value]})


def _cased(held: list[Scalar]) -> Iterator[list[Scalar]]:
    for change in (str.upper, str.swapcase, str.lower):
        changed: list[Scalar] = [change(value) if isinstance(value, str) else value for value in held]
        if changed != held:
            yield changed


def _misspelled(held: list[Scalar]) -> Iterator[Scalar]:
    """Values close to those of a match: a text with letters changed, the next number, the other Boolean."""
    for value in held:
        match value:
            case bool():
                yield not value
            case int() | float():
                yield value + 1
            case str():
                for place in (len(value) // 2, 0, len(value) - 1):
                    if value[place : place + 1].isalnum():
                        yield f"{value[:place]}{'x' if value[place] not in 'xX' else 'q'}{value[place + 1 :]}"
                yield f"not-{value}"
                yield f"{value}-not"
                yield "example"


def _one_changed(held: list[Scalar]) -> Iterator[list[Scalar]]:
    """A list of values without one of them, or with another in its place."""
    if len(held) > 1:
        for place, value in enumerate(held):
            before, after = held[:place], held[place + 1 :]
            yield [*before, *after]
            yield from ([*before, other, *after] for other in islice(_misspelled([value]), 2))


def _other_type(value: Scalar) -> Scalar | None:
    """A number as its text, a text that writes a whole number as that."""
    match value:
        case bool():
            return None
        case int() | float():
            return str(value)
        case str() if value.isascii() and value.isdigit() and str(int(value)) == value:
            return int(value)
        case _:
            return None


def _outside(option: Matcher, analyzer: Analyzer) -> Iterator[tuple[Kind, Scalar]]:
    """Values just outside of what a matcher takes."""
    match option:
        case Range(lower, upper):
            for end, step in ((lower, -1), (upper, 1)):
                if end is not None:
                    yield from ((Kind.EDGE, value) for value in _stepped(end, step if end.inclusive else 0))
        case InNetwork(blocks):
            for block in blocks:
                yield from ((Kind.NETWORK, value) for value in _beside(block))
        case Near():
            yield from ((Kind.OTHER, text) for text in samples(Search(option, analyzer)))
        case Complement(inner):
            yield from ((Kind.OTHER, value) for value in _samples(inner))
        case _:
            return


def _inside(option: Matcher, path: str, base: Values, scene: Scene) -> Iterator[tuple[Kind, Scalar]]:
    """Values that a matcher takes."""
    match option:
        case Present():
            yield from ((Kind.EXCLUDED, value) for value in scene.values(path))
        case Like(parts):
            yield from ((Kind.EXCLUDED, text) for text in islice(filled(parts, path, base, scene), _MOST_TEXTS))
        case Range(lower, upper):
            for end, step in ((lower, 1), (upper, -1)):
                if end is not None:
                    yield from ((Kind.EDGE, value) for value in _stepped(end, 0 if end.inclusive else step))
        case FieldRef(other):
            held = base.get(scene.setting.fields.reader(other).source, [])
            yield from ((Kind.EXCLUDED, value) for value in held)
        case Indexed(inner):
            yield from _inside(inner, path, base, scene)
        case Complement():
            yield Kind.EXCLUDED, "example"
        case _:
            yield from ((Kind.EXCLUDED, value) for value in _samples(option))


def samples_at(option: Matcher, path: str, base: Values, scene: Scene) -> Iterator[Scalar]:
    """Values of a field that a matcher may take, the most plausible first."""
    yield from (value for _, value in _inside(option, path, base, scene))


def _samples(matcher: Matcher) -> Iterator[Scalar]:
    """Some values that a matcher takes, without a look at the field."""
    match matcher:
        case Equals(value):
            yield value
        case Tokens(text) | Near(text):
            yield text
        case Indexed(inner):
            yield from _samples(inner)
        case InNetwork(blocks):
            for block in blocks:
                try:
                    network = ip_network(block, strict=False)
                except ValueError:
                    continue
                first = int(network.network_address)
                yield from islice(address_texts_of(first + (network.num_addresses > 1), network.version), 1)
        case OneOf(inner):
            for option in islice(inner, _MOST_OPTIONS):
                yield from _samples(option)
        case _:
            return


def address_texts_of(number: int, version: int) -> Iterator[str]:
    """How an address of a version of the protocol is written."""
    return address_texts(number + (0xFFFF << 32) if version == 4 else number)


def _beside(block: str) -> Iterator[str]:
    """The addresses just before and just after a block."""
    try:
        network = ip_network(block, strict=False)
    except ValueError:
        return
    for number in (int(network.broadcast_address) + 1, int(network.network_address) - 1):
        if 0 <= number < 1 << (32 if network.version == 4 else 128):
            yield from islice(address_texts_of(number, network.version), 1)


def _stepped(end: Bound, step: int) -> Iterator[Scalar]:
    """The value at an end of a range, or the next one beside it."""
    match end.value:
        case bool():
            return
        case int() | float():
            yield end.value + step
        case str() if end.value.lstrip("-").isdigit():
            yield int(end.value) + step
        case str():
            at = bound(end.value, False, 0)
            if at is not None:
                yield written(moment_of((at // MILLISECOND + step) * MILLISECOND))
