"""The words of a command line."""

from __future__ import annotations

import shlex


def argument_list(line: str, *, windows: bool) -> list[str]:
    """The arguments that a program is given for a command line, by the rules of its system.

    Windows: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments; elsewhere as a POSIX shell
    splits words, or at blanks where quotes do not pair.
    """
    if windows:
        return _windows(line)
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _windows(line: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(line):
        if line[at] in " \t":
            at += 1
            continue
        word, at = _word(line, at)
        found.append(word)
    return found


def _word(line: str, at: int) -> tuple[str, int]:
    """The argument that begins at an offset, and the offset after it.

    Backslashes count as themselves unless a quote follows: then two are one, and an odd one makes the quote a letter.
    """
    out: list[str] = []
    quoted = False
    while at < len(line):
        character = line[at]
        if character in " \t" and not quoted:
            break
        if character == "\\":
            end = at
            while end < len(line) and line[end] == "\\":
                end += 1
            count = end - at
            if end < len(line) and line[end] == '"':
                out.append("\\" * (count // 2))
                if count % 2:
                    out.append('"')
                    end += 1
            else:
                out.append("\\" * count)
            at = end
            continue
        if character == '"':
            if quoted and line[at + 1 : at + 2] == '"':
                out.append('"')
                at += 1
            quoted = not quoted
        else:
            out.append(character)
        at += 1
    return "".join(out), at
