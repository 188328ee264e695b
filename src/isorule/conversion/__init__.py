"""Translating rules: parse, choose log source and fields, lower, emit, read back, compare.

`pipeline` has the steps in order, and `to_sigma`, `to_elastic`, `to_query` and `to_backend` one kind of target each.
`to_correlation` and `from_correlation` are for rules over several events, `envelope` and `restoring` for what stands
around a detection, `fields` for other field names, `bounds` and `judging` for what a verdict says of all that.
"""

from isorule.conversion.pipeline import convert_rule
from isorule.conversion.result import CaseMode, Conversion, MaxLoss, Options

__all__ = ["CaseMode", "Conversion", "MaxLoss", "Options", "convert_rule"]
