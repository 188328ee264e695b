"""Sequences: their span of time against the schedule, their keys, and what ends them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from isorule.checks.check import ELASTIC, About, Finding
from isorule.checks.detection import CheckedDetection
from isorule.diagnostics import Severity
from isorule.evaluation.dates import nanos
from isorule.ir.core import core
from isorule.ir.detections import Sequence
from isorule.ir.resolve import resolve, resolve_category
from isorule.mappings import ecs_schema
from isorule.source import KeyPath

