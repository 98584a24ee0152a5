from __future__ import annotations

import numpy as np
import pytest

from comity.core.errors import MeasurementError, NotEnoughObservations
from comity.models.factor import estimate_panel
from comity.models.panel_table import read_panel_table

HEAD = "indicator,reads,polarity,period,value,sd\n"
GOOD = HEAD + "".join(
    f"x,depth,1,20{y:02d}-{m:02d},{y + m / 12},0.5\n" for y in range(3) for m in range(1, 13)
)


@pytest.fixture
def read(tmp_path):
    def write_and_read(text, encoding="utf-8"):
        path = tmp_path / "panel.csv"
        path.write_bytes(text.encode(encoding))
        return read_panel_table(path)

    return write_and_read


def test_a_good_table_gives_monthly_series_in_order(read):
    table = read(GOOD + "y,tension,-1,2000,4,\ny,tension,-1,2001,,\ny,tension,-1,2002,5,\n")
    assert table.readings == ("depth", "tension")
    months, values, _sd, span = table.arrays("tension")
    assert (months[0], months[-1]) == ("2000-01", "2002-12")
    assert values[11, 0] == -4.0
    assert span[11, 0] == 12
    out = estimate_panel(table, seed=1, draws=200)["readings"]
    assert set(out) == {"depth", "tension"}
    for reading in out.values():
        for point in reading["series"]:
            assert point["lo95"] <= point["lo80"] <= point["mean"] <= point["hi80"] <= point["hi95"]
            assert point["sd"] > 0
    assert [p["period"] for p in out["tension"]["series"]] == list(months)
    slope = [p["mean"] for p in out["tension"]["series"]]
    assert slope[0] > slope[-1]


def test_byte_order_mark_and_column_order(read):
    table = read(
        "\ufeffvalue,period,polarity,reads,indicator\n1,2000,1,depth,x\n2,2001,+1,depth,x\n"
    )
    assert np.isnan(table.arrays("depth")[2]).all()


def test_indicators_without_information_are_left_out_and_said(read):
    table = read(GOOD + "one,depth,1,2000,4,\nflat,tension,1,2000,4,\nflat,tension,1,2001,4,\n")
    assert set(table.left_out) == {"one", "flat"}
    assert table.readings == ("depth",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (HEAD, "is empty"),
        (HEAD.replace("value", "vlaue") + "x,depth,1,2000,1,\n", "'vlaue'; did you mean value"),
        ("indicator,reads,polarity,period\n", "lacks the column 'value'"),
        ("indicator,indicator,reads,polarity,period,value\n", "twice"),
        (GOOD + "x,depth,1,2000-13,1,\n", "cannot read the period '2000-13'"),
        (GOOD + "x,depth,1,2004-1,1,\n", "cannot read the period"),
        (GOOD + "x,depth,2,2004-01,1,\n", "line 38: polarity '2'"),
        (GOOD + "x,depth,-1,2004-01,1,\n", "polarity 1 above and -1"),
        (GOOD + "x,tension,1,2004-01,1,\n", "reads depth above and tension here"),
        (GOOD + "x,warmth,1,2004-01,1,\n", "known: depth, cohesion"),
        (GOOD + "x,depth,1,2000-01,1,\n", "already has a value for 2000-01 in line 2"),
        (GOOD + "x,depth,1,2000,1,\n", "already has a value"),
        (GOOD + "x,depth,1,2004-01,nan,\n", "not finite"),
        (GOOD + "x,depth,1,2004-01,inf,\n", "not finite"),
        (GOOD + "x,depth,1,2004-01,much,\n", "not a number"),
        (GOOD + "x,depth,1,2004-01,1,-1\n", "negative"),
        (GOOD + "x,depth,1\n", "cells"),
        (GOOD + "x,depth,1,2004-01,1,1,9\n", "cells"),
        (GOOD + ",depth,1,2004-01,1,\n", "no indicator name"),
        (GOOD + "x,depth,1,9999-01,1,\n", "years; check them"),
        (GOOD + 'x,"depth,1,2004-01,1,\n', "well-formed CSV"),
    ],
)
def test_errors_teach(read, text, message):
    with pytest.raises(MeasurementError, match=message) as caught:
        read(text)
    assert "panel.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_observation_only(read):
    with pytest.raises(NotEnoughObservations, match="no scale"):
        read(HEAD + "x,depth,1,2000,1,\n")
    with pytest.raises(MeasurementError, match="UTF-8"):
        read(HEAD + "é,depth,1,2000,1,\n", "latin-1")


def test_no_such_file(tmp_path):
    with pytest.raises(MeasurementError, match="cannot be read"):
        read_panel_table(tmp_path / "none.csv")
