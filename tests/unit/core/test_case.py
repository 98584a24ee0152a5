from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.core.case import case_folder, case_tables, load_case
from comity.core.dyad import Dyad
from comity.core.errors import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

MINIMAL = """\
id: aaa-bbb
dyad: {a: AAA, b: BBB}
title: A and B
start: 1990-01-01
information_cut_off: 2020-06-30
languages: [en]
flow_classes:
- {id: major_arms, name: Major arms, item_classes: [armour]}
wish_lists:
- supplier: AAA
  recipient: BBB
  items:
  - {id: tank, name: Tank, flow_class: major_arms}
crises:
- {id: war, name: War}
- {id: war-vote, name: Vote, parent: war}
theatres:
- {id: sea, name: The sea, blurb: Who owns it}
"""


def folder(root: Path, text: str = MINIMAL, slug: str = "aaa-bbb") -> Path:
    place = root / "cases" / slug
    place.mkdir(parents=True)
    (place / "case.yml").write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize("dyad", [Dyad("AAA", "BBB"), Dyad("BBB", "AAA")])
def test_a_case_is_found_in_either_order_and_keeps_its_own(tmp_path: Path, dyad: Dyad) -> None:
    place = folder(tmp_path)
    case = load_case(dyad, [tmp_path])
    assert case is not None
    assert case.states == Dyad("AAA", "BBB")
    assert case_folder(dyad, [tmp_path]) == place
    assert case.flow_class_by_item_class["armour"] == "major_arms"
    assert "poetry" not in case.flow_class_by_item_class
    assert case.theatre_names["sea"] == "The sea"


def test_a_dyad_without_a_folder_has_no_case(tmp_path: Path) -> None:
    assert load_case(Dyad("CHN", "PAK"), [tmp_path]) is None
    assert case_folder(Dyad("CHN", "PAK")) is None


def test_a_later_catalog_wins(tmp_path: Path) -> None:
    folder(tmp_path / "one")
    folder(tmp_path / "two", MINIMAL.replace("A and B", "Mine"))
    case = load_case(Dyad("AAA", "BBB"), [tmp_path / "one", tmp_path / "two"])
    assert case is not None
    assert case.title == "Mine"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title:", "titel:", "did you mean 'title'"),
        ("start: 1990-01-01", "start: soon", "start"),
        ("id: aaa-bbb", "id: aaa-ccc", "not that of its folder"),
        ("dyad: {a: AAA, b: BBB}", "dyad: {a: AAA, b: CCC}", "not that of its folder"),
        ("flow_class: major_arms", "flow_class: minor_arms", "unknown flow class 'minor_arms'"),
        ("parent: war", "parent: peace", "unknown crisis 'peace'"),
        ("recipient: BBB", "recipient: CCC", "not between the two states"),
        ("a: AAA", "a: aaa", "dyad.a"),
    ],
)
def test_a_wrong_case_is_named_with_its_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder(tmp_path, MINIMAL.replace(old, new))
    with pytest.raises(CatalogError) as error:
        load_case(Dyad("AAA", "BBB"), [tmp_path])
    assert says in str(error.value)
    assert "case.yml" in str(error.value)


def test_tables_are_found_by_file_name(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "registers").mkdir()
    for name in ("series.csv", "registers/claims.csv"):
        (place / name).write_text("", encoding="utf-8")
    assert case_tables(place) == {
        "claims": place / "registers" / "claims.csv",
        "values": place / "series.csv",
    }


@pytest.mark.parametrize("name", ["clams.csv", "ballots.csv"])
def test_a_file_that_is_no_case_table_is_refused(tmp_path: Path, name: str) -> None:
    place = folder(tmp_path)
    (place / name).write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match="not named after a table"):
        case_tables(place)


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    place = folder(tmp_path)
    for name in ("series.csv", "values.csv"):
        (place / name).write_text("", encoding="utf-8")
    with pytest.raises(CatalogError, match="already fills"):
        case_tables(place)


def test_compared_dyads_keep_their_order(tmp_path: Path) -> None:
    text = MINIMAL.replace("aaa-bbb", "rus-irn").replace("AAA", "RUS").replace("BBB", "IRN")
    folder(tmp_path, f"{text}compare: [USA-GBR, GBR-FRA]\n", "rus-irn")
    case = load_case(Dyad("RUS", "IRN"), (tmp_path,))
    assert case is not None
    assert [str(dyad) for dyad in case.compared] == ["USA-GBR", "GBR-FRA"]


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ("[USA-GBX]", "unknown state 'GBX'"),
        ("[USA-USA]", "one state twice"),
        ("[IRN-RUS]", "the dyad of the case itself"),
        ("[USA-GBR, GBR-USA]", "GBR-USA is named twice"),
        ("[usa-gbr]", "compare"),
    ],
)
def test_a_wrong_compared_dyad_names_its_place(tmp_path: Path, pairs: str, told: str) -> None:
    text = MINIMAL.replace("aaa-bbb", "rus-irn").replace("AAA", "RUS").replace("BBB", "IRN")
    folder(tmp_path, f"{text}compare: {pairs}\n", "rus-irn")
    with pytest.raises(CatalogError, match=told) as caught:
        load_case(Dyad("RUS", "IRN"), (tmp_path,))
    assert "case.yml" in str(caught.value)
