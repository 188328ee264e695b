"""Conditions on the fields of another taxonomy as conditions on Sigma's fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from isorule.diagnostics import Effect
from isorule.ir.analyzers import Analyzer
from isorule.ir.matchers import Matcher, options_of
from isorule.ir.predicates import (
    Call,
    Field,
    Literal,
    Nested,
    Operand,
    Predicate,
    Test,
)
from isorule.ir.walk import Polarity
from isorule.mappings.composites import (
    account_inward,
    argument_inward,
    extension_inward,
    hash_inward,
    name_inward,
    reading_inward,
)
from isorule.mappings.parts import Remark, Translated, any_of, one
from isorule.mappings.spelling import (
    as_number,
    canonical_only,
    prefixed_inward,
    registry_inward,
    spelled_inward,
)
from isorule.mappings.taxonomy import (
    Account,
    Address,
    Argument,
    AsText,
    FieldRow,
    FullText,
    Hashes,
    Place,
    Prefixed,
    RegistryData,
    Role,
    Same,
    Spelled,
    every_place,
)
from isorule.mappings.walking import Translator, unconfirmed_field, unknown_field
from isorule.mappings.words import words_inward


class Inward(Translator):
    """To Sigma's names."""

    def key(self, path: str) -> str:
        """The field whose whole value this one holds, in whatever spelling."""
        place = self.layout.place(path)
        if place is not None and place.role is Role.VALUE:
            return place.row.sigma
        coarser = self.layout.coarser(path)
        return self.named(path).path if coarser is None else coarser.sigma

    def name(self, path: str) -> str | None:
        place = self.layout.place(path)
        if place is None:
            return self._stripped(path)
        whole = place.role is Role.VALUE and isinstance(place.row.rewrite, Same | Address | FullText)
        return place.row.sigma if whole and "*" not in place.row.paths[0] else None

    def nested(self, nested: Nested, polarity: Polarity) -> Predicate:
        if not any(row.nested == nested.path for row in self.layout.rows.values()):
            return Translator.nested(self, nested, polarity)
        if not isinstance(nested.term, Test):
            message = f"what must hold of one of the objects under {nested.path} may hold of several"
            self.declare(Remark("objects-apart", Effect.WIDENS, message), polarity, nested.span)
        return self.over(nested.term, polarity)

    def operand(self, operand: Operand, test: Test) -> Operand:
        match operand:
            case Call("concat", (Field(domain), Literal("\\"), Field(name))):
                place = self.layout.place(domain)
                if place is not None and place.row.rewrite == Account(domain, name):
                    return Field(place.row.sigma)
            case _:
                pass
        return Translator.operand(self, operand, test)

    def _stripped(self, path: str) -> str:
        for start, to in self.layout.prefixes:
            if path.startswith(to):
                return start + path[len(to) :]
        unmapped = self.layout.unmapped
        return path if unmapped is None else path.removeprefix(unmapped)

    def value(self, path: str, polarity: Polarity, test: Test) -> Callable[[Matcher], Translated]:
        negative = polarity is Polarity.NEGATIVE
        reading = next((item for item in self.layout.readings if item.path == path), None)
        if reading is not None:

            def read(matcher: Matcher) -> Translated:
                found = reading_inward(reading.sigma, reading.values, reading.wider, matcher, negative=negative)
                return found or one(path, matcher, unknown_field(path))

            return read
        place = self.layout.place(path)
        if place is None:
            name = self._stripped(path)
            if name == path and self.layout.known:
                self.declare(unknown_field(path), polarity, test.span)
            return lambda matcher: one(name, matcher)
        self._declare_spelling(place, polarity, test)
        if path not in place.row.paths and every_place(path) in place.row.paths:
            message = f"the place that {path} is about is not told apart from others"
            self.declare(Remark("any-place", Effect.WIDENS, message), polarity, test.span)
        if place.row.unconfirmed is not None:
            self.declare(unconfirmed_field(place.row.sigma, path, place.row.unconfirmed), polarity, test.span)
        if isinstance(place.row.rewrite, Argument) and path == place.row.paths[0]:
            rows = [row.sigma for row in self.layout.rows.values() if row.paths[:1] == (path,)]
            return lambda matcher: any_of(rows, matcher)
        known = place
        separator, analyzer = self.layout.separator, self.analyzer(known.row)
        return lambda matcher: _inward_value(known, matcher, separator, analyzer, negative=negative)

    def _declare_spelling(self, place: Place, polarity: Polarity, test: Test) -> None:
        if place.role is not Role.VALUE or not isinstance(place.row.rewrite, Spelled | Prefixed):
            return
        remark = canonical_only(options_of(test.matcher), place.row.rewrite.spellings)
        if remark is not None:
            self.declare(remark, polarity, test.span)


def _inward_value(place: Place, matcher: Matcher, separator: str, analyzer: Analyzer, *, negative: bool) -> Translated:
    row = place.row
    match place.role:
        case Role.VALUE:
            return _inward_whole(row, matcher, analyzer)
        case Role.NAME:
            return name_inward(row, matcher, separator, negative=negative)
        case Role.EXTENSION:
            return extension_inward(row, matcher)
        case Role.ARGUMENT:
            return argument_inward(row, matcher)
        case Role.DOMAIN | Role.ACCOUNT:
            return account_inward(row, matcher, is_domain=place.role is Role.DOMAIN)
        case Role.HASH:
            return hash_inward(row, place.key, matcher)
        case Role.RAW:
            return one(row.sigma, matcher)
        case _:
            assert_never(place.role)


def _inward_whole(row: FieldRow, matcher: Matcher, analyzer: Analyzer) -> Translated:
    match row.rewrite:
        case AsText():
            return as_number(row, matcher)
        case Spelled():
            return spelled_inward(row, row.rewrite, matcher)
        case Prefixed():
            return prefixed_inward(row, row.rewrite, matcher)
        case RegistryData():
            return registry_inward(row, matcher)
        case FullText():
            return words_inward(row, matcher, analyzer)
        case Same() | Address() | Hashes() | Account() | Argument():
            return one(row.sigma, matcher)
        case _:
            assert_never(row.rewrite)
