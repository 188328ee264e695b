"""The result of a conversion to a document format: written, read back, and compared with what it was made of."""

from __future__ import annotations

from isorule.conversion.result import Conversion
from isorule.documents import document_format
from isorule.ir.losses import Loss
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema
from isorule.ir.streams import stream_form
from isorule.verification import compare

SIDES = ("the rule", "its translation")
"""What verdicts call the two sides."""


def written(source: Rule, target: Rule, format_name: str, losses: tuple[Loss, ...], schema: FieldSchema) -> Conversion:
    """The target rule as text, read back by its own reader and compared with the source."""
    name = source.origin.file.path if source.origin is not None else source.metadata.title
    emission, back = document_format(format_name).reread(target, f"<{format_name} of {name}>")
    verdict = compare(
        stream_form(source.detection),
        stream_form(back.detection),
        schema,
        first_category=source.data_source.category_field,
        second_category=back.data_source.category_field,
        names=SIDES,
    )
    return Conversion(emission.text, back, (*losses, *emission.losses), verdict)
