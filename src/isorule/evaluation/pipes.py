"""Pipes: the first or last of the answers."""

from __future__ import annotations

from typing import TypeVar, assert_never

from isorule.ir.detections import Pipe, PipeKind

Item = TypeVar("Item")


def piped(items: list[Item], pipes: tuple[Pipe, ...]) -> list[Item]:
    """What the pipes keep, one after the other, order unchanged."""
    for pipe in pipes:
        match pipe.kind:
            case PipeKind.HEAD:
                items = items[: pipe.count]
            case PipeKind.TAIL:
                items = items[-pipe.count :] if pipe.count else []
            case _:
                assert_never(pipe.kind)
    return items
