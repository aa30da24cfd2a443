"""Imports every module of the service, and prints the top packages that this loads as JSON."""

import importlib
import json
import sys
from pathlib import Path

for path in sorted(Path("serving").rglob("*.py")):
    name = ".".join(path.with_suffix("").parts)
    importlib.import_module(name.removesuffix(".__init__"))
sys.stdout.write(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
