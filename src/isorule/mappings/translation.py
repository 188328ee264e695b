"""Conditions with the fields of one taxonomy as conditions with those of another."""

from __future__ import annotations

from isorule.diagnostics import Effect
from isorule.ir.losses import Loss, loss
from isorule.ir.predicates import Predicate
from isorule.ir.schema import FieldSchema
from isorule.mappings.ecs import ecs_schema
from isorule.mappings.inward import Inward
from isorule.mappings.outward import Outward
from isorule.mappings.taxonomy import Layout
from isorule.mappings.walking import Translation, unknown_field


def outward(predicate: Predicate, layout: Layout, schema: FieldSchema | None = None) -> Translation:
    """A condition on Sigma's fields as one on the fields of the layout's taxonomy, whose types `schema` gives.

    Without a schema they are those of the packaged table.
    Raises UnsupportedError where a value is kept in parts and the test needs the whole.
    """
    return Outward(layout, schema or ecs_schema()).translated(predicate)


def inward(predicate: Predicate, layout: Layout, schema: FieldSchema | None = None) -> Translation:
    """A condition on the fields of the layout's taxonomy, whose types `schema` gives, as one on Sigma's.

    Without a schema they are those of the packaged table.
    Raises UnsupportedError where Sigma's fields hold the value in a form of which the test cannot be asked.
    """
    return Inward(layout, schema or ecs_schema()).translated(predicate)


def renamed(path: str, layout: Layout, *, to_sigma: bool) -> str:
    """The field that tells values apart as this one does: for group keys and counts of values.

    Raises UnsupportedError where no one field does.
    """
    translator = Inward(layout) if to_sigma else Outward(layout)
    return translator.key(path)


def key_name(path: str, layout: Layout, *, to_sigma: bool) -> tuple[str, tuple[Loss, ...]]:
    """What `renamed` gives for a group key or what is counted, and what that changes."""
    found = renamed(path, layout, to_sigma=to_sigma)
    if not to_sigma or layout.place(path) is not None:
        return found, ()
    if layout.coarser(path) is not None:
        message = f"{path} tells apart what {found} may call the same"
        return found, (loss("coarser-key", Effect.WIDENS, message),)
    if found == path and layout.known:
        remark = unknown_field(path)
        return found, (loss(remark.name, remark.effect, remark.message),)
    return found, ()
