from pathlib import Path

import pytest

from comity.core.catalog import builtin_catalog
from comity.core.errors import CatalogError
from comity.core.ledger_rules import load_ledger_rules
from comity.core.records import TABLES

RULES = load_ledger_rules()


def test_every_state_of_the_table_is_declared() -> None:
    assert {state.id for state in RULES.states} == set(TABLES["claims"].column("state").choices)


def test_the_track_leads_from_word_to_deed() -> None:
    ranks = [RULES.rank(name) for name in ("claimed", "contracted", "paid", "delivered",
                                           "operational", "localised")]  # fmt: skip
    assert ranks == sorted(ranks)
    assert RULES.rank("denied") == RULES.rank("suspended") == 0


def test_exclusion_goes_both_ways() -> None:
    assert RULES.excludes("denied", "delivered")
    assert RULES.excludes("delivered", "denied")
    assert not RULES.excludes("delivered", "operational")


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("then: [claimed, requested, contracted, cancelled, refused]", "then: [sold]", "sold"),
        ("  - id: localised\n", "  - id: operational\n", "twice"),
        ("one_voice: [A, B]", "one_voice: [A, C]", "one_voice"),
        ("id: ledger\n", "id: ledger\nrulez: 1\n", "rulez"),
    ],
)
def test_rules_of_ones_own_are_checked(tmp_path: Path, old: str, new: str, match: str) -> None:
    text = (builtin_catalog() / "ledger.yml").read_text()
    assert old in text
    (tmp_path / "ledger.yml").write_text(text.replace(old, new))
    with pytest.raises(CatalogError, match=match):
        load_ledger_rules([tmp_path])


def test_rules_of_ones_own_replace_ours(tmp_path: Path) -> None:
    text = (builtin_catalog() / "ledger.yml").read_text()
    (tmp_path / "ledger.yml").write_text(text.replace("within_years: 5", "within_years: 3"))
    assert load_ledger_rules([tmp_path]).fulfilment.within_years == 3
