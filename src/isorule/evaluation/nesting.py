"""Which fields a condition can see: objects of a `nested` field are documents of their own in the index.

A condition outside of `Nested` sees no field below such an object, one inside sees those of the object and no deeper
ones (https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/nested).
"""

from __future__ import annotations

from isorule.ir.schema import FieldSchema


class Nesting:
    """The nested paths of a schema."""

    __slots__ = ("_paths",)

    def __init__(self, schema: FieldSchema) -> None:
        self._paths = schema.nested_paths()

    def hides(self, path: str, inside: str | None) -> bool:
        """Whether a condition on the objects at `inside`, on whole events where that is None, does not see a field."""
        return bool(self._paths) and self._document(path, inside) != inside

    def parts(self, path: str) -> bool:
        """Whether some of what stands at a path or below it is nested."""
        return any(nested == path or nested.startswith(f"{path}.") for nested in self._paths)

    def _document(self, path: str, inside: str | None) -> str | None:
        """The innermost nested path above a field."""
        parent = path.rpartition(".")[0]
        while parent:
            if parent == inside or parent in self._paths:
                return parent
            parent = parent.rpartition(".")[0]
        return None
