"""What is judged: the evaluator of isorule, imported in this one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from isorule.diagnostics import IsoruleError
from isorule.evaluation import compile_predicate
from isorule.ir.predicates import Predicate
from isorule.ir.schema import FieldSchema
from oracle_lane.engine import NOW, Answer, Refused

MOMENT = datetime.fromtimestamp(NOW / 1000, UTC)


def matching(predicate: Predicate, documents: Sequence[Mapping[str, Any]], schema: FieldSchema) -> Answer:
    """The numbers of the documents that meet the predicate."""
    try:
        check = compile_predicate(predicate, schema, now=MOMENT)
    except IsoruleError as error:
        return Refused(error.diagnostic.name)
    return frozenset(number for number, document in enumerate(documents) if check(document) is True)
