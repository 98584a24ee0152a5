"""Whether this machine is fit, the catalog valid and the store whole."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from comity.core.errors import ComityError
from comity.core.framework import load_hypotheses, load_outlets, load_references, load_tests
from comity.indicators.definition import load_indicators
from comity.judgement.drivers import load_drivers
from comity.judgement.ladder import load_ladder
from comity.sources._spec import discover
from comity.workspace.completeness import ledger_rows
from comity.workspace.crosscheck import check_references

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.evidence.store import EvidenceStore

__all__ = ["checks"]

_MIN_FREE_MB = 500


def checks(home: Path, catalogs: Sequence[Path], store: EvidenceStore) -> list[dict[str, str]]:
    """Return one line per check: what, its state (ok, note, wrong), and what to do."""
    loaders: dict[str, Callable[[], object]] = {
        "indicators": lambda: load_indicators(catalogs),
        "hypotheses": lambda: load_hypotheses(catalogs),
        "tests": lambda: load_tests(catalogs),
        "outlets": lambda: load_outlets(catalogs),
        "references": lambda: load_references(catalogs),
        "drivers": lambda: load_drivers(catalogs),
        "ladder": lambda: load_ladder(catalogs),
        "sources": discover,
        "ids used by declarations": lambda: check_references(catalogs),
    }
    return [
        _python(),
        _disk(home),
        *(_loads(name, loader) for name, loader in loaders.items()),
        _store(store),
        *_completeness(store),
    ]


def _line(what: str, state: str, text: str) -> dict[str, str]:
    return {"what": what, "state": state, "text": text}


def _python() -> dict[str, str]:
    version = ".".join(map(str, sys.version_info[:3]))
    state = "ok" if sys.version_info >= (3, 11) else "wrong"
    return _line("Python", state, f"{version}; 3.11 or newer is needed")


def _disk(home: Path) -> dict[str, str]:
    free = shutil.disk_usage(home if home.exists() else home.anchor).free // 1_000_000
    state = "ok" if free >= _MIN_FREE_MB else "note"
    return _line("disk", state, f"{free:,} MB free for the store at {home}")


def _loads(name: str, loader: Callable[[], object]) -> dict[str, str]:
    try:
        found = loader()
    except ComityError as error:
        return _line(name, "wrong", str(error))
    count = found if isinstance(found, int) else len(found) if hasattr(found, "__len__") else 1
    return _line(name, "ok", f"{count} found")


def _store(store: EvidenceStore) -> dict[str, str]:
    try:
        store.verify()
    except ComityError as error:
        return _line("store", "wrong", str(error))
    return _line("store", "ok", f"generation {store.generation}, {len(store.segments())} files")


def _completeness(store: EvidenceStore) -> list[dict[str, str]]:
    """Return a line on files that were expected and are not there, if anything was fetched."""
    try:
        rows = ledger_rows(store)
    except ComityError as error:
        return [_line("files", "wrong", str(error))]
    if not rows:
        return []
    failed = {
        row["name"]: row["states"]["failed"] + row["states"]["quarantined"]
        for row in rows
        if row["states"]["failed"] + row["states"]["quarantined"]
    }
    present = sum(row["states"]["present"] for row in rows)
    if not failed:
        return [_line("files", "ok", f"{present:,} present, none failed or refused")]
    listed = ", ".join(f"{name} {count:,}" for name, count in failed.items())
    text = f"{present:,} present; failed or refused: {listed}. See `comity sources status SOURCE`"
    return [_line("files", "note", text)]
