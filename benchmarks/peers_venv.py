"""Make the environment of the peers: one of their own, each package installed on its own."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

__all__ = ["LIST", "prepare"]

LIST = Path(__file__).with_name("peers.txt")


def _pip(python: Path, *words: str) -> str:
    """Run pip; return nothing, or why it failed."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else (lines or [f"pip ended with {done.returncode}"])[-1]


def prepare(folder: Path, listed: Path = LIST) -> tuple[Path, dict[str, str]]:
    """Return the environment's Python and why packages are missing in it, by their names.

    Parameters
    ----------
    folder : pathlib.Path
        Where the environment is or will be. Nothing is installed twice for the same list.
    listed : pathlib.Path, optional
        Pinned packages, one a line.
    """
    python, note = folder / "bin" / "python", folder / "installed.json"
    pins = [line.strip() for line in listed.read_text().splitlines()]
    pins = [pin for pin in pins if pin and not pin.startswith("#")]
    mark = hashlib.sha256("\n".join(pins).encode()).hexdigest()
    if note.exists():
        known = json.loads(note.read_text())
        if known["list"] == mark and not known["missing"]:
            return python, {}
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
    failed = {pin.partition("==")[0]: _pip(python, pin) for pin in pins}
    missing = {name: why for name, why in failed.items() if why}
    note.write_text(json.dumps({"list": mark, "missing": missing}))
    return python, missing
