"""Patterns for paths."""

from __future__ import annotations

import pytest

from isorule.configuration.globs import matches


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("rules", "rules/a.toml", True),
        ("rules", "x/rules/y/a.toml", True),
        ("rules/", "rules/a.toml", True),
        ("rules", "rules2/a.toml", False),
        ("*.toml", "x/y/a.toml", True),
        ("*.toml", "a.toml.bak", False),
        ("rules/*.toml", "rules/a.toml", True),
        ("rules/*.toml", "rules/x/a.toml", False),
        ("rules/*.toml", "x/rules/a.toml", False),
        ("rules/**", "rules/x/a.toml", True),
        ("rules/**/a.toml", "rules/a.toml", True),
        ("rules/**/a.toml", "rules/x/y/a.toml", True),
        ("**/old/*", "a/b/old/c.yml", True),
        ("**/old/*", "old/c.yml", True),
        ("./rules/a.toml", "rules/a.toml", True),
        ("/rules/a.toml", "rules/a.toml", True),
        ("rules/?.toml", "rules/a.toml", True),
        ("rules/?.toml", "rules/ab.toml", False),
        ("rules/a+b(1).toml", "rules/a+b(1).toml", True),
        ("../rules/*", "../rules/a.toml", True),
    ],
)
def test_a_pattern_means_what_it_means_in_gitignore(pattern: str, path: str, meant: bool) -> None:
    assert matches(pattern, path) is meant
