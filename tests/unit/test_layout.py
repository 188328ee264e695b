"""What the folders of the project may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("folder", ["rules", "sigma"])
def test_folders_of_rules_hold_no_python(folder: str) -> None:
    """pySigma's package is the namespace package `sigma`: Python in a folder of that name would become part of it."""
    assert (ROOT / folder).is_dir()
    assert not list((ROOT / folder).rglob("*.py"))
