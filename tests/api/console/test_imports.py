"""Who imports NiceGUI: the process that serves the console, and no other."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["api.main", "api.serving", "api.cli.main", "api.jobs.working", "api.console.words"])
def test_what_does_not_serve_pages_does_not_load_what_makes_them(module: str) -> None:
    said = f"import sys, {module}; print('nicegui' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, timeout=300)
    assert answer.stdout.strip() == "False"
