"""A dyad without a case folder is assessed from collected files alone, with its gaps listed."""

import random
import runpy
from pathlib import Path

import pytest

from comity.core.settings import Settings
from comity.workspace import Workspace

STATES = {"CHN": 710, "PAK": 770, "USA": 2, "GBR": 200, "IND": 750, "FRA": 220}
ICEWS_HEAD = (
    "Event ID\tEvent Date\tSource Name\tSource Sectors\tSource Country\tEvent Text\tCAMEO Code\t"
    "Intensity\tTarget Name\tTarget Sectors\tTarget Country\tStory ID\tSentence Number\tPublisher\t"
    "City\tDistrict\tProvince\tCountry\tLatitude\tLongitude"
)


def un_votes(folder: Path, rng: random.Random) -> Path:
    """Write made-up votes in the Dataverse layout: the two agree more often than the others."""
    lines = ["rcid,ccode,session,date,vote,unres,importantvote,me,nu,di,hr,co,ec,short,descr"]
    for rcid in range(400):
        year = 2000 + rcid // 20
        lead = rng.choice("13")
        for name, ccode in STATES.items():
            vote = lead if name in {"CHN", "PAK"} and rng.random() < 0.9 else rng.choice("123")
            lines.append(
                f"{rcid},{ccode},{year - 1945},{year}-12-0{rcid % 9 + 1},{vote},"
                f"R/{year}/{rcid},0,0,0,0,0,0,0,made up,made up"
            )
    path = folder / "UNVotes.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def atop(folder: Path) -> Path:
    """Write made-up obligations in the ATOP dyad-year layout."""
    head = "dyad,year,atopally,defense,offense,neutral,nonagg,consul,bilatno,multino,number,asymm"
    lines = [f"{head},atopid1,mem1,mem2,version"]
    lines += [f"710770,{y},1,0,0,1,1,1,1,0,1,0,9001,710,770,5.1" for y in range(2005, 2019)]
    path = folder / "atop5_1dy.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def icews(folder: Path, rng: random.Random) -> Path:
    """Write made-up events in the layout of the raw ICEWS files."""
    names = {"CHN": "China", "PAK": "Pakistan", "IND": "India", "USA": "United States"}
    lines = [ICEWS_HEAD]
    for i in range(3000):
        one, two = rng.sample(sorted(names), 2)
        if rng.random() < 0.5:
            one, two = rng.sample(["CHN", "PAK"], 2)
        code, intensity = rng.choice(
            [("036", "4.0"), ("040", "1.0"), ("111", "-2.0"), ("190", "-10.0")]
        )
        day = f"20{10 + i % 9:02d}-{i % 12 + 1:02d}-{i % 27 + 1:02d}"
        lines.append(
            f"{1000 + i}\t{day}\tA\tGovernment\t{names[one]}\tMade up\t{code}\t{intensity}\tB\t"
            f"Government\t{names[two]}\t{i}\t1\tMade-up Press\tNA\tNA\tNA\tChina\t1\t1"
        )
    path = folder / "events.2018.tab"
    path.write_text("\n".join(lines) + "\n")
    return path


def sipri(folder: Path) -> Path:
    """Write made-up orders in the layout of the old register."""
    lines = [
        "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,"
        "Number delivered, ,Year(s) of delivery,status,Comments,SIPRI TIV per unit,"
        "SIPRI TIV for total order,SIPRI TIV of delivered weapons"
    ]
    lines += [
        f"Pakistan,China,{y},,10,,Testfighter-{y},fighter aircraft,10,,{y + 1},New,,5,50,50"
        for y in range(1995, 2018, 2)
    ]
    path = folder / "register.csv"
    path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("files")
    rng = random.Random(7)
    workspace = Workspace(Settings(home=folder / "store", draws=200))
    for name, path in (
        ("un_votes", un_votes(folder, rng)),
        ("atop", atop(folder)),
        ("icews", icews(folder, rng)),
        ("sipri_arms", sipri(folder)),
    ):
        report = workspace.collect(name, path)
        assert report.rows_new > 0
        assert report.quarantined == 0, workspace.holdings()["quarantine"][:3]
        again = workspace.collect(name, path)
        assert again.rows_new == 0
        assert workspace.report_lines(again)[0].startswith("0 new")
    return workspace


def test_four_sources_give_an_assessment(made_up: Workspace) -> None:
    made = made_up.assess("China", "Pakistan")
    assert made.dyad.key == "CHN-PAK"
    assert {"depth", "cohesion", "tension"} <= set(made.readings)
    for name in ("depth", "cohesion", "tension"):
        assert made.readings[name].latest.value is not None
    assert made.roles["registered_transfers"].series
    assert {record.dataset for record in made.evidence.values()} <= {
        "un_votes", "atop", "icews", "sipri_arms",
    }  # fmt: skip
    names = {source.name for source in made.manifest.sources}
    assert names == {"un_votes", "atop", "icews", "sipri_arms"}


def test_its_gaps_are_listed_with_what_fills_them(made_up: Workspace) -> None:
    made = made_up.assess("CHN", "PAK")
    empty = [gap for gap in made.gaps if "is empty" in gap.what]
    assert len(empty) >= 10
    assert all("comity admit" in gap.fill for gap in empty)
    assert made.ledger == made.stress_tests == made.levers == made.theatres == []
    assert not any("Iran" in text for text in made.assumptions)


def test_no_evidence_of_the_built_in_case_leaks_in(made_up: Workspace) -> None:
    made_up.assess("RUS", "IRN")
    made = made_up.assess("CHN", "PAK", fresh=True)
    assert not any(record.dataset.startswith("case:") for record in made.evidence.values())
    assert made.perspectives == []


def test_a_source_left_out_changes_the_answer(made_up: Workspace) -> None:
    whole = made_up.assess("CHN", "PAK")
    without = made_up.assess("CHN", "PAK", exclude=["icews"])
    assert without.inputs_hash != whole.inputs_hash
    assert "icews" not in {source.name for source in without.manifest.sources}
    assert without.manifest.excluded == ["icews"]


@pytest.mark.shared
def test_china_and_pakistan_from_real_files(shared_data: Path, tmp_path: Path) -> None:
    workspace = Workspace(Settings(home=tmp_path, draws=200))
    workspace.collect("atop", shared_data / "peacesciencer" / "atop_alliance.rda")
    workspace.collect("icews", shared_data / "icews_dyadyear" / "netify_icews.rda")
    made = workspace.assess("China", "Pakistan")
    assert {"depth", "tension"} <= set(made.readings)
    assert len(made.gaps) > 40


def test_it_has_implications_that_say_what_is_missing(made_up: Workspace) -> None:
    audit = runpy.run_path(str(Path(__file__).parents[1] / "fixtures" / "implied" / "audit.py"))
    made = made_up.assess("CHN", "PAK")
    assert audit["unproven_numbers"](made) == []
    assert made.capability_watch == []
    found = {item.id: item for item in made.implications}
    assert found["G-supplier"].outcome == "holds"
    assert "China is the main supplier" in found["G-supplier"].text
    assert found["G-crises"].outcome == found["G-levers"].outcome == "unknown"
    assert not any(name in item.text for item in made.implications for name in ("Russia", "Iran"))
    assert {item.audience for item in made.implications} == {
        "planner", "policy", "journalist", "scholar",
    }  # fmt: skip
