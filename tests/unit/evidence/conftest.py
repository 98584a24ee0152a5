from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from comity.core.records import Batch
from comity.evidence.store import EvidenceStore

NOW = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore.open(tmp_path / "home", "500MB")


@pytest.fixture
def raw_file(tmp_path: Path) -> Callable[..., Path]:
    """A file with some bytes, for parsers whose rows a test makes up itself."""

    def make(text: str = "raw", name: str = "file.txt") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


@pytest.fixture
def ballots() -> Callable[..., Batch]:
    """A batch of ballots, one per (voter, choice), on one day."""

    def make(
        pairs: Iterable[tuple[str, str]],
        rcid: str = "1",
        day: dt.date = dt.date(2010, 6, 9),
        place: str = "line ",
    ) -> Batch:
        voters, choices = zip(*pairs, strict=True)
        n = len(voters)
        return Batch(
            "ballots",
            {
                "rcid": [rcid] * n,
                "voter": list(voters),
                "choice": list(choices),
                "occurred_from": [day] * n,
                "occurred_to": [day + dt.timedelta(days=1)] * n,
                "precision": ["day"] * n,
                "public_from": [day] * n,
                "public_from_basis": ["act"] * n,
                "locator": [f"{place}{i + 2}" for i in range(n)],
            },
        )

    return make


CLAIM = {
    "claim_id": "c-1",
    "item_id": "su-35",
    "item_name": "Su-35",
    "item_class": "aircraft",
    "actor": "RUS",
    "recipient": "IRN",
    "state": "claimed",
    "date": "2023-03-11",
    "public_from": "2023-03-11",
    "public_from_basis": "act",
    "outlet": "irna",
    "reliability": "C",
    "credibility_at_date": "3",
    "source_url": "https://example.org/a",
}


@pytest.fixture
def claims_csv(tmp_path: Path) -> Callable[..., Path]:
    """A CSV of claims; each row is given by what differs from a stock row."""

    def make(rows: Sequence[dict[str, Any]], name: str = "claims.csv") -> Path:
        path = tmp_path / name
        columns = list(dict.fromkeys([*CLAIM, *(key for row in rows for key in row)]))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows({**CLAIM, **row} for row in rows)
        return path

    return make
