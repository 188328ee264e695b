"""Rules as Elastic rules, in EQL, kuery or Lucene, and Sigma correlations as sequences, samples and threshold rules."""

from __future__ import annotations

from dataclasses import replace

from isorule.conversion.condition import lowered
from isorule.conversion.envelope import as_elastic
from isorule.conversion.from_correlation import streamed
from isorule.conversion.result import Conversion, Options
from isorule.conversion.written import written
from isorule.diagnostics import UnsupportedError
from isorule.dialects import dialect
from isorule.ir.detections import Correlation
from isorule.ir.rule import Rule
from isorule.ir.schema import FieldSchema


def to_elastic(rule: Rule, schema: FieldSchema, options: Options) -> Conversion:
    """The Elastic rule in the language that the caller names; else in the one that it had before, in EQL or in kuery.

    Raises UnsupportedError where none of them has a form for the rule.
    """
    if isinstance(rule.detection, Correlation):
        made = streamed(rule, schema, options)
        source = replace(rule, detection=made.source)
        return written(source, made.rule, "elastic", made.losses, schema).with_losses(made.assumed)
    if options.language is not None:
        return _in_language(rule, options.language, schema, options)
    refused: UnsupportedError | None = None
    for language in dict.fromkeys((_former_language(rule) or "eql", "eql", "kuery")):
        try:
            return _in_language(rule, language, schema, options)
        except UnsupportedError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def _in_language(rule: Rule, language: str, schema: FieldSchema, options: Options) -> Conversion:
    found = lowered(rule, dialect(language), schema, options)
    return written(rule, as_elastic(rule, found.predicate, language), "elastic", found.losses, schema)


def _former_language(rule: Rule) -> str | None:
    """The query language of the Elastic rule that this rule was converted from."""
    kept = rule.extras.get("elastic", {}).get("rule")
    language = kept.get("language") if isinstance(kept, dict) else None
    return language if language in ("eql", "kuery", "lucene") else None
