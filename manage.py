#!/usr/bin/env python3
"""HAMLET's commands: `manage.py up` starts everything, `manage.py help` lists the rest."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "backend"))

from lab.__main__ import main

if __name__ == "__main__":
    main()
