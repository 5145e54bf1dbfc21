"""Who imports NiceGUI: the process that serves the console, and no other."""

import subprocess
import sys

MODULES = ("api.cli.main", "api.jobs.working", "api.console.words", "api.main", "api.serving")


def test_what_does_not_serve_pages_does_not_load_what_makes_them() -> None:
    said = f"import sys\nfor name in {MODULES}: __import__(name); print(name, 'nicegui' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, timeout=300)
    assert answer.stdout.splitlines() == [f"{name} False" for name in MODULES]
