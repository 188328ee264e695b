#!/usr/bin/env bash
# Installs what the tests of this folder compare with: Lucene (Debian's liblucene8-java) and Kibana's kuery compiler (npm).
# Never fails: where something cannot be installed, the tests that need it are skipped and say so.
cd "$(dirname "$0")" || exit 0

say() { printf 'oracle: %s\n' "$*"; }

has_lucene() { compgen -G "${ISORULE_LUCENE_JARS:-/usr/share/java}/lucene-core-8*.jar" >/dev/null; }

if ! command -v javac >/dev/null; then
  say "no JDK, so nothing is compared with Lucene"
elif has_lucene; then
  say "Lucene is here"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  if { apt-get update && apt-get install -y --no-install-recommends liblucene8-java; } >/tmp/oracle-apt.$$ 2>&1; then
    say "liblucene8-java is installed"
  else
    say "liblucene8-java could not be installed: $(tail -n 1 /tmp/oracle-apt.$$)"
  fi
  rm -f /tmp/oracle-apt.$$
else
  say "no Lucene, and no way to install it here (Debian: apt-get install liblucene8-java)"
fi

if [ -d node_modules/kbn-es-query ]; then
  say "Kibana's compiler is here"
elif command -v npm >/dev/null && npm ci --silent --no-audit --no-fund >/dev/null 2>&1; then
  say "Kibana's compiler is installed"
else
  say "no npm, or it cannot reach its registry, so nothing is compared with Kibana"
fi
exit 0
