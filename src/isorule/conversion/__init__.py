"""Translating rules: parse, choose log source and fields, lower, emit, read back, compare."""

from isorule.conversion.pipeline import convert_rule
from isorule.conversion.result import CaseMode, Conversion, MaxLoss, Options

__all__ = ["CaseMode", "Conversion", "MaxLoss", "Options", "convert_rule"]
