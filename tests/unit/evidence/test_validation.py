from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from comity.core.errors import EvidenceError, UnknownName
from comity.core.records import Batch
from comity.evidence.validation import checked

DAY = dt.date(2020, 1, 1)
MIDNIGHT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
NOON = MIDNIGHT.replace(hour=12)


def batch(**changes):
    columns = {
        "state_a": ["IRN", "IRN"], "state_b": ["RUS", "SYR"], "year": [2020, 2021],
        "occurred_from": [DAY, DAY], "occurred_to": [dt.date(2021, 1, 1)] * 2,
        "precision": ["year"] * 2, "public_from": [DAY] * 2, "public_from_basis": ["act"] * 2,
        "locator": ["line 2", "line 3"],
    }  # fmt: skip
    return Batch("alliances", {**columns, **changes})


def values(**changes):
    columns = {
        "value_id": ["v1", "v2"], "series_id": ["s"] * 2, "value": [1.5, 2], "unit": ["u"] * 2,
        "occurred_from": [DAY, DAY], "occurred_to": [dt.date(2021, 1, 1)] * 2,
        "precision": ["year"] * 2, "public_from": [DAY] * 2, "public_from_basis": ["act"] * 2,
        "locator": ["line 2", "line 3"],
    }  # fmt: skip
    return Batch("values", {**columns, **changes})


def test_good_rows_pass_with_typed_columns():
    columns, rejects = checked(batch(defense=[True, None]))
    assert rejects == []
    assert columns["year"].tolist() == [2020, 2021]
    assert pd.isna(columns["defense"][1])
    assert columns["occurred_from"][0] == np.datetime64("2020-01-01")


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"state_a": ["IRN", None]}, "missing_value", "state_a"),
        ({"state_a": ["IRN", ""]}, "missing_value", "state_a"),
        ({"state_a": ["IRN", float("nan")]}, "missing_value", "state_a"),
        ({"state_a": ["IRN", 365]}, "bad_type", "365"),
        ({"state_a": ["IRN", "\ud800"]}, "bad_text", "not text"),
        ({"state_a": ["IRN", "I\0N"]}, "bad_text", "not text"),
        ({"precision": ["year", "century"]}, "unknown_choice", "century"),
        ({"year": [2020, 2020.5]}, "bad_type", "2020.5"),
        ({"year": [2020, True]}, "bad_type", "True"),
        ({"year": [2020, 10**30]}, "bad_number", "too large"),
        ({"defense": [True, 1]}, "bad_type", "1"),
        ({"occurred_from": [DAY, "2020-01-01"]}, "bad_type", "2020-01-01"),
        ({"occurred_from": [DAY, NOON]}, "bad_type", "datetime"),
        ({"occurred_to": [dt.date(2021, 1, 1), DAY]}, "bad_period", "not after"),
    ],
)
def test_a_bad_row_is_rejected_and_the_other_kept(change, code, words):
    columns, (reject,) = checked(batch(**change))
    assert (reject.code, reject.locator) == (code, "line 3")
    assert words in reject.reason
    assert '"state_b": "SYR"' in reject.raw
    assert {len(column) for column in columns.values()} == {1}
    assert columns["state_b"].tolist() == ["RUS"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([1, float("nan")], [1.0, None]),
        (np.array([1.0, 2.5]), [1.0, 2.5]),
        ([None, np.float64(3)], [None, 3.0]),
        ([pd.NA, 3], [None, 3.0]),
    ],
)
def test_numbers_in_several_guises(given, kept):
    columns, rejects = checked(values(value=given))
    expected = [item for item in kept if item is not None]
    assert columns["value"].tolist() == expected  # value is required: what is missing is rejected
    assert len(rejects) == kept.count(None)


def test_infinite_numbers_are_rejected():
    _, (reject,) = checked(values(value=[float("inf"), 1.0]))
    assert (reject.code, reject.locator) == ("bad_number", "line 2")


def test_dates_in_several_guises():
    given = [MIDNIGHT, np.datetime64("2020-01-01")]
    columns, rejects = checked(batch(occurred_from=given))
    assert rejects == []
    assert (columns["occurred_from"] == np.datetime64("2020-01-01")).all()


def test_a_missing_optional_date_is_no_date():
    columns, rejects = checked(
        Batch("claims", {
            "claim_id": ["c"], "item_id": ["i"], "item_name": ["n"], "item_class": ["x"],
            "actor": ["RUS"], "recipient": ["IRN"], "state": ["claimed"],
            "later_known_from": [None],
            "occurred_from": [DAY], "occurred_to": [dt.date(2021, 1, 1)], "precision": ["day"],
            "public_from": [DAY], "public_from_basis": ["act"], "locator": ["line 2"],
        })
    )  # fmt: skip
    assert rejects == []
    assert np.isnat(columns["later_known_from"][0])


def test_a_left_out_required_column_rejects_every_row():
    columns = dict(batch().columns)
    del columns["precision"]
    _, rejects = checked(Batch("alliances", columns))
    assert [reject.code for reject in rejects] == ["missing_value"] * 2


def test_a_batch_of_the_wrong_shape_is_a_fault_of_the_parser():
    with pytest.raises(EvidenceError, match="one length"):
        checked(batch(year=[2020]))
    columns = dict(batch().columns)
    del columns["locator"]
    with pytest.raises(EvidenceError, match="locator"):
        checked(Batch("alliances", columns))
    with pytest.raises(UnknownName, match="colour"):
        checked(batch(colour=["red", "red"]))
    with pytest.raises(UnknownName, match="table"):
        checked(Batch("nothing", {"locator": []}))
