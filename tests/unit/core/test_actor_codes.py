"""Who a name or code means on a day: states, what is known to be none, and unknown."""

from __future__ import annotations

import collections
import csv
import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from comity.core.actor import Actors
from comity.core.actor_codes import SYSTEMS, resolve
from comity.core.errors import UnknownName
from comity.core.not_states import LETTERED, not_states, roles
from comity.core.office_holders import office_holders
from comity.sources._context import States

DAY = dt.date.fromisoformat
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")


@pytest.fixture(scope="module")
def actors() -> Actors:
    return Actors.load()


# Two letters, what FIPS 10-4 means by them, and what ISO 3166-1 alpha-2 means; None: nothing.
TRAPS = [
    ("IS", "ISR", "ISL"), ("IC", "ISL", None), ("IL", None, "ISR"),
    ("RS", "RUS", "SRB"), ("RI", "SRB", None), ("RU", None, "RUS"),
    ("IZ", "IRQ", None), ("IR", "IRN", "IRN"), ("IQ", None, "IRQ"),
    ("CH", "CHN", "CHE"), ("SZ", "CHE", "SWZ"), ("CN", "COM", "CHN"), ("WZ", "SWZ", None),
    ("GM", "DEU", "GMB"), ("GA", "GMB", "GAB"), ("GB", "GAB", "GBR"), ("UK", "GBR", None),
    ("AU", "AUT", "AUS"), ("AS", "AUS", "American Samoa"), ("AT", "Ashmore and Cartier Islands",
                                                            "AUT"),
    ("UP", "UKR", None), ("UA", None, "UKR"), ("TU", "TUR", None), ("TX", "TKM", None),
    ("TR", None, "TUR"), ("SW", "SWE", None), ("SE", "SYC", "SWE"),
    ("NI", "NGA", "NIC"), ("NU", "NIC", "Niue"), ("NG", "NER", "NGA"), ("NE", "Niue", "NER"),
    ("BO", "BLR", "BOL"), ("BL", "BOL", "Saint Barthélemy"), ("BY", "BDI", "BLR"),
    ("KS", "KOR", None), ("KN", "PRK", "KNA"), ("KR", "KIR", "KOR"),
    ("BG", "BGD", "BGR"), ("BU", "BGR", None), ("BD", "Bermuda", "BGD"),
    ("JA", "JPN", None), ("JP", None, "JPN"), ("PO", "PRT", None), ("PS", "PLW", "PSE"),
    ("SP", "ESP", None), ("ES", "SLV", "ESP"), ("SF", "ZAF", None), ("ZA", "ZMB", "ZAF"),
    ("SG", "SEN", "SGP"), ("SN", "SGP", "SEN"), ("TS", "TUN", None), ("TN", "TON", "TUN"),
    ("VM", "VNM", None), ("VT", "VAT", None), ("YM", "YEM", None), ("MU", "OMN", "MUS"),
    ("OM", None, "OMN"), ("MA", "MDG", "MAR"), ("MO", "MAR", "Macao"), ("MG", "MNG", "MDG"),
    ("LE", "LBN", None), ("LB", None, "LBN"), ("LI", "LBR", "LIE"), ("LS", "LIE", "LSO"),
    ("LH", "LTU", None), ("LG", "LVA", None), ("LV", None, "LVA"), ("EN", "EST", None),
    ("EI", "IRL", None), ("IE", None, "IRL"), ("DA", "DNK", None), ("DK", None, "DNK"),
    ("DR", "DOM", None), ("DO", "DMA", "DOM"), ("CE", "LKA", None), ("CS", "CRI", None),
    ("CR", "Coral Sea Islands", "CRI"), ("CI", "CHL", "CIV"), ("CL", None, "CHL"),
    ("CG", "COD", "COG"), ("CF", "COG", "CAF"), ("CT", "CAF", None), ("CD", "TCD", "COD"),
    ("BM", "MMR", "Bermuda"), ("BN", "BEN", "BRN"), ("BX", "BRN", None), ("BP", "SLB", None),
    ("BA", "BHR", "BIH"), ("BK", "BIH", None), ("BH", "BLZ", "BHR"), ("BF", "BHS", "BFA"),
    ("AG", "DZA", "ATG"), ("AC", "ATG", None), ("AJ", "AZE", None), ("AM", "ARM", "ARM"),
    ("GG", "GEO", "Guernsey"), ("GE", "DEU", "GEO"), ("GR", "GRC", "GRC"), ("HA", "HTI", None),
    ("HO", "HND", None), ("PA", "PRY", "PAN"), ("PM", "PAN", "Saint Pierre and Miquelon"),
    ("RP", "PHL", None), ("SB", "Saint Pierre and Miquelon", "SLB"), ("TD", "TTO", "TCD"),
    ("TI", "TJK", None), ("TJ", None, "TJK"), ("TO", "TGO", "TON"), ("VI",
        "British Virgin Islands", "United States Virgin Islands"), ("WI", "Western Sahara", None),
    ("ZI", "ZWE", None), ("OD", "SSD", None), ("SS", None, "SSD"), ("SU", "SDN", "RUS"),
    ("EU", "Europa Island", None), ("HK", "Hong Kong", "Hong Kong"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "fips", "iso2"), TRAPS, ids=[row[0] for row in TRAPS])
def test_two_letters_mean_what_their_system_says(code, fips, iso2):
    for system, expected in (("fips", fips), ("iso2", iso2)):
        found = resolve(code, system, DAY("2020-01-01"))
        if expected is None:
            assert (found.kind, found.id, found.name) == ("unknown", "", "")
        else:
            assert expected in {found.id, found.name}
    if fips and iso2 and fips != iso2:
        # An answer in one system warns of the other.
        warned = resolve(code, "fips", DAY("2020-01-01")).elsewhere
        assert any(line.startswith("iso2: ") and iso2 in line for line in warned)


def test_letters_of_a_former_state_are_read_by_date():
    assert resolve("CS", "iso2", DAY("1980-01-01")).id == "CSK"
    assert resolve("CS", "iso2", DAY("2004-01-01")).id == "SCG"
    assert resolve("SU", "iso2", DAY("1980-01-01")).id == "SUN"
    assert resolve("SU", "iso2").id == "RUS"
    assert resolve("DE", "iso2", DAY("1970-01-01")).id == "BRD"
    assert resolve("RS", "fips", DAY("1970-01-01")).id == "SUN"


@pytest.mark.parametrize(
    ("code", "on", "kind", "actor", "parts"),
    [
        ("RUSGOV", "1985-05-01", "state", "SUN", ["state", "official"]),
        ("RUSGOV", "2015-05-01", "state", "RUS", ["state", "official"]),
        ("rusgov", "2015-05-01", "state", "RUS", ["state", "official"]),
        ("IRNMIL", None, "state", "IRN", ["state", "official"]),
        ("USAGOVPRS", None, "state", "USA", ["state", "official", "unknown"]),
        ("LBNHEZ", None, "state", "LBN", ["state", "organisation"]),
        ("SYRREBSUN", None, "state", "SYR", ["state", "non_state", "religion"]),
        ("DEUGOV", "1970-01-01", "state", "BRD", ["state", "official"]),
        ("ROM", None, "state", "ROU", ["state"]),
        ("TMP", None, "state", "TLS", ["state"]),
        ("KSV", None, "state", "XKX", ["state"]),
        ("GZSREB", None, "state", "PSE", ["state", "non_state"]),
        ("IGOUNO", None, "organisation", "UN", ["international", "organisation"]),
        ("UNO", None, "organisation", "UN", []),
        ("NATMIL", None, "organisation", "NATO", ["organisation", "official"]),
        ("EEC", None, "organisation", "EU", []),
        ("MEA", None, "region", "", []),
        ("AFRREB", None, "region", "", ["region", "non_state"]),
        ("SAM", None, "region", "", []),
        ("HKGBUS", None, "territory", "", ["territory", "domestic"]),
        ("BAG", None, "city", "", []),
        ("GOV", None, "role", "", ["official"]),
        ("SUN", None, "role", "", ["religion"]),
        ("REBMOS", None, "role", "", ["non_state", "religion"]),
        ("YUG", "2010-01-01", "unknown", "", []),
        ("KUR", None, "unknown", "", []),
        ("PRC", None, "unknown", "", []),
        ("RU", None, "unknown", "", []),
        ("RUSGO", None, "unknown", "", []),
        ("", None, "unknown", "", []),
        ("0", None, "unknown", "", []),
        ("---", None, "unknown", "", []),
        ("X" * 10_000, None, "unknown", "", []),
    ],
)
def test_a_cameo_code_is_its_country_and_its_roles(code, on, kind, actor, parts):
    found = resolve(code, "cameo", on and DAY(on))
    assert (found.kind, found.id) == (kind, actor)
    assert [part.kind for part in found.parts] == parts
    if kind == "unknown":
        assert found.note.endswith(".")
        assert len(found.note) < 300
    assert "".join(part.text for part in found.parts) in {"", code.upper()}


def test_a_code_used_before_its_state_began_says_so():
    found = resolve("UKR", "cameo", DAY("1985-01-01"))
    assert found.id == "UKR"
    assert "no state on 1985-01-01" in found.note
    assert "part of SUN" in found.note


@pytest.mark.parametrize(
    ("text", "on", "kind", "actor"),
    [
        ("Russia", "1985-01-01", "state", "SUN"),
        ("Россия", None, "state", "RUS"),
        ("Foreign Ministry (Iran)", None, "state", "IRN"),
        ("Military (Russia)", "1985-01-01", "state", "SUN"),
        ("Hassan Rouhani", "2015-01-01", "state", "IRN"),
        ("Hassan Rouhani", "2013-08-02", "unknown", ""),
        ("Hassan Rouhani", None, "unknown", ""),
        ("Korea", None, "unknown", ""),
        ("Government (Korea)", None, "unknown", ""),
        ("Cabinet (Narnia)", None, "unknown", ""),
        ("NATO", None, "organisation", "NATO"),
        ("Hong Kong", None, "territory", ""),
        ("the faroe islands", None, "territory", ""),
        ("Atlantis", None, "unknown", ""),
        ("", None, "unknown", ""),
        ("[red]x[/red]" * 1_000, None, "unknown", ""),
    ],
)
def test_a_name_by_day(text, on, kind, actor):
    found = resolve(text, "name", on and DAY(on))
    assert (found.kind, found.id) == (kind, actor)
    assert bool(found.note) or kind != "unknown"


def test_what_is_unknown_names_what_it_might_be():
    assert "KOR (South Korea)" in resolve("Korea").candidates
    assert "Russia" in resolve("Rusia").candidates
    assert "Hassan Rouhani" in resolve("Hassan Rohani").candidates
    assert "2013-08-03" in resolve("Hassan Rouhani").candidates[0]


def test_an_unknown_system_is_an_error():
    with pytest.raises(UnknownName, match="cameo"):
        resolve("RUS", "camio")


def test_no_code_of_the_list_is_also_that_of_a_state(actors):
    for system in LETTERED:
        taken = {code for state in actors.states.values() for code in state.codes(system)}
        # Our ids are looked up as CAMEO too; a role or region must not hide behind one.
        assert not taken & not_states(system).keys()
        assert all(len(code) == (3 if system in {"cameo", "iso3"} else 2)
                   for code in not_states(system))  # fmt: skip
    own = {s.cameo for s in actors.states.values()}
    assert not own & roles().keys()
    bodies = [row.organisation for row in not_states("cameo").values() if row.organisation]
    assert set(bodies) <= actors.organisations.keys()


def test_every_answer_can_be_written_as_json():
    for system in SYSTEMS:
        found = resolve("RUS", system, DAY("2020-01-01")).as_json()
        assert found["on"] == "2020-01-01"
        assert isinstance(found["candidates"], list)


# ---- against the lists in circulation


@pytest.mark.shared
@needs_shared
def test_every_country_code_of_gdelt_is_a_state_or_known_to_be_none(actors):
    with (SHARED / "cameo" / "gdelt-lookups" / "CAMEO.country.txt").open() as stream:
        listed = dict(line.rstrip("\n").split("\t") for line in stream)
    del listed["CODE"], listed["0"]
    kinds: dict[str, list[str]] = collections.defaultdict(list)
    for code, label in listed.items():
        found = resolve(code, "cameo", DAY("2015-01-01"))
        kinds[found.kind].append(code)
        if found.kind == "state" and actors.is_name(label):
            assert actors.resolve(label, DAY("2015-01-01")).id == found.id, code
    # Labels that are no name of ours: a misspelling, and how the list calls the two Congos, etc.
    odd = {code for code in kinds["state"] if not actors.is_name(listed[code])}
    assert {code: resolve(code, "cameo").id for code in sorted(odd)} == {
        "COL": "COL", "GZS": "PSE", "WSB": "PSE",
    }  # fmt: skip
    counts = {kind: len(codes) for kind, codes in kinds.items()}
    assert counts == {"state": 198, "region": 25, "territory": 38, "city": 1}
    assert len(listed) == 262


@pytest.mark.shared
@needs_shared
def test_every_role_of_gdelt_is_known():
    with (SHARED / "cameo" / "gdelt-lookups" / "CAMEO.actortype.txt").open() as stream:
        listed = {line.split("\t")[0] for line in stream} - {"CODE", "0"}
    # Bodies that the list of roles names: the United Nations is one of our organisations.
    assert listed - roles().keys() - not_states("cameo").keys() == {"AMN", "IRC", "GRP"}
    with (SHARED / "cameo" / "gdelt-lookups" / "CAMEO.religion.txt").open() as stream:
        listed = {line.split("\t")[0] for line in stream} - {"CODE", "0"}
    # SHN is Saint Helena as a country and Old Shinto as a religion; the country comes first.
    assert listed - roles().keys() == {"SHN"}


@pytest.mark.shared
@needs_shared
def test_codes_of_all_states_agree_with_the_crosswalk(actors):
    with (SHARED / "country_codes" / "codelist_without_cldr.csv").open(encoding="utf-8") as stream:
        listed = {row["iso3c"]: row for row in csv.DictReader(stream) if row["iso3c"]}
    columns = {"fips": "fips", "iso2": "iso2c", "cow": "cown", "gw": "gwn"}
    agree: collections.Counter[str] = collections.Counter()
    differ: dict[str, set[str]] = collections.defaultdict(set)
    present = [s for s in actors.states.values() if s.end is None and s.id in listed]
    for state in present:
        for ours, theirs in columns.items():
            mine, other = next(state.codes(ours), ""), listed[state.id][theirs]
            if mine == other:
                agree[ours] += 1
            else:
                differ[ours].add(state.id)
    assert len(present) == 196
    assert agree == {"fips": 195, "iso2": 196, "cow": 194, "gw": 172}
    # South Sudan got its FIPS code after that list was closed; GDELT writes it.
    assert differ["fips"] == {"SSD"}
    # Their Holy See has a number outside the state list; our Serbia keeps 345, as the list does.
    assert differ["cow"] == {"SRB", "VAT"}
    # Microstates that Gleditsch and Ward list apart, Yemen and Viet Nam after unification.
    small = {s for s in differ["gw"] if not listed[s]["gwn"]}
    assert differ["gw"] - small == {"VAT", "VNM"}
    assert len(small) == 22


@pytest.mark.shared
@needs_shared
@pytest.mark.filterwarnings("ignore:The xlrd engine")
def test_every_fips_code_is_a_state_or_known_to_be_none():
    table = pd.read_excel(SHARED / "country_codes" / "data_fips.xls", header=None, dtype=str)
    rows = [[str(cell).strip() for cell in row] for row in table.iloc[3:].to_numpy().tolist()]
    kinds: collections.Counter[str] = collections.Counter()
    for code, iso3, _, name in rows:
        found = resolve(code, "fips", DAY("2015-01-01"))
        assert found.kind != "unknown", (code, name)
        kinds[found.kind] += 1
        if found.kind == "state" and iso3 != "*":
            assert found.id == iso3, (code, name)
    assert kinds == {"state": 197, "territory": 72}


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(("file", "column", "system"), [("data_cow.csv", "cown", "cow"),
                                                        ("data_gw.csv", "gwn", "gw")])  # fmt: skip
def test_every_number_of_the_state_lists_is_a_state_of_that_year(actors, file, column, system):
    with (SHARED / "country_codes" / file).open(encoding="utf-8") as stream:
        rows = [(row[column], int(row["year"])) for row in csv.DictReader(stream)]
    kept = [(number, year) for number, year in rows if year >= 1946]
    found = States(actors).in_year([n for n, _ in kept], [y for _, y in kept], system)
    missing = {pair for pair, state in zip(kept, found, strict=True) if state is None}
    late = {state for (_, year), state in zip(kept, found, strict=True)
            if state and actors.states[state].begins_after(dt.date(year, 12, 31))}  # fmt: skip
    assert (missing, late) == (set(), set())
    assert len(kept) > 10_000


# Archigos names one effective leader a state; ours are holders of offices.
LEADERS = {
    "Abdel Fattah Al-Sisi": "al-Sisi", "Angela Merkel": "Merkel",
    "Ashraf Ghani Ahmadzai": "Ahmadzai", "Barack Obama": "Obama",
    "Benjamin Netanyahu": "Netanyahu", "François Hollande": "Hollande",
    "Hassan Rouhani": "Rouhani", "Kim Jong-Un": "Kim Jong Un",
    "Mahmoud Ahmadinejad": "Ahmadinejad", "Narendra Modi": "Narendra Modi",
    "Nuri al-Maliki": "al-Maliki", "Recep Tayyip Erdoğan": "Erdogan", "Shinzo Abe": "Shinzo Abe",
    "Vladimir Putin": "Putin", "Xi Jinping": "Xi Jinping",
}  # fmt: skip


@pytest.mark.shared
@needs_shared
def test_terms_of_leaders_agree_with_archigos(actors):
    pyreadr = pytest.importorskip("pyreadr")
    (table,) = pyreadr.read_r(str(SHARED / "peacesciencer" / "archigos.rda")).values()
    last = max(map(str, table["enddate"]))
    spans = [(int(r.gwcode), r.leader, DAY(str(r.startdate)), DAY(str(r.enddate)))
             for r in table.itertuples()]  # fmt: skip
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    outside: dict[str, list[str]] = collections.defaultdict(list)
    for name, terms in office_holders().items():
        for term in terms:
            if str(term.start) > last:
                continue
            number = actors.states[term.state].gw
            own = [(start, end) for code, leader, start, end in spans
                   if code == number and leader == LEADERS.get(name)
                   and start < term.end and term.start < end]  # fmt: skip
            if len(own) != 1:
                outside[name].append(term.office)
                continue
            starts[f"{name} {term.start}"] = (own[0][0] - term.start).days
            if str(own[0][1]) < last:
                ends[f"{name} {term.start}"] = (own[0][1] - term.end).days
    # Not leaders by that definition: ministers, and an office beside the effective leader.
    assert outside == {
        "Dmitry Anatolyevich Medvedev": ["president", "head of government"],
        "John Kerry": ["foreign minister"],
        "Mohammad Javad Zarif": ["foreign minister"],
        "Sergey Viktorovich Lavrov": ["foreign minister"],
        "Wen Jiabao": ["head of government"],
    }
    # Mr Modi took the oath on 26 May; Mr Putin acted as president from 1 January 2000, and is the
    # leader throughout for Archigos, whose office changed in 2008 and 2012.
    assert {name: days for name, days in starts.items() if days} == {
        "Narendra Modi 2014-05-26": 3,
        "Vladimir Putin 2000-05-07": -127,
        "Vladimir Putin 2008-05-08": -3050,
        "Vladimir Putin 2012-05-07": -4510,
    }
    assert {name: days for name, days in ends.items() if days} == {}
    assert (len(starts), len(ends)) == (18, 3)


@pytest.mark.shared
@needs_shared
def test_every_leader_of_archigos_led_a_state_of_ours(actors):
    pyreadr = pytest.importorskip("pyreadr")
    (table,) = pyreadr.read_r(str(SHARED / "peacesciencer" / "archigos.rda")).values()
    total, early = 0, set()
    for row in table.itertuples():
        for day in (DAY(str(row.startdate)), DAY(str(row.enddate))):
            if day.year >= 1946:
                total += 1
                state = actors.resolve_code(int(row.gwcode), "gw", day)
                if state.begins_after(day):
                    early.add(state.id)
    assert total == 4_177
    # Archigos begins with leaders of a colony or a union republic who stayed on.
    assert len(early) == 34
    assert {"UKR", "KAZ", "SGP", "GHA"} < early
