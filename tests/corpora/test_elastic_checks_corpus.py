"""The checks of Elastic metadata over the corpus: how often each speaks, and the known defects in their places."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from isorule.checks.attack.versions import CHECKS as VERSION_CHECKS
from isorule.checks.choice import Choice
from isorule.checks.elastic import CHECKS
from isorule.checks.file import readings, report_file
from isorule.checks.run import settle
from isorule.checks.selection import plan
from isorule.diagnostics import Diagnostic
from isorule.source.files import read_file

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / ".." / "shared" / "corpus"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the rule corpora in ../shared are absent"),
]

COUNTS = {
    "attack-bare": 97,
    "attack-missing": 60,
    "dataset-unread": 1,
    "date-deprecated-reason": 86,
    "file-name-unique": 1,
    "guide-name": 7,
    "guide-placeholder": 4,
    "guide-triage": 16,
    "id-form": 1,
    "id-handmade": 15,
    "licence-spelling": 1,
    "os-tag-unfounded": 2,
    "reference-branch": 103,
    "reference-plain": 17,
    "schedule-gap": 1,
    "schedule-overlap": 1,
    "source-tag-missing": 2,
    "source-tag-unfounded": 8,
    "tag-guide": 31,
    "tag-prefix": 242,
    "tag-spelling": 5,
    "tag-tactic-missing": 700,
    "tag-tactic-unfounded": 21,
    "threat-indicator-path": 1,
}
"""All findings were read, except those of the checks that are off by default, of which twenty were."""

KNOWN = {
    ("schedule-gap", "privilege_escalation_endgame_process_injection_prevented.toml"),
    ("schedule-overlap", "impact_ransomware_note_file_over_smb.toml"),
    ("licence-spelling", "execution_container_management_binary_launched_inside_a_container.toml"),
    ("guide-placeholder", "persistence_insmod_kernel_module_load.toml"),
    ("guide-placeholder", "credential_access_high_volume_of_pbpaste.toml"),
    ("id-form", "defense_evasion_modify_ownership_os_files.toml"),
}


@cache
def findings() -> tuple[Diagnostic, ...]:
    """Of all checks of the family, also those that are off by default."""
    kinds = [kind() for kind in (*CHECKS, *VERSION_CHECKS)]
    left_out = ("attack-migration", "schedule-event-time")
    names = tuple(check.about.name for check in kinds if check.about.name not in left_out)
    chosen = plan(Choice(select=names))
    files = sorted((CORPUS / "elastic" / "rules").rglob("*.toml"))
    reports = {str(path): report_file(read_file(path), "elastic", chosen) for path in files}
    return tuple(item for item in settle(reports, chosen) if item.name in names)


def test_every_check_speaks_as_often_as_was_counted() -> None:
    assert Counter(item.name for item in findings()) == Counter(COUNTS)


def test_the_known_defects_are_found_in_their_files() -> None:
    found = {(item.name, Path(item.path or "").name) for item in findings()}
    assert found >= KNOWN


def test_each_finding_stands_at_a_place() -> None:
    assert all(item.line and item.column for item in findings())


def test_schemas_for_editors_have_no_false_errors() -> None:
    folders = {"elastic-rule": ("elastic/rules", "*.toml"), "sigma-rule": ("sigma", "rules*/**/*.yml")}
    for name, (folder, pattern) in folders.items():
        text = (ROOT / "schemas" / "editor" / f"{name}.schema.json").read_text("utf-8")
        validator = Draft202012Validator(json.loads(text))
        files = sorted((CORPUS / folder).rglob(pattern) if name == "elastic-rule" else (CORPUS / folder).glob(pattern))
        assert len(files) in (1649, 2910)
        for path in files:
            documents = (
                [tomllib.loads(path.read_text("utf-8"))]
                if name == "elastic-rule"
                else [reading.values for reading in readings(read_file(path), "sigma")]
            )
            assert documents
            for document in documents:
                assert [re.sub(r"\s+", " ", error.message) for error in validator.iter_errors(document)] == [], path
