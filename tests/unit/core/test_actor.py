"""States and organisations by name, code and date."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from comity.core.actor import Actors, State, name_key
from comity.core.actor_table import by_id
from comity.core.catalog import builtin_catalog
from comity.core.errors import AmbiguousName, CatalogError, DuplicateName, UnknownName

DAY = dt.date.fromisoformat
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"


@pytest.fixture(scope="module")
def actors() -> Actors:
    return Actors.load()


def make_state(state_id: str, **values) -> State:
    empty = dict.fromkeys(State.__slots__, "")
    empty |= {"cow": None, "gw": None, "start": None, "end": None}
    empty |= {name: () for name in State.__slots__ if name.startswith(("aliases", "demonym"))}
    return State(**{**empty, "legacy_codes": (), "name_en": state_id, "id": state_id, **values})


@pytest.mark.parametrize(
    ("text", "on", "expected"),
    [
        ("RUS", None, "RUS"),
        ("irn", None, "IRN"),
        ("Russia", None, "RUS"),
        ("USSR", None, "RUS"),
        ("U.S.S.R.", None, "RUS"),
        ("Soviet Union", "1988-01-01", "SUN"),
        ("Russia", "1988-01-01", "SUN"),
        ("Russia", "1991-12-25", "SUN"),
        ("Russia", "1991-12-26", "RUS"),
        ("USSR", "2001-05-31", "RUS"),
        ("East Germany", None, "DEU"),
        ("East Germany", "1990-10-02", "DDR"),
        ("East Germany", "1990-10-03", "DEU"),
        ("Germany", None, "DEU"),
        ("Germany", "1949-06-01", "BRD"),
        ("Federal Republic of Germany", "1970-01-01", "BRD"),
        ("Czechoslovakia", "1992-12-31", "CSK"),
        ("Czech Republic", None, "CZE"),
        ("Yugoslavia", "1985-01-01", "YUG"),
        ("Yugoslavia", "1999-03-24", "SCG"),
        ("YUG", "1999-03-24", "SCG"),
        ("Serbia", None, "SRB"),
        ("Serbia", "1999-03-24", "SCG"),
        ("Serbia and Montenegro", "2010-01-01", "SRB"),
        ("Yemen", None, "YEM"),
        ("Yemen", "1950-01-01", "YAR"),
        ("South Yemen", "1985-01-01", "YMD"),
        ("Vietnam", None, "VNM"),
        ("South Vietnam", "1976-01-01", "VNM"),
        ("Zanzibar", None, "TZA"),
        ("Guinea", None, "GIN"),
        ("Sudan", None, "SDN"),
        ("Burma", None, "MMR"),
        ("Ivory Coast", None, "CIV"),
        ("COTE D’IVOIRE", None, "CIV"),
        ("Persia", "1921-02-26", "IRN"),
        ("Iran (Islamic Republic of)", None, "IRN"),
        ("The Gambia", None, "GMB"),
        ("Bahamas (the)", None, "BHS"),
        ("ROM", None, "ROU"),
        ("ZAR", None, "COD"),
        ("Россия", None, "RUS"),
        ("СССР", "1979-12-25", "SUN"),
        ("соединенные штаты", None, "USA"),
        ("российский", None, "RUS"),
        ("روسیه", None, "RUS"),
        ("روسيه", None, "RUS"),
        ("كره شمالي", None, "PRK"),
        ("کرهٔ‌شمالی", None, "PRK"),
        ("Iranian", None, "IRN"),
        ("Türkiye", None, "TUR"),
    ],
)
def test_resolves_a_name_by_date(actors, text, on, expected):
    assert actors.resolve(text, on and DAY(on)).id == expected


@pytest.mark.parametrize(
    ("text", "on", "candidates"),
    [
        ("Korea", None, ["KOR", "PRK"]),
        ("Congo", None, ["COD", "COG"]),
        ("Dominican", None, ["DMA", "DOM"]),
        ("Germany", "1970-01-01", ["BRD", "DDR"]),
        ("Yemen", "1985-01-01", ["YAR", "YMD"]),
        ("Vietnam", "1965-01-01", ["RVN", "VNM"]),
        ("Yugoslavia", None, ["BIH", "HRV", "MKD", "SCG", "SVN"]),
        ("Yugoslavia", "2010-01-01", ["BIH", "HRV", "MKD", "SCG", "SVN"]),
        ("Czechoslovakia", None, ["CZE", "SVK"]),
        ("CSK", "1993-01-01", ["CZE", "SVK"]),
        ("Ukraine", "1970-01-01", ["SUN"]),
        ("Serbia", "1985-01-01", ["YUG"]),
        ("Kosovo", "1980-01-01", ["YUG"]),
        ("Germany", "1948-01-01", []),
    ],
)
def test_an_ambiguous_name_lists_the_candidates(actors, text, on, candidates):
    with pytest.raises(AmbiguousName) as caught:
        actors.resolve(text, on and DAY(on))
    assert [known.split()[0] for known in caught.value.known] == candidates
    message = str(caught.value)
    assert "\n" not in message
    assert all(candidate in message for candidate in candidates)


@pytest.mark.parametrize(
    ("text", "near"), [("Irann", "Iran"), ("Rusia", "Russia"), ("Казахстн", "Казахстан")]
)
def test_an_unknown_name_suggests_the_nearest(actors, text, near):
    with pytest.raises(UnknownName, match=near) as caught:
        actors.resolve(text)
    assert not isinstance(caught.value, AmbiguousName)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "   ", "…", "x" * 1_000_000, "Hong Kong", "EU"])
def test_what_is_no_state_is_one_short_line(actors, text):
    with pytest.raises(UnknownName) as caught:
        actors.resolve(text)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("code", "system", "on", "expected"),
    [
        (2, "cow", None, "USA"),
        ("002", "cow", None, "USA"),
        (365, "cow", None, "RUS"),
        (365, "gw", "1950-01-01", "SUN"),
        (255, "cow", None, "DEU"),
        (260, "cow", None, "DEU"),
        (260, "cow", "1970-01-01", "BRD"),
        (260, "gw", "2000-01-01", "DEU"),
        (255, "cow", "1970-01-01", "BRD"),
        (265, "cow", "1970-01-01", "DDR"),
        (678, "cow", "1970-01-01", "YAR"),
        (679, "cow", None, "YEM"),
        (678, "gw", None, "YEM"),
        (680, "gw", "1970-01-01", "YMD"),
        (315, "cow", "1970-01-01", "CSK"),
        (316, "cow", None, "CZE"),
        (317, "gw", None, "SVK"),
        (345, "cow", None, "SRB"),
        (345, "cow", "1985-01-01", "YUG"),
        (345, "gw", "1999-01-01", "SCG"),
        (340, "gw", None, "SRB"),
        (817, "cow", "1970-01-01", "RVN"),
        (396, "gw", None, "XAB"),
        ("CH", "fips", None, "CHN"),
        ("as", "fips", None, "AUS"),
        ("IZ", "fips", None, "IRQ"),
        ("RS", "fips", None, "RUS"),
        ("RS", "fips", "1985-01-01", "SUN"),
        ("GZ", "fips", None, "PSE"),
        ("ROM", "cameo", None, "ROU"),
        ("ROU", "cameo", None, "ROU"),
        ("TMP", "cameo", None, "TLS"),
        ("KSV", "cameo", None, "XKX"),
        ("RUS", "cameo", "1985-01-01", "SUN"),
        ("DEU", "iso3", "1985-01-01", "BRD"),
        ("UKR", "iso3", "1970-01-01", "UKR"),
        ("YEM", "iso3", "1985-01-01", "YAR"),
        ("VNM", "iso3", "1960-01-01", "VNM"),
        ("DEU", "iso3", "1948-01-01", "BRD"),
        ("RU", "iso2", "1985-01-01", "SUN"),
        ("ch", "iso2", None, "CHE"),
    ],
)
def test_resolves_a_code_by_date(actors, code, system, on, expected):
    assert actors.resolve_code(code, system, on and DAY(on)).id == expected


def test_an_unknown_code_or_system_is_refused(actors):
    with pytest.raises(UnknownName, match="cow code '999'"):
        actors.resolve_code(999, "cow")
    with pytest.raises(UnknownName, match=r"code system 'iso4'.*iso3"):
        actors.resolve_code("RU", "iso4")
    with pytest.raises(AmbiguousName, match="CZE"):
        actors.resolve_code("CSK", "iso3", DAY("2000-01-01"))


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("RUS", ("SUN", "RUS")),
        ("SUN", ("SUN", "RUS")),
        ("DEU", ("BRD", "DEU")),
        ("DDR", ("DDR",)),
        ("YEM", ("YAR", "YEM")),
        ("YMD", ("YMD",)),
        ("SRB", ("SCG", "SRB")),
        ("YUG", ("YUG",)),
        ("UKR", ("UKR",)),
        ("IRN", ("IRN",)),
    ],
)
def test_lineage_holds_the_ids_of_one_continuing_state(actors, state, line):
    assert actors.lineage(state) == line


def test_the_soviet_union_left_fifteen_states(actors):
    assert len(actors.successors("SUN")) == 15
    assert [s.id for s in actors.successors("DDR")] == ["DEU"]


def test_organisations_are_found_by_id_and_alias(actors):
    assert actors.organisation("European Union").id == "EU"
    assert actors.organisation("opec+").id == "OPECPLUS"
    assert actors.organisation("OPEC").id == "OPEC"
    assert actors.organisation("ШОС").id == "SCO"
    with pytest.raises(UnknownName, match=r"organisation 'NATOO'.*NATO"):
        actors.organisation("NATOO")


def test_ids_are_known_exactly(actors):
    assert actors.is_known("RUS")
    assert actors.is_known("SUN")
    assert actors.is_known("E3")
    assert not actors.is_known("rus")
    assert not actors.is_known("Russia")
    with pytest.raises(UnknownName):
        actors.state("rus")


def test_names_come_in_three_languages(actors):
    assert actors.name("IRN") == "Iran"
    assert actors.name("IRN", "ru") == "Иран"
    assert actors.name("IRN", "fa") == "ایران"
    assert actors.name("EU") == "European Union"
    assert make_state("AAA").name("ru") == "AAA"


def test_the_builtin_table_is_read_once():
    assert Actors.load() is Actors.load()


def test_a_catalog_of_ones_own_adds_and_replaces_rows(tmp_path):
    with (builtin_catalog() / "actors" / "states.csv").open(encoding="utf-8") as stream:
        header = next(csv.reader(stream))
    folder = tmp_path / "actors"
    folder.mkdir()
    rows = [
        dict.fromkeys(header, "") | {"id": "HKG", "name_en": "Hong Kong"},
        dict.fromkeys(header, "") | {"id": "IRN", "name_en": "Iran", "aliases_en": "Ariana"},
    ]
    with (folder / "states.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows(rows)
    actors = Actors.load([tmp_path])
    assert actors.resolve("hong-kong").id == "HKG"
    assert actors.resolve("ariana").id == "IRN"
    assert actors.resolve("Russia").id == "RUS"
    assert not Actors.load().is_known("HKG")


@pytest.mark.parametrize(
    ("states", "error", "match"),
    [
        ([make_state("AAA"), make_state("AAA")], DuplicateName, "'AAA' is given twice"),
        ([make_state("AAA", predecessor="ZZZ")], CatalogError, "unknown state 'ZZZ'"),
        ([make_state("AAA", successor="AAA")], CatalogError, "before its successor"),
        (
            [make_state("AAA", start=DAY("2000-01-01"), end=DAY("2000-01-01"))],
            CatalogError,
            "ends before it starts",
        ),
        (
            [
                make_state("AAA", end=DAY("1990-01-01"), successor="BBB"),
                make_state("BBB", end=DAY("1980-01-01"), successor="AAA"),
            ],
            CatalogError,
            "AAA does not end before its successor BBB",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(states, error, match):
    with pytest.raises(error, match=match):
        Actors(states)


def test_an_organisation_may_not_take_the_id_of_a_state(actors):
    with pytest.raises(DuplicateName, match="'EU' is that of a state"):
        Actors([make_state("EU")], [actors.organisation("EU")])


def test_only_documented_names_are_shared_between_present_states(actors):
    present = [state for state in actors.states.values() if state.end is None]
    owners: dict[str, set[str]] = {}
    for state in present:
        for name in (state.id, *state.names()):
            owners.setdefault(name_key(name), set()).add(state.id)
    shared = {frozenset(ids) for ids in owners.values() if len(ids) > 1}
    assert shared == {
        frozenset({"COD", "COG"}),
        frozenset({"DMA", "DOM"}),
        frozenset({"KOR", "PRK"}),
    }


def test_the_table_covers_the_united_nations_and_three_languages(actors):
    present = [state for state in actors.states.values() if state.end is None]
    no_member = {"VAT", "PSE", "TWN", "XKX", "XAB", "XSO"}
    assert len(present) - len(no_member) == 193
    assert all(state.name_ru and state.name_fa for state in actors.states.values())
    assert sum(bool(s.demonym_en and s.demonym_ru and s.demonym_fa) for s in present) >= 60
    assert len(by_id(actors.states.values(), "states")) == len(actors.states)


# ---------------------------------------------------------------- against the publishers' lists

# Starts that differ from the Gleditsch-Ward list by more than half a year.
GW_STARTS = {
    "SVN": "own declaration of 1991; the list takes recognition in 1992",
    "HRV": "own declaration of 1991; the list takes recognition in 1992",
    "BTN": "the treaty with India of August 1949; the list takes the first of that year",
    "LAO": "the treaty of October 1953; the list takes May 1954",
    "GEO": "own declaration of April 1991; the list takes the end of the Soviet Union",
}
# Ends that differ from it by more than half a year.
GW_ENDS = {"TBT": "the agreement of May 1951; the list takes October 1950"}
# In the Correlates of War list before our start.
COW_EARLY = {
    "JOR": "the treaty of March 1946; we take the proclamation of independence in May",
    "MLI": "the Mali Federation; we take Mali itself, September 1960",
}
# Gleditsch-Ward codes of states below the population threshold of the main list.
GW_SMALL = {
    "ATG",
    "MHL",
    "STP",
    "MCO",
    "XSO",
    "AND",
    "SYC",
    "WSM",
    "TON",
    "KIR",
    "GRD",
    "LIE",
    "TUV",
    "DMA",
    "XAB",
    "KNA",
    "PLW",
    "NRU",
    "SMR",
    "LCA",
    "VUT",
    "FSM",
    "VCT",
}


def shared_table(folder: str, name: str):
    path = SHARED / folder / name
    if not path.exists():
        pytest.skip(f"needs shared/data/{folder}/{name} beside the checkout")
    if path.suffix == ".rda":
        pyreadr = pytest.importorskip("pyreadr")
        return next(iter(pyreadr.read_r(str(path)).values()))
    pandas = pytest.importorskip("pandas")
    sep = "," if path.suffix == ".csv" else "\t"
    return pandas.read_csv(path, sep=sep, dtype=str, keep_default_na=False)


@pytest.mark.shared
def test_gleditsch_ward_codes_and_dates_agree(actors):
    table = shared_table("peacesciencer", "gw_states.rda")
    late = dt.timedelta(days=183)
    seen: set[str] = set()
    starts, ends = set(), set()
    for row in table.itertuples():
        start, end = DAY(str(row.startdate)[:10]), DAY(str(row.enddate)[:10])
        if end < DAY("1946-01-01"):
            continue
        middle = max(start, DAY("1946-01-01")) + (end - max(start, DAY("1946-01-01"))) / 2
        state = actors.resolve_code(int(row.gwcode), "gw", middle)
        line = [s for s in map(actors.state, actors.lineage(state.id)) if s.gw == state.gw]
        if state.gw == 345:
            line = [actors.state("YUG"), actors.state("SCG")]
        seen |= {s.id for s in line}
        first, last = line[0].start, line[-1].end
        if start >= DAY("1946-01-02") and (first is None or abs(first - start) > late):
            starts.add(state.id)
        if last and abs(last - dt.timedelta(days=1) - end) > late:
            ends.add(state.id)
        assert last is not None or end >= DAY("2017-12-31"), state.id
    assert starts == set(GW_STARTS)
    assert ends == set(GW_ENDS)
    ours = {s.id for s in actors.states.values() if s.gw is not None}
    assert ours - seen == GW_SMALL


@pytest.mark.shared
def test_correlates_of_war_codes_and_spells_agree(actors):
    table = shared_table("peacesciencer", "cow_states.rda")
    slack = dt.timedelta(days=45)
    seen, early = set(), set()
    for row in table.itertuples():
        end = dt.date(int(row.endyear), int(row.endmonth), int(row.endday))
        start = dt.date(int(row.styear), int(row.stmonth), int(row.stday))
        if end < DAY("1946-01-01"):
            continue
        state = actors.resolve_code(int(row.ccode), "cow", end)
        line = [s for s in actors.states.values() if s.cow == int(row.ccode)]
        seen |= {s.id for s in line}
        first = min(line, key=lambda s: s.start or dt.date.min).start
        if first and start < first - slack:
            early.add(state.id)
        last = state.end - dt.timedelta(days=1) if state.end else None
        assert last is None or abs(last - end) <= slack, state.id
    assert early == set(COW_EARLY)
    assert {s.id for s in actors.states.values() if s.cow is not None} == seen


@pytest.mark.shared
def test_codes_agree_with_a_crosswalk(actors):
    table = shared_table("country_codes", "codelist_without_cldr.csv")
    rows = {row.iso3c: row for row in table.itertuples() if len(row.iso3c) == 3}
    for state in actors.states.values():
        row = rows.get(state.id)
        if row is None or state.end is not None:
            continue
        assert state.iso3 == state.id
        assert row.fips in (state.fips, ""), state.id
        if state.id == "VAT":  # 327 there is the Papal States, which ended in 1870
            continue
        assert row.cown in (str(state.cow or ""), ""), state.id
        # 815 is the Vietnam of before 1893 in the Gleditsch-Ward list.
        assert row.gwn in (str(state.gw or ""), "", "815"), state.id
    members = {key for key, row in rows.items() if row.cown and key != "VAT"}
    assert members <= set(actors.states)


@pytest.mark.shared
def test_cameo_codes_agree_with_the_gdelt_list(actors):
    table = shared_table("cameo/gdelt-lookups", "CAMEO.country.txt")
    codes = set(table["CODE"])
    # Kosovo is KSV in later CAMEO lists; the GDELT list has no ended state and no Palau code else.
    later = {"KSV", "CSK", "DDR", "YUG", "SCG"}
    ours = {s.cameo: s.id for s in actors.states.values() if s.cameo}
    assert {code for code in ours if code not in codes} == later
    label = dict(zip(table["CODE"], table["LABEL"], strict=True))
    # Spellings of that list which are no name of a state.
    misspelt = {"COL", "COG"}
    for code in set(ours) & codes - misspelt:
        assert actors.resolve_code(code, "cameo").id == actors.resolve(label[code]).id, code


@pytest.mark.shared
def test_names_of_real_data_resolve(actors):
    un = set(shared_table("un_votes", "un_votes.rda")["country"].astype(str))
    un |= set(shared_table("icews_dyadyear", "netify_icews.rda")["i"].astype(str))
    unresolved: dict[str, str] = {}
    for name in sorted(un):
        try:
            actors.resolve(name)
        except UnknownName as error:
            unresolved[name] = type(error).__name__
    # Names that need the date, or the publisher's own meaning (Congo is COG there).
    assert set(unresolved) <= {"Yugoslavia", "Czechoslovakia", "Congo"}, unresolved
