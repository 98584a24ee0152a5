"""Panels: absence, coverage, knowledge at a date, exposure, direction, evidence."""

from __future__ import annotations

import datetime as dt

import pytest

from comity.core.dyad import Dyad
from comity.core.errors import CatalogError, UnknownName
from comity.indicators.definition import load_indicators
from comity.indicators.measure import measure

COUNT = {"table": "events", "value": "count()", "by": "year", "variance": "poisson"}
TENSE = 'polarity == "tension"'


def test_an_empty_covered_year_is_zero_only_if_declared(view, define, values):
    view.event("2020-05-01")
    view.event("2022-05-01")
    assert values(define(COUNT, absent="missing")) == {"mutual": {"2020": 1, "2022": 1}}
    assert values(define(COUNT, absent="zero"), as_of="2023-01-31")["mutual"] == {
        "2020": 1,
        "2021": 0,
        "2022": 1,
    }


def test_no_zero_outside_the_coverage_of_the_case(view, define, run):
    view.event("2020-05-01")
    panel = run(define(COUNT, absent="zero"), as_of="2025-12-31", first=dt.date(2015, 1, 1))
    series = panel.series[0]
    # The case begins in 2020 and knows nothing after 2023-06-30; half of 2023 is no year.
    assert [item.label for item in series.observations] == ["2020", "2021", "2022"]
    assert [item.n for item in series.observations] == [1, 0, 0]
    assert series.observations[1].evidence == ()
    assert series.observations[1].sd == 1.0


def test_coded_silence_is_no_series(view, define, run):
    view.event("2020-05-01")
    panel = run(define({**COUNT, "where": TENSE}, absent="zero"))
    assert panel.series == ()
    assert panel.statuses["POL-99"] == "no_data"
    assert "no row about RUS-IRN in events" in panel.gaps["POL-99"]


def test_without_a_case_coded_rows_count_but_nothing_is_filled(view, define, values):
    view.event("2020-05-01", source="user:irn-rus")
    assert values(define(COUNT, absent="zero"), with_case=False) == {"mutual": {"2020": 1}}


def test_what_was_not_public_does_not_count(view, define, values):
    view.event("2020-05-01")
    view.event("2020-06-01", public_from=dt.date(2022, 1, 1))
    assert values(define(COUNT), as_of="2021-12-31") == {"mutual": {"2020": 1}}
    assert values(define(COUNT), as_of="2022-01-01") == {"mutual": {"2020": 2}}


def test_known_from_is_the_latest_public_day_behind_a_value(view, define, run):
    view.event("2020-05-01")
    view.event("2020-06-01", public_from=dt.date(2022, 1, 1))
    (series,) = run(define(COUNT, absent="zero"), as_of="2023-06-30").series
    assert series.observations[0].known_from == dt.date(2022, 1, 1)
    assert series.observations[1].known_from == dt.date(2022, 1, 1)  # the end of the empty 2021


def test_only_deeds_count_unless_the_measure_says_otherwise(view, define, values):
    view.event("2020-05-01")
    view.event("2020-05-02", modality="claimed")
    assert values(define(COUNT))["mutual"] == {"2020": 1}
    either = {**COUNT, "where": 'modality in ["asserted", "claimed"]'}
    assert values(define(either))["mutual"] == {"2020": 2}


def test_copies_of_one_report_count_once_and_other_acts_of_the_page_count(view, define, values):
    for _ in range(3):
        view.event("2020-05-01", independence_group="wire-1")
    view.event("2020-05-09", independence_group="wire-1")
    assert values(define(COUNT))["mutual"] == {"2020": 2}
    assert values(define({**COUNT, "value": "count(rows)"}))["mutual"] == {"2020": 4}


def test_exposure_is_a_rate_and_does_not_follow_coverage(view, define, run):
    for year, tense, all_rows in ((2020, 1, 4), (2021, 5, 20)):
        for index in range(all_rows):
            view.event(
                f"{year}-03-{index + 1:02d}", polarity="tension" if index < tense else "cooperation"
            )
    rate = {**COUNT, "where": TENSE, "exposure": "True", "variance": "binomial"}
    (series,) = run(define(rate)).series
    first, second = series.observations
    assert first.value == second.value == 0.25
    assert (first.n, second.n) == (4, 20)
    assert first.sd > second.sd > 0
    assert len(second.evidence) == 12  # capped; the true number is n
    assert set(first.evidence) >= {f"event:{row}" for row in ("r1",)}


def test_nothing_exposed_is_missing_even_where_absence_is_zero(view, define, values):
    view.event("2020-05-01")
    rate = {**COUNT, "where": TENSE, "exposure": "True", "variance": "binomial"}
    assert values(define(rate, absent="zero"))["mutual"] == {"2020": 0.0}
    view.event("2022-05-01", polarity="tension")
    assert values(define(rate, absent="zero"))["mutual"] == {"2020": 0.0, "2022": 1.0}


def test_a_slice_of_one_vague_event_is_no_share(view, define, values):
    view.event("2020")
    view.event("2020-05-05", polarity="tension")
    rate = {**COUNT, "where": TENSE, "exposure": "True", "variance": "binomial", "by": "quarter"}
    assert values(define(rate))["mutual"] == {"2020-06": pytest.approx(1 / (1 + 91 / 366))}


def test_swapping_the_states_swaps_directions_and_negates_signed(view, define, values):
    for _ in range(3):
        view.event("2020-05-01", polarity="tension")
    view.event("2020-05-01", "IRN", "RUS", polarity="tension")
    view.event("2021-05-01", "IRN", "RUS", polarity="tension")
    other = Dyad("IRN", "RUS")
    directed = define({**COUNT, "direction": "directed"}, absent="zero")
    forth, back = values(directed), values(directed, dyad=other)
    assert forth["ab"] == back["ba"] == {"2020": 3, "2021": 0, "2022": 0}
    assert forth["ba"] == back["ab"] == {"2020": 1, "2021": 1, "2022": 0}
    for value, expected in (
        ("count()", {"2020": 2, "2021": -1, "2022": 0}),
        ("balance(count())", {"2020": 0.5, "2021": -1}),
    ):
        signed = define({**COUNT, "direction": "signed", "value": value}, absent="zero")
        assert values(signed)["mutual"] == expected
        negated = {label: -number for label, number in expected.items()}
        assert values(signed, dyad=other)["mutual"] == negated
    mutual = define(COUNT)
    assert values(mutual) == values(mutual, dyad=other) == {"mutual": {"2020": 4, "2021": 1}}


def test_log_ratio_needs_both_sides(view, define, values):
    signed = {
        "table": "values",
        "value": "log_ratio(sum(value))",
        "direction": "signed",
        "by": "year",
        "variance": "fixed",
        "sd": 0.1,
    }
    for year, forth, back in (("2020", 8.0, 1.0), ("2021", 8.0, None)):
        view.add("values", year, series_id="x", subject="RUS>IRN", value=forth, unit="USD")
        if back is not None:
            view.add("values", year, series_id="x", subject="IRN>RUS", value=back, unit="USD")
    assert values(define(signed))["mutual"] == {"2020": pytest.approx(2.0794415)}


def test_predecessors_count_for_their_successor(view, define, values):
    view.event("2020-05-01", "SUN")
    directed = define({**COUNT, "direction": "directed"})
    assert values(directed) == {"ab": {"2020": 1}}


def test_an_event_known_to_the_year_is_spread_over_its_months(view, define, values):
    view.event("2020")
    got = values(define({**COUNT, "by": "quarter"}))["mutual"]
    assert list(got) == ["2020-03", "2020-06", "2020-09", "2020-12"]
    assert sum(got.values()) == pytest.approx(1.0)
    assert got["2020-03"] == pytest.approx(91 / 366)


def test_unfinished_counts_are_left_out_and_unfinished_states_end_at_the_as_of_month(
    view, define, run
):
    view.event("2022-05-01")
    view.event("2023-02-01", intensity=5.0)
    (counts,) = run(define(COUNT, absent="zero"), as_of="2023-03-10").series
    assert counts.observations[-1].label == "2022"
    state = {**COUNT, "value": "last(intensity)", "variance": "fixed", "kind": "state"}
    (held,) = run(define(state), as_of="2023-03-10").series
    assert held.observations[-1].label == "2023-03"
    assert held.observations[-1].end == dt.date(2023, 4, 1)
    assert held.observations[-1].value == 5.0
    assert held.kind == "state"


def test_a_state_holds_until_changed_but_not_beyond_what_is_known(view, define, run):
    first = view.event("2020-05-01", intensity=1.0)
    view.event("2022-02-01", intensity=4.0)
    state = {**COUNT, "value": "last(intensity)", "by": "half", "variance": "fixed"}
    (series,) = run(define(state), as_of="2025-12-31").series
    got = [(item.label, item.value) for item in series.observations]
    assert got[0] == ("2020-06", 1.0)
    assert got[3:] == [("2021-12", 1.0), ("2022-06", 4.0), ("2022-12", 4.0), ("2023-06", 4.0)]
    assert series.observations[3].evidence == (first,)


def test_decay_forgets_by_half_lives(view, define, values):
    view.event("2020-01-01", intensity=8.0)
    decay = {**COUNT, "value": "decay(intensity, half_life=12)", "variance": "fixed"}
    got = values(define(decay))["mutual"]
    assert got["2020"] == pytest.approx(4.0, rel=0.01)
    assert got["2022"] == pytest.approx(1.0, rel=0.01)


def test_a_window_looks_back(view, define, values):
    view.event("2020-05-01")
    view.event("2021-05-01")
    moving = {**COUNT, "window": 24}
    assert values(define(moving, absent="zero"))["mutual"] == {"2020": 1, "2021": 2, "2022": 1}


def test_since_hides_what_is_too_thin(view, define, values):
    view.event("2020-05-01")
    view.event("2022-05-01")
    thin = {**COUNT, "since": "2021"}
    assert values(define(thin, absent="zero"))["mutual"] == {"2021": 0, "2022": 1}


def test_levels_weigh_by_the_share_of_the_period(view, define, values):
    view.add("theatres", "2020-01/2020-09", theatre="gulf", phase="1", alignment=0)
    view.add("theatres", "2020-10/2021-12", theatre="gulf", phase="2", alignment=2)
    level = {"table": "theatres", "value": "mean(alignment)", "by": "year", "variance": "fixed"}
    got = values(define(level))["mutual"]
    assert got == {"2020": pytest.approx(2 * 92 / 366), "2021": 2.0}


def test_the_minimum_evidence_rule(view, define, values):
    ledger = {
        "table": "claims",
        "value": "count(distinct(item_id), verified) / count(distinct(item_id))",
        "where": 'state == "delivered"',
        "by": "year",
        "variance": "binomial",
    }
    rows = [
        ("confirmed", "D", 1, "g1"),
        ("official", "B", 2, "g2"),
        ("partisan", "C", 2, "g3"),
        ("single", "C", 3, "g4"),
        ("twice", "C", 3, "g5"),
        ("twice", "C", 3, "g6"),
        ("copied", "C", 3, "g7"),
        ("copied", "C", 3, "g7"),
        ("doubtful", "B", 4, "g8"),
    ]
    for item, reliability, credibility, group in rows:
        view.claim(
            "2020-05-01", item, "delivered", reliability=reliability, independence_group=group,
            credibility_at_date=credibility, credibility_now=credibility,
        )  # fmt: skip
    items = {row[0] for row in rows}
    assert values(define(ledger))["mutual"]["2020"] == pytest.approx(3 / len(items))


def test_a_grade_given_with_hindsight_is_not_used_before_the_cut_off(view, define, values):
    view.claim("2020-05-01", "x", "delivered", credibility_at_date=3, credibility_now=1)
    verified = {"table": "claims", "value": "count(verified)", "by": "year", "variance": "fixed"}
    assert values(define(verified), as_of="2021-12-31")["mutual"] == {"2020": 0}
    assert values(define(verified), as_of="2023-06-30")["mutual"] == {"2020": 1}


def test_poor_grades_widen_the_interval(view, define, run):
    view.event("2020-05-01")
    view.event("2021-05-01", credibility_at_date=4, credibility_now=4)
    (series,) = run(define(COUNT)).series
    assert series.observations[1].sd == 2 * series.observations[0].sd


def test_the_first_measure_with_rows_is_used_and_the_others_are_kept(view, define, run):
    view.event("2020-05-01")
    view.add(
        "dyad_counts", "2020", source="icews", actor="RUS", recipient="IRN", period="2020",
        verbal_cooperation=5, material_cooperation=0, verbal_conflict=1, material_conflict=0,
    )  # fmt: skip
    media = {"table": "media_events", "value": "count()", "by": "year"}
    counts = {"table": "dyad_counts", "value": "sum(conflict)", "by": "year"}
    panel = run(define(media, COUNT, counts))
    assert [series.table for series in panel.series] == ["events"]
    assert [series.table for series in panel.alternates] == ["dyad_counts"]
    assert panel.series[0].measure == 1
    assert panel.statuses["POL-99"] == "stale"


def test_overlapping_streams_of_events_are_not_read(view, define, values):
    def event(ref, day, **cells):
        view.add("media_events", day, source="icews", event_ref=ref, actor="RUS", recipient="IRN",
                 cameo="040", quad="verbal_cooperation", **cells)  # fmt: skip

    media = define({"table": "media_events", "value": "count()", "by": "year"}, absent="zero")
    event("1", "2020-01-01")
    event("2", "2020-12-31")
    before = values(media, with_case=False)
    assert before["mutual"] == {"2020": 2}
    # Neither counted, nor a sign that the years up to 2022 are covered.
    event("3", "2020-05-01", stream="a-sample")
    event("4", "2022-12-31", stream="a-sample")
    assert values(media, with_case=False) == before


def test_zeros_of_a_publisher_need_both_states_in_its_table(view, define, values):
    for actor, recipient in (("RUS", "IND"), ("CHN", "IRN")):
        view.add(
            "transfers", "2020", source="sipri_arms", actor=actor, recipient=recipient,
            designation="x", delivery_year=2020, delivered=1.0, tiv_delivered=2.0,
        )  # fmt: skip
    arms = {"table": "deliveries", "value": "sum(tiv_delivered)", "direction": "directed",
            "by": "year", "variance": "fixed"}  # fmt: skip
    # Russia supplies and Iran receives in the file: nothing from the one to the other is a zero.
    assert values(define(arms, absent="zero"), with_case=False) == {"ab": {"2020": 0.0}}
    assert values(define(arms, absent="zero"), dyad=Dyad("PAK", "IND"), with_case=False) == {}


def test_agreement_counts_contested_votes_beyond_habits(view, define, run):
    def call(rcid, **votes):
        view.add("roll_calls", "2020-12-01", source="un_votes", rcid=rcid, session=75)
        for voter, choice in votes.items():
            view.add("ballots", "2020-12-01", source="un_votes", rcid=rcid, voter=voter,
                     session=75, choice=choice)  # fmt: skip

    call("1", RUS="yes", IRN="yes", USA="no", GBR="no")
    call("2", RUS="yes", IRN="no", USA="no", GBR="no")
    call("3", RUS="yes", IRN="yes", USA="yes", GBR="yes")
    call("4", RUS="absent", IRN="yes", USA="no", GBR="no")
    base = {"table": "ballot_pairs", "direction": "mutual", "by": "session", "variance": "sample"}
    plain = define({**base, "value": "mean(agree)", "where": "contested"})
    (series,) = run(plain, with_case=False).series
    (only,) = series.observations
    assert (only.label, only.value, only.n) == ("2020", 0.5, 2)
    assert set(only.evidence) == {"ballot:1.RUS", "ballot:1.IRN", "ballot:2.RUS", "ballot:2.IRN"}
    beyond = define({**base, "value": "mean(agree_beyond)", "where": "contested"})
    (series,) = run(beyond, with_case=False).series
    # call 1: 1 - .5 - .5 + .5; call 2: 0 - .25 - .75 + .625
    assert series.observations[0].value == pytest.approx((0.5 - 0.375) / 2)


def test_a_session_stored_from_two_publishers_counts_once(view, define, run):
    def call(rcid, session, rus, irn):
        day = f"{session + 1945}-12-01"
        view.add("roll_calls", day, source="un_votes", rcid=rcid, session=session)
        for voter, choice in (("RUS", rus), ("IRN", irn)):
            view.add("ballots", day, source="un_votes", rcid=rcid, voter=voter, session=session,
                     choice=choice)  # fmt: skip

    # Session 75 in the numbering of one publisher and of the Library, which has one of the two
    # votes; session 76 only in the Library's.
    call("1", 75, "yes", "yes")
    call("2", 75, "yes", "no")
    call("undl-91", 75, "yes", "yes")
    call("undl-92", 76, "yes", "no")
    agreement = define(
        {"table": "ballot_pairs", "value": "mean(agree)", "direction": "mutual", "by": "session",
         "variance": "sample"}
    )  # fmt: skip
    (series,) = run(agreement, with_case=False).series
    found = {each.label: (each.value, each.n) for each in series.observations}
    assert found == {"2020": (0.5, 2), "2021": (0.0, 1)}
    assert not any("undl-91" in name for each in series.observations for name in each.evidence)


def test_no_alliance_is_level_zero_inside_the_coverage(view, define, values):
    view.add("alliances", "2020", source="atop", state_a="IRN", state_b="RUS", year=2020,
             consultation=True, nonaggression=True)  # fmt: skip
    view.add("alliances", "2021", source="atop", state_a="DEU", state_b="FRA", year=2021,
             defense=True)  # fmt: skip
    level = define(
        {"table": "alliance_levels", "value": "max(level)", "by": "year", "variance": "fixed"},
        absent="zero",
    )
    assert values(level, with_case=False)["mutual"] == {"2020": 3.0, "2021": 0.0}
    assert values(level, with_case=False, dyad=Dyad("CHN", "PAK"))["mutual"] == {
        "2020": 0.0, "2021": 0.0,
    }  # fmt: skip


def test_conflict_is_read_against_the_habits_of_both(view, define, values):
    rows = [("RUS", "IRN", 10, 10), ("IRN", "RUS", 10, 10), ("RUS", "USA", 30, 10),
            ("USA", "RUS", 30, 10), ("USA", "IRN", 10, 10), ("IRN", "USA", 10, 10)]  # fmt: skip
    for actor, recipient, friendly, hostile in rows:
        view.add("dyad_counts", "2020", source="icews", actor=actor, recipient=recipient,
                 period="2020", verbal_cooperation=friendly, material_cooperation=0,
                 verbal_conflict=hostile, material_conflict=0)  # fmt: skip
    base = {"table": "dyad_counts", "direction": "ab", "by": "year", "variance": "fixed"}
    expected = define({**base, "value": "sum(expected_cooperation)"})
    assert values(expected, with_case=False)["ab"]["2020"] == pytest.approx(40 * 20 / 100)
    expected = define({**base, "value": "sum(expected_conflict)"})
    assert values(expected, with_case=False)["ab"]["2020"] == pytest.approx(20 * 20 / 60)


def test_third_party_events_are_told_by_the_side_they_concern(view, define, values):
    view.event("2020-05-01", "USA", "RUS", root="SANCTION")
    view.event("2020-05-01", "IRN", "ISR", root="ACCUSE")
    view.event("2020-05-01", "USA", "UKR")
    pressure = {**COUNT, "table": "third_party_events", "direction": "directed"}
    assert values(define(pressure)) == {"ab": {"2020": 1}, "ba": {"2020": 1}}
    main = define({**pressure, "where": "actor == MAIN or recipient == MAIN"})
    assert values(main) == {"ab": {"2020": 1}}
    assert values(define(pressure), with_case=False) == {}


def test_obligations_hold_from_force_to_end(view, define, values):
    view.add("obligations", "2001-03-12", name="treaty", signed="2019", in_force="2020-04",
             ended="2021-10-02", level=3)  # fmt: skip
    view.add("obligations", "2021", name="pact", signed="2021", level=4)
    level = define(
        {"table": "obligations_in_force", "value": "max(level)", "by": "half", "variance": "fixed"}
    )
    got = values(level)["mutual"]
    assert list(got.values())[:5] == [3, 3, 4, 4, 4]
    assert next(iter(got)) == "2020-06"


def test_contacts_belong_to_the_case_and_are_told_by_the_traveller(view, define, values):
    view.add("contacts", "2020-05-01", form="visit", status="held", host="RUS")
    view.add("contacts", "2020-06-01", form="call", status="held")
    view.add("contacts", "2020-07-01", source="case:chn-pak", form="visit", status="held")
    contacts = {**COUNT, "table": "contacts"}
    assert values(define(contacts)) == {"mutual": {"2020": 2}}
    assert values(define({**contacts, "direction": "directed"})) == {"ba": {"2020": 1}}


def test_rows_of_another_case_do_not_count(view, define, values):
    view.event("2020-05-01", "RUS", "USA")
    view.add("exercises", "2020-05-01", status="held", participants="CHN;PAK;RUS;IRN")
    drills = define({**COUNT, "table": "exercises"})
    assert values(define(COUNT), dyad=Dyad("RUS", "USA"), with_case=False) == {}
    assert values(drills, dyad=Dyad("CHN", "PAK"), with_case=False) == {}
    assert values(drills) == {"mutual": {"2020": 1}}


def test_one_query_for_each_measure(view, define, run):
    view.event("2020-05-01")
    view.queries = 0
    run(define({**COUNT, "by": "month"}))
    assert view.queries <= 2  # the measure, and whether the table is filled


def test_a_wrong_declaration_names_file_and_key(define, run):
    with pytest.raises(CatalogError, match=r"indicators/pol_99.yml, measure 1, key value"):
        run(define({**COUNT, "value": "__import__('os')"}))
    with pytest.raises(UnknownName, match=r"polarty.*measure 1, key where"):
        run(define({**COUNT, "where": 'polarty == "tension"'}))
    with pytest.raises(UnknownName, match="evnts"):
        run(define({**COUNT, "table": "evnts"}))


def test_every_declared_indicator_runs_on_an_empty_store(view, case):
    definitions = load_indicators()
    panel = measure(
        view, Dyad("CHN", "PAK"), definitions, dt.date(2023, 6, 30), lineage={},
        first=dt.date(1989, 1, 1), case=None,
    )  # fmt: skip
    assert panel.series == ()
    assert set(panel.statuses.values()) == {"no_data"}
    assert set(panel.gaps) == set(definitions)
    assert all(text.endswith((".", "admit.")) for text in panel.gaps.values())


def test_reports_of_trade_stand_in_the_direction_of_the_goods(view, define, values):
    """A user's own indicator may read the mirror reports; what it makes of two is its choice."""
    total = {"commodity": "TOTAL", "classification": "H6", "period": "2021"}
    for reporter, partner, flow, value in (
        ("RUS", "IRN", "export", 3.0),
        ("IRN", "RUS", "import", 3.4),
        ("IRN", "RUS", "export", 0.5),
        ("RUS", "IRN", "re-import", 9.0),
        ("RUS", "CHN", "export", 70.0),
    ):
        view.add("trade_reports", "2021", source="un_comtrade", reporter=reporter,
                 partner=partner, flow=flow, value=value, **total)  # fmt: skip
    measured = {
        "table": "trade_reports",
        "value": "mean(value)",
        "where": 'commodity == "TOTAL" and flow in ["export", "import"]',
        "direction": "directed",
        "by": "year",
        "variance": "fixed",
        "sd": 0.3,
    }
    found = values(define(measured))
    assert found["ab"] == {"2021": pytest.approx(3.2)}
    assert found["ba"] == {"2021": pytest.approx(0.5)}
    alone = {**measured, "where": 'flow == "import" and valuation == "cif"'}
    assert values(define(alone)) == {}
    again = {**measured, "where": 'flow == "re-import"', "direction": "ba"}
    assert values(define(again))["ba"] == {"2021": 9.0}
