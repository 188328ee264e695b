"""What pySigma's Elasticsearch backend writes for Sigma rules, as NDJSON on standard output.

Runs under a Python of its own that has pysigma-backend-elasticsearch and nothing of isorule:

    python tests/corpora/findings_dump.py FOLDER...

A line has `path` (below its folder), `target` (`eql`, `lucene`), and `query`, or `error` where the backend refuses. No
pipeline is used, so that fields keep their names.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path


def main(folders: list[str]) -> None:
    from sigma.backends.elasticsearch import EqlBackend, LuceneBackend
    from sigma.collection import SigmaCollection

    names = ("pysigma", "pysigma-backend-elasticsearch")
    print(json.dumps({"versions": {name: version(name) for name in names}}))
    for folder in map(Path, folders):
        for path in sorted(folder.rglob("*.yml")):
            for target, backend in (("eql", EqlBackend), ("lucene", LuceneBackend)):
                line: dict[str, object] = {"path": f"{folder.name}/{path.relative_to(folder)}", "target": target}
                try:
                    queries = backend().convert(SigmaCollection.from_yaml(path.read_text("utf-8")))
                    line["query"] = queries[0] if len(queries) == 1 else None
                except Exception as error:  # a backend runs any code, and what it raises is its answer
                    line["error"] = f"{type(error).__name__}: {error}"
                print(json.dumps(line))


if __name__ == "__main__":
    main(sys.argv[1:])
