"""`sigma check` of sigma-cli without the network; run by the Python of an environment that has sigma-cli.

Usage: sigma_check_offline.py DATA ARGUMENTS...   DATA is a folder with the files that validators otherwise download:
`attack.json` (STIX) and `data_*.json` (SigmaHQ's lists, by the module that reads them).
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main() -> None:
    data = Path(sys.argv[1]).resolve()
    loaders = {"sigma.data.mitre_attack": data / "attack.json"}
    loaders |= {f"sigma.validators.sigmahq.data.{file.stem}": file for file in data.glob("data_*.json")}
    for module, file in loaders.items():
        try:
            loader = importlib.import_module(module)
        except ImportError:
            continue
        loader.set_cache_dir(str(data / f"cache-{file.stem}"))
        loader.set_url(str(file))
    from sigma.cli.main import main as sigma

    sys.argv[1:] = ["check", "--exclude", "d3_fendtag", *sys.argv[2:]]
    sigma()


if __name__ == "__main__":
    main()
