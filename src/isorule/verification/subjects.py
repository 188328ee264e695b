"""The leaves of two formulas by where they look for values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from functools import cached_property

from isorule.diagnostics import IsoruleError
from isorule.evaluation import evaluate_operand
from isorule.evaluation.events import Fields
from isorule.evaluation.matching import Kind
from isorule.evaluation.nesting import Nesting
from isorule.evaluation.references import refers
from isorule.ir.axes import Case
from isorule.ir.core import Atom, CoreMatcher, Language, Single
from isorule.ir.matchers import Complement, Equals, Present
from isorule.ir.predicates import AnyField, Call, Field, Literal, Operand
from isorule.ir.schema import FieldInfo, FieldSchema, FieldType
from isorule.verification.bounding import fact
from isorule.verification.computed import computed_fact
from isorule.verification.facts import DOMAINS, Domain, Fact, impossible
from isorule.verification.formulas import Leaf

ANYWHERE = "*"
"""The place of leaves about all fields together."""

_CONTAINERS = (FieldType.OBJECT, FieldType.NESTED)
_LISTED_FIRST = ("message", "event.id")


@unique
class Asks(Enum):
    """What a leaf asks of the values of its place: some value that meets a matcher, any value, or exactly one."""

    VALUE = "value"
    ANY = "any"
    SOLE = "sole"


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf that some values of one place decide. Where `inverted`, the value must fail the matcher.

    `fact` is None for leaves about all fields: there each kind of field has its own.
    """

    place: str
    asks: Asks
    fact: Fact | None = None
    inverted: bool = False
    matcher: CoreMatcher | None = None


class Subjects:
    """Places leaves, and knows the kinds of fields that an event may have."""

    def __init__(self, schema: FieldSchema, now: int) -> None:
        self._schema = schema
        self._fields = Fields(schema)
        self._nesting = Nesting(schema)
        self._now = now
        self._at_kind: dict[tuple[CoreMatcher, Kind], Fact | None] = {}

    def placed(self, leaf: Leaf) -> Placed | None:
        """The leaf with its place; None for a leaf that more than the values of one field decide, or nobody can."""
        if not isinstance(leaf, Atom):
            return None
        try:
            match leaf.subject:
                case Field(path):
                    return self._of_field(path, leaf)
                case AnyField() if not isinstance(leaf.matcher, Single):
                    matcher, inverted = _base(leaf.matcher)
                    return None if _refers(matcher) else Placed(ANYWHERE, Asks.VALUE, None, inverted, matcher)
                case Call():
                    return self._of_call(leaf.subject, leaf)
                case _:
                    return None
        except IsoruleError:
            return None

    def _of_field(self, path: str, leaf: Atom) -> Placed | None:
        place = self.source(path)
        if self._nesting.hides(place, None):
            return Placed(place, Asks.VALUE, impossible(Fact(lambda _: False, self.domain(place))))
        if not self._reads_alike(path):
            return None
        if isinstance(leaf.matcher, Single):
            return Placed(place, Asks.SOLE)
        if isinstance(leaf.matcher, Present):
            return Placed(place, Asks.ANY)
        matcher, inverted = _base(leaf.matcher)
        if _refers(matcher):
            return None
        return Placed(place, Asks.VALUE, self._fact(matcher, self.kind(path)), inverted, matcher)

    def _of_call(self, call: Call, leaf: Atom) -> Placed | None:
        paths = list(_fields(call))
        if len(paths) != 1 or isinstance(leaf.matcher, Single | Language) or _refers(leaf.matcher):
            return None
        place = self.source(paths[0])
        if not self._reads_alike(paths[0]) or self._nesting.hides(place, None) or self._takes_null(call):
            return None
        found = computed_fact(call, leaf.matcher, place, self.kind(paths[0]), self._schema)
        return Placed(place, Asks.VALUE, found)

    def _takes_null(self, call: Call) -> bool:
        """Whether a call has a value where its field has none (`isNull`): then more than values of the field decide."""
        return evaluate_operand(call, {}, self._schema) != (None,)

    def anywhere(self, leaf: Placed, path: str) -> Fact | None:
        """What a leaf about all fields asks of a value at a path; None where that cannot be said."""
        assert leaf.matcher is not None
        info, known = self._schema[path], path in self._schema
        if info.type is FieldType.TEXT and isinstance(leaf.matcher, Equals) and leaf.matcher.case is Case.INSENSITIVE:
            return None  # a phrase, unless its text has no case and was to be compared as a whole
        kind = Kind(info, known, self._now, among_others=True)
        key = (leaf.matcher, kind)
        if key not in self._at_kind:
            try:
                self._at_kind[key] = fact(leaf.matcher, kind)
            except IsoruleError:
                self._at_kind[key] = None
        return self._at_kind[key]

    @property
    def kinds(self) -> tuple[str, ...]:
        """One path for each kind of field that an event may have and conditions see, those that read best first."""
        return tuple(self._by_kind.values())

    @cached_property
    def has_other_kinds(self) -> bool:
        """Whether some multi-field is of a kind that no field is: a value is asked as all of its multi-fields are."""
        infos = [info for info in self._schema.fields.values() if info.type not in _CONTAINERS and not info.alias_of]
        return any(_asked_as(info, True) not in self._by_kind for info in infos)

    @cached_property
    def _by_kind(self) -> dict[tuple[object, ...], str]:
        found: dict[tuple[object, ...], str] = {}
        if not self._schema.closed:
            found[_asked_as(FieldInfo(), False)] = "any.field"
        listed = [path for path in _LISTED_FIRST if path in self._schema]
        for path in (*listed, *sorted(self._schema.fields)):
            info = self._schema[path]
            visible = info.alias_of is None and self.source(path) == path and not self._nesting.hides(path, None)
            if info.type not in _CONTAINERS and visible:
                found.setdefault(_asked_as(info, True), path)
        return found

    def kind(self, path: str) -> Kind:
        """The kind of field that a path names."""
        reader = self._fields.reader(path)
        return Kind(reader.info, reader.known, self._now)

    def domain(self, place: str) -> Domain:
        """What the values at a place are taken for."""
        return DOMAINS[self._schema[place].type]

    def source(self, path: str) -> str:
        """Where an event has the values of a field: a multi-field has those of the field that it stands on."""
        return self._fields.reader(path).source

    def _reads_alike(self, path: str) -> bool:
        """Whether a multi-field has a value for the same scalars as the field that it stands on, of the same domain."""
        own, other = self.kind(path).info, self.kind(self.source(path)).info
        same_limits = own.ignore_above == other.ignore_above and own.format == other.format
        same_limits = same_limits and own.precision == other.precision
        return DOMAINS[own.type] is DOMAINS[other.type] and same_limits

    def _fact(self, matcher: CoreMatcher, kind: Kind) -> Fact:
        key = (matcher, kind)
        found = self._at_kind.get(key)
        if found is None:
            found = self._at_kind[key] = fact(matcher, kind)
        return found


def _asked_as(info: FieldInfo, known: bool) -> tuple[object, ...]:
    """What decides how the values of a field are asked."""
    return info.type, info.folded, info.format, info.ignore_above, info.precision, info.analyzer, known


def _base(matcher: CoreMatcher) -> tuple[CoreMatcher, bool]:
    inverted = False
    while isinstance(matcher, Complement):
        matcher, inverted = matcher.matcher, not inverted
    return matcher, inverted


def _refers(matcher: CoreMatcher) -> bool:
    return not isinstance(matcher, Language | Single) and refers(matcher)


def _fields(operand: Operand) -> list[str]:
    """The paths of an operand's fields, each as often as it stands there."""
    match operand:
        case Field(path):
            return [path]
        case Call(_, arguments):
            return [path for argument in arguments for path in _fields(argument)]
        case Literal():
            return []
        case _:
            return ["", ""]
