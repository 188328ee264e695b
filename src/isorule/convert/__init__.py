"""Translating rules: parse, choose log source and fields, lower, emit, read back, compare."""

from isorule.convert.conversion import CaseMode, Conversion, MaxLoss, Options
from isorule.convert.pipeline import convert_rule

__all__ = ["CaseMode", "Conversion", "MaxLoss", "Options", "convert_rule"]
