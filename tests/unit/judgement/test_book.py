import datetime as dt

import pytest

from comity.core.records import TABLES
from comity.judgement.book import describe, partial_date

TEXT = {"text": "word", "int": 2001, "float": 1.5, "bool": True, "date": dt.date(2001, 1, 1)}


@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize("filled", [True, False])
def test_every_kind_of_record_can_be_said_in_a_line(name: str, filled: bool) -> None:
    table = TABLES[name]
    row = {
        column.name: TEXT[column.type] if filled or column.required else None
        for column in table.all_columns
    }
    row |= {"record_id": f"{table.kind}:x", "quantity": None}
    said = describe(name, row)
    assert said
    assert "\n" not in said
    assert "None" not in said
    assert not said.startswith(f"{table.kind}:x"), "the id is not a description"


@pytest.mark.parametrize(
    ("start", "end", "precision", "shown"),
    [
        ((2022, 7, 19), (2022, 7, 20), "day", "2022-07-19"),
        ((2022, 7, 1), (2022, 8, 1), "month", "2022-07"),
        ((1990, 1, 1), (1997, 1, 1), "span", "1990/1996"),
    ],
)
def test_dates_are_as_precise_as_known(start, end, precision, shown) -> None:
    row = {
        "occurred_from": dt.date(*start),
        "occurred_to": dt.date(*end),
        "precision": precision,
    }
    assert partial_date(row) == shown
