from typing import Any

import pytest

from comity.core.ledger_rules import load_ledger_rules


def row(reliability: str | None, credibility: int | None, group: str = "g") -> dict[str, Any]:
    return {
        "reliability": reliability,
        "credibility_now": credibility,
        "independence_group": group,
        "record_id": group,
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("D", 1)], True),
        ([row("B", 2)], True),
        ([row("C", 2)], False),
        ([row("C", 3, "x"), row("C", 3, "y")], True),
        ([row("C", 3, "x"), row("C", 3, "x")], False),
        ([row("D", 3, "x"), row("D", 3, "y")], False),
        ([row("A", 4, "x"), row("A", 4, "y")], False),
        ([row(None, None)], False),
        ([], False),
    ],
)
def test_minimum_evidence_rule(rows: list[dict[str, Any]], expected: bool) -> None:
    assert load_ledger_rules().evidence.enough(rows) is expected
