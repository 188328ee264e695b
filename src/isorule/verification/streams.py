"""Streams that may tell two detections apart: what either side looks for, and what lies next to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, permutations, product

from isorule.ir.detections import Detection, IndicatorMatch, NewTerms
from isorule.ir.schema import FieldSchema
from isorule.verification.drafts import Draft, Drafts, value_of
from isorule.verification.outline import Outline
from isorule.verification.trial import Stream

Row = tuple[Draft, ...]
"""The events of a stream in order, without their times."""

_SECOND = 1_000
_MOST_CHOICES = 4
_MOST_ROWS = 48
_MOST_PERMUTED = 4
_LONG = 12
"""Rows of more events are changed at their ends only."""


@dataclass(frozen=True, slots=True)
class _Own:
    """A side: its outline and where its conditions stand among the truths of a draft."""

    outline: Outline
    offset: int

    def meets(self, draft: Draft, condition: int) -> bool:
        return draft.truths[self.offset + condition]


class Streams:
    """The streams for two outlines, the likely and short ones first."""

    def __init__(
        self,
        detections: tuple[Detection, Detection],
        outlines: tuple[Outline, Outline],
        pool: Sequence[Draft],
        drafts: Drafts,
        schema: FieldSchema,
    ) -> None:
        self._detections = detections
        self._sides = (_Own(outlines[0], 0), _Own(outlines[1], len(outlines[0].clauses)))
        self._pool = pool
        self._drafts = drafts
        self._schema = schema
        keys = (key.path for outline in outlines for clause in outline.clauses for key in clause.keys)
        pairs = (path for outline in outlines for path, _ in outline.equal)
        self._keys = tuple(dict.fromkeys((*keys, *pairs)))
        self._indicator_keys = tuple(dict.fromkeys(path for outline in outlines for _, path in outline.equal))
        starts = [item.history_start if isinstance(item, NewTerms) else None for item in detections]
        self._starts = tuple(place for place in (0, 1) if None not in starts and starts[0] != starts[1])
        self._spans = tuple(sorted({span for outline in outlines for span in outline.spans}))

    def __iter__(self) -> Iterator[Stream]:
        rows = list(self._rows())
        for row in rows:
            yield from self._timed(row, brief=True)
        for row in reversed(rows):
            for reached in (row, *self._begun_before(row), *self._turned(row)):
                yield from (stream for offsets in self._outreaching(reached) for stream in self._at(reached, offsets))
        near = [changed for row in rows for changed in self._changed(row)]
        for row in near:
            yield from self._timed(row, brief=True)
        for row in (*rows, *near):
            yield from self._timed(row, brief=False)
        for row in near:
            for changed in self._changed(row):
                yield from self._timed(changed, brief=not self._spans)

    def _rows(self) -> Iterator[Row]:
        """What the sides look for."""
        yield from self._merged([list(self._rows_of(side)) for side in self._sides])

    @staticmethod
    def _merged(rows: list[list[Row]]) -> Iterator[Row]:
        """Rows of both sides in turn, each once."""
        seen: set[tuple[int, ...]] = set()
        for place in range(max(map(len, rows))):
            for one in rows:
                if place < len(one):
                    key = tuple(map(id, one[place]))
                    if key not in seen:
                        seen.add(key)
                        yield one[place]

    def _rows_of(self, side: _Own) -> Iterator[Row]:
        outline = side.outline
        choices = [[draft for draft in self._pool if side.meets(draft, slot)] for slot in outline.slots]
        if not all(choices):
            return
        if len(choices) > 1 or outline.counts == (1,):
            rows = list(islice(product(*(found[:_MOST_CHOICES] for found in choices)), _MOST_ROWS))
            yield from rows
            if outline.distinct:
                yield from (self._different(row, outline.distinct) for row in rows)
            for condition, before in outline.stops:
                stopping = [draft for draft in self._pool if side.meets(draft, condition)][:_MOST_CHOICES]
                yield from ((*row[:before], stop, *row[before:]) for row in rows[:_MOST_CHOICES] for stop in stopping)
            return
        others = [draft for place in range(len(outline.clauses)) for draft in self._pool if side.meets(draft, place)]
        for draft in _once((*choices[0], *others)):
            for count in outline.counts:
                yield from self._repeated(draft, count, outline)

    def _repeated(self, draft: Draft, count: int, outline: Outline) -> Iterator[Row]:
        """So many events, with each of the numbers of different values that matter."""
        yield (draft,) * count
        if outline.distinct:
            for values in outline.counts:
                if values <= count:
                    different = [self._apart(draft, number, outline.distinct) for number in range(values)]
                    yield tuple(different[min(place, values - 1)] for place in range(count))
                if values > 1:
                    yield (self._having_all(draft, values, outline.distinct),) * count

    def _different(self, row: Row, paths: Iterable[str]) -> Row:
        """The row with other values in each event that stands there again."""
        return tuple(self._apart(draft, row[:place].count(draft), paths) for place, draft in enumerate(row))

    def _apart(self, draft: Draft, number: int, paths: Iterable[str]) -> Draft:
        for path in paths:
            draft = self._drafts.changed(draft, path, (value_of(self._schema, path, number),))
        return draft

    def _having_all(self, draft: Draft, count: int, paths: Iterable[str]) -> Draft:
        """The event with so many different values at once."""
        for path in paths:
            values = dict.fromkeys(value_of(self._schema, path, number) for number in range(count))
            draft = self._drafts.changed(draft, path, tuple(values))
        return draft

    def _changed(self, row: Row) -> Iterator[Row]:
        """The rows one step away: an event with another key or none, in another place, left out, put in."""
        places = range(len(row)) if len(row) <= _LONG else (0, len(row) - 1)
        for place in places:
            for draft in self._rekeyed(row[place], self._keys):
                yield (*row[:place], draft, *row[place + 1 :])
        if len(row) <= _MOST_PERMUTED:
            yield from (order for order in islice(permutations(row), 1, None))
        elif len(row) <= _LONG:
            yield row[::-1]
            yield from ((*row[:at], row[at + 1], row[at], *row[at + 2 :]) for at in range(len(row) - 1))
        for place in places:
            if len(row) > 1:
                yield (*row[:place], *row[place + 1 :])
            for draft in self._pool:
                yield (*row[:place], draft, *row[place:])
                yield (*row[:place], draft, *row[place + 1 :])
        for draft in self._pool:
            yield (*row, draft)

    def _rekeyed(self, draft: Draft, keys: Iterable[str]) -> Iterator[Draft]:
        for path in keys:
            other = value_of(self._schema, path, 1)
            if draft.values.get(path) != (other,):
                yield self._drafts.changed(draft, path, (other,))
            if path in draft.values:
                yield self._drafts.changed(draft, path, ())

    def _begun_before(self, row: Row) -> Iterator[Row]:
        """The row with the first event of a run put before the events of the run before it."""
        for (before, start), (_, end) in pairwise(_runs(row)):
            if end - start > 1:
                yield (*row[:before], row[start], *row[before:start], *row[start + 1 :])

    def _outreaching(self, row: Row) -> Iterator[tuple[int, ...]]:
        """Times by which a row takes longer than a span, and neither the events up to a place do nor those after it."""
        edges = (edge for start, end in _runs(row) if end - start > 1 for edge in (start, start + 1, end))
        for split in dict.fromkeys((*edges, len(row) - 1)):
            if 2 <= split < len(row):
                for span in self._spans:
                    yield (0, *(span + place - split + 1 for place in range(1, len(row))))
                    if split > 2:
                        yield (*range(split - 1), span, *(span + place for place in range(split, len(row))))

    @staticmethod
    def _turned(row: Row) -> list[Row]:
        """The row the other way round, where it is of several runs."""
        return [row[::-1]] if len(row) > 2 and len(_runs(row)) > 1 else []

    def _timed(self, row: Row, *, brief: bool) -> Iterator[Stream]:
        for offsets in self._offsets(len(row)) if not brief else [self._steps(len(row), 0)]:
            yield from self._at(row, offsets)

    def _at(self, row: Row, offsets: tuple[int, ...]) -> Iterator[Stream]:
        yield from self._beside(Stream(tuple(zip(row, offsets, strict=True))))

    def _steps(self, count: int, start: int) -> tuple[int, ...]:
        """Times that all spans hold."""
        step = min([_SECOND, *(span // max(1, count) for span in self._spans)])
        return tuple(start + place * step for place in range(count))

    def _offsets(self, count: int) -> Iterator[tuple[int, ...]]:
        """Times on the edges of the spans, across the borders of windows, and all at once."""
        if count < 2:
            return
        for span in self._spans:
            for total in (span, span + 1):
                yield (*self._steps(count - 1, 0), total)
                yield (0, *self._steps(count - 1, total - self._steps(count - 1, 0)[-1]))
                if count > 2:
                    yield tuple(total * place // (count - 1) for place in range(count))
            half = span - self._steps(count, 0)[-1] // 2
            yield self._steps(count, half)
        yield (0,) * count

    def _beside(self, stream: Stream) -> Iterator[Stream]:
        """The stream with what new-terms and indicator rules know beside it."""
        if any(isinstance(detection, IndicatorMatch) for detection in self._detections):
            found = [
                draft
                for draft in self._pool
                if any(side.outline.equal and side.meets(draft, 1) for side in self._sides)
            ]
            for draft in found:
                yield replace(stream, indicators=(draft,))
                for changed in self._rekeyed(draft, self._indicator_keys):
                    yield replace(stream, indicators=(changed,))
            return
        yield stream
        if any(isinstance(detection, NewTerms) for detection in self._detections):
            for draft in self._pool:
                for since in (None, *self._starts):
                    yield replace(stream, history=(draft,), since=since)
                for changed in self._rekeyed(draft, self._keys):
                    yield replace(stream, history=(changed,))


def _runs(row: Row) -> list[tuple[int, int]]:
    """The places from which and up to which the same event is repeated."""
    starts = [place for place in range(len(row)) if place == 0 or row[place] is not row[place - 1]]
    return list(pairwise((*starts, len(row))))


def _once(drafts: Iterable[Draft]) -> list[Draft]:
    return list({id(draft): draft for draft in drafts}.values())
