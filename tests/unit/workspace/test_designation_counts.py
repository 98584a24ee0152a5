from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from comity.evidence.ingest import admit_source
from comity.evidence.store import EvidenceStore
from comity.sources._spec import source_named
from comity.workspace.designation_counts import entries_by_list_date, listings_by_year

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
OFAC_DAY, EU_DAY = dt.date(2021, 7, 15), dt.date(2024, 5, 20)
OFAC = [
    ("SDN", OFAC_DAY, "IRN", 3),
    ("SDN", OFAC_DAY, "RUS", 2),
    ("SDN", OFAC_DAY, "SYR", 1),
    ("SDN", OFAC_DAY, None, 3),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EvidenceStore:
    store = EvidenceStore.open(tmp_path_factory.mktemp("home"), "500MB")
    for name, layout in (("ofac_sdn", "sdn-list"), ("eu_sanctions", "consolidated-acts")):
        admit_source(store, source_named(name), FIXTURES / name / layout, NOW)
    return store


def test_entries_by_list_and_state(store: EvidenceStore) -> None:
    with store.view(dt.date.max) as view:
        # The agent under programmes about Iran and Syria counts for both.
        assert list(entries_by_list_date(view)) == [("32023R1529", EU_DAY, "IRN", 4), *OFAC]
        assert list(listings_by_year(view)) == [
            ("32023R1529", 2023, "IRN", 1),
            ("32023R1529", 2024, "IRN", 2),
        ]


def test_a_listing_is_known_before_the_list_but_not_its_later_text(store: EvidenceStore) -> None:
    with store.view(dt.date(2024, 1, 1)) as view:
        rows = view.query(
            "SELECT name, target, list_date, reason, countries FROM designations"
            " WHERE list = '32023R1529'"
        )
        assert rows == [("Nobody ANYWHERE", "IRN", None, None, None)]
        assert list(entries_by_list_date(view)) == OFAC
        assert list(listings_by_year(view)) == [("32023R1529", 2023, "IRN", 1)]
    with store.view(OFAC_DAY - dt.timedelta(days=1)) as view:
        assert not entries_by_list_date(view)
