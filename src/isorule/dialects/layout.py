"""Laying out a query: on one line where it fits, else broken at its operators, brackets indented, lists filled."""

from __future__ import annotations

from dataclasses import dataclass, field

WIDTH = 120
INDENT = 2


@dataclass(frozen=True, slots=True)
class Block:
    """Items joined by an operator between a head (`not f:(`) and a tail (`)`), both of which may be empty.

    The items of a filled block share lines. `flat` is the whole on one line.
    """

    head: str
    items: tuple[Piece, ...]
    operator: str
    tail: str
    filled: bool = False
    flat: str = field(init=False)

    def __post_init__(self) -> None:
        joined = f" {self.operator} ".join(flat(item) for item in self.items)
        object.__setattr__(self, "flat", f"{self.head}{joined}{self.tail}")


Piece = str | Block
"""What cannot be broken, or a block."""


def flat(piece: Piece) -> str:
    """The piece on one line."""
    return piece if isinstance(piece, str) else piece.flat


def lay_out(piece: Piece) -> str:
    """The text of a query, lines no longer than `WIDTH` where it can be broken."""
    return "\n".join(_lines(piece, 0, ""))


def _lines(piece: Piece, indent: int, suffix: str) -> list[str]:
    """The lines of a piece; `suffix` (an operator) follows its last line."""
    line = f"{' ' * indent}{flat(piece)}{suffix}"
    if isinstance(piece, str) or len(line) <= WIDTH:
        return [line]
    inner = indent + INDENT if piece.head else indent
    body_suffix = "" if piece.tail else suffix
    lines = [f"{' ' * indent}{piece.head.rstrip()}"] if piece.head else []
    lines += _filled(piece, inner) if piece.filled else _one_a_line(piece, inner, body_suffix)
    if piece.tail:
        lines.append(f"{' ' * indent}{piece.tail.lstrip()}{suffix}")
    return lines


def _one_a_line(block: Block, indent: int, suffix: str) -> list[str]:
    last = len(block.items) - 1
    lines: list[str] = []
    for at, item in enumerate(block.items):
        lines += _lines(item, indent, suffix if at == last else f" {block.operator}")
    return lines


def _filled(block: Block, indent: int) -> list[str]:
    """As many items on each line as fit."""
    last = len(block.items) - 1
    lines: list[str] = []
    line = ""
    for at, item in enumerate(block.items):
        text = flat(item) if at == last else f"{flat(item)} {block.operator}"
        if line and indent + len(line) + 1 + len(text) > WIDTH:
            lines.append(f"{' ' * indent}{line}")
            line = ""
        line = f"{line} {text}" if line else text
    return [*lines, f"{' ' * indent}{line}"]
