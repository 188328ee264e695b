"""Gives a YAML document other values by editing its text, so that comments, order and quoting of the rest stay."""

from __future__ import annotations

from collections.abc import Mapping

from isorule.source.changes import Change, ChangeKind, Edits, NoRewriteError, changes, line_end, line_start
from isorule.source.equality import same_values
from isorule.source.reading import SourceError
from isorule.source.text import KeyPath, Located, SourceFile, value_at
from isorule.source.yaml_layout import SIGMA_LAYOUT, YamlLayout, YamlWriter, write_yaml
from isorule.source.yaml_values import read_yaml


def rewrite_yaml(
    text: str,
    values: Mapping[str, object],
    places: Mapping[KeyPath, Located],
    document: Mapping[str, object],
    layout: YamlLayout = SIGMA_LAYOUT,
) -> str:
    """The text of a file of one document with the values of `document`, given the present values and their places.

    Equal values give the text as it is. Where the text cannot be edited (flow collections, aliases) the document is
    written anew. Raises as `write_yaml` does.
    """
    if same_values(values, document):
        return text
    try:
        edited = _Rewriter(text, values, places, document, layout).run()
        again = read_yaml(SourceFile("<written>", edited))
        if len(again) == 1 and same_values(again[0].values, document):
            return edited
    except (NoRewriteError, SourceError):
        pass
    return write_yaml(document, layout)


def yaml_edits(
    text: str,
    values: Mapping[str, object],
    places: Mapping[KeyPath, Located],
    document: Mapping[str, object],
    layout: YamlLayout = SIGMA_LAYOUT,
) -> tuple[tuple[int, int, str], ...]:
    """The replacements (start, end, text) by which `rewrite_yaml` edits a text.

    Raises NoRewriteError where the text cannot be edited, TypeError or ValueError for values that cannot be written.
    """
    rewriter = _Rewriter(text, values, places, document, layout)
    rewriter.run()
    return rewriter.edits.asked()


class _Rewriter:
    def __init__(
        self,
        text: str,
        values: Mapping[str, object],
        places: Mapping[KeyPath, Located],
        document: Mapping[str, object],
        layout: YamlLayout,
    ) -> None:
        self._text = text
        self._values = values
        self._places = places
        self._document = document
        self._layout = layout
        self.edits = Edits(text)

    def run(self) -> str:
        """The edited text.

        Raises NoRewriteError where there is a change that cannot be made in place.
        """
        for change in changes(self._values, self._document):
            self._check_block(change.path[:-1])
            match change.kind:
                case ChangeKind.SET:
                    self._set(change)
                case ChangeKind.ADD:
                    self._add(change)
                case ChangeKind.REMOVE:
                    self._remove(change.path)
        return self.edits.applied()

    def _check_block(self, path: KeyPath) -> None:
        """Nothing is edited inside of flow collections."""
        for length in range(len(path) + 1):
            start = self._places[path[:length]].value.start
            if self._text[start : start + 1] in ("[", "{"):
                raise NoRewriteError

    def _set(self, change: Change) -> None:
        place = self._places[change.path]
        writer = YamlWriter(self._layout)
        if place.key is not None:
            colon = self._text.find(":", place.key.end)
            if colon < 0 or colon >= max(place.value.start, place.key.end + 1):
                raise NoRewriteError
            writer.entry_value(change.value, change.path, self._column(place.key.start))
            start, end = colon + 1, max(colon + 1, place.value.end)
        else:
            writer.item_value(change.value, change.path, self._column(place.value.start) - 2)
            start, end = place.value.start, place.value.end
        written = "".join(writer.out)
        if not self._text[start:end].endswith("\n"):
            written = written.removesuffix("\n")
        self.edits.replace(start, end, written)

    def _add(self, change: Change) -> None:
        table, key = change.path[:-1], change.path[-1]
        new = value_at(self._document, table)
        present = value_at(self._values, table)
        order = list(new)
        earlier = [name for name in order[: order.index(str(key))] if name in present]
        neighbour = self._places[(*table, earlier[-1] if earlier else next(iter(present)))]
        if neighbour.key is None:
            raise NoRewriteError
        writer = YamlWriter(self._layout)
        writer.mapping({str(key): change.value}, table, self._column(neighbour.key.start))
        at = self._behind(neighbour) if earlier else self._line_of(neighbour.key.start)
        margin = "" if at == 0 or self._text[at - 1] == "\n" else "\n"
        self.edits.replace(at, at, margin + "".join(writer.out))

    def _behind(self, place: Located) -> int:
        """Where the line after an entry begins."""
        at = place.value.end
        ends_line = at > place.value.start and self._text[at - 1] == "\n"
        return at if ends_line else line_end(self._text, at)

    def _line_of(self, at: int) -> int:
        """Where the line of a key begins that nothing stands in front of."""
        start = line_start(self._text, at)
        if self._text[start:at].strip():
            raise NoRewriteError  # the first key of a list item
        return start

    def _remove(self, path: KeyPath) -> None:
        place = self._places[path]
        if place.key is None:
            raise NoRewriteError
        self.edits.replace(self._line_of(place.key.start), self._behind(place), "")

    def _column(self, at: int) -> int:
        return at - line_start(self._text, at)
