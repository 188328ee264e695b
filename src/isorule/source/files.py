"""Files of rules, read as UTF-8 with the place of a bad byte, and written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from isorule.source.reading import SourceError
from isorule.source.text import SourceFile, Span

_BOM = "\ufeff"


def shown_path(path: str | os.PathLike[str]) -> str:
    """A path as diagnostics show it: relative to the working directory where it lies below it, with `/` between."""
    whole = Path(path)
    try:
        return whole.absolute().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return whole.as_posix()


def read_file(path: str | os.PathLike[str]) -> SourceFile:
    """The text of a file. A byte order mark at its start is left out; line breaks stay as they are.

    Raises SourceError, with `file` set, where the file cannot be opened or is not UTF-8.
    """
    name = shown_path(path)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(
            "unreadable-file", f"the file cannot be read: {reason}", Span(0, 0), file=SourceFile(name, "")
        ) from error
    return decode(data, name)


def decode(data: bytes, name: str) -> SourceFile:
    """The text of a file's bytes, as `read_file` gives it."""
    try:
        return SourceFile(name, data.decode("utf-8").removeprefix(_BOM))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix(_BOM)
        at = len(before)
        rest = data[error.start :].decode("utf-8", errors="replace")
        raise SourceError(
            "invalid-utf-8",
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            Span(at, at + 1),
            _encoding_hint(data),
            file=SourceFile(name, before + rest),
        ) from error


def _encoding_hint(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "the file looks like UTF-16; save it as UTF-8"
    return "isorule reads UTF-8; save the file in that encoding"


def write_file(path: str | os.PathLike[str], text: str) -> None:
    """Put a text in a file as UTF-8, in one step: whoever reads the file sees the old text or the new one, never half.

    Line breaks are written as they are; the permissions of a file that is replaced are kept, and a symbolic link
    stays one (its target is replaced). Raises OSError where the folder cannot be written to.
    """
    target = Path(path)
    if target.is_symlink():
        target = Path(os.path.realpath(target))
    mode = target.stat().st_mode & 0o7777 if target.exists() else _new_mode()
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)  # it is no longer there once it took the target's place


def _new_mode() -> int:
    """The mode that the process gives to new files; there is no way to ask for the mask but to set it."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
