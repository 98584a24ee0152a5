"""Names lead home whatever their case, marks and letter variants."""

from __future__ import annotations

import datetime as dt
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.actor import Actors, name_key
from comity.core.errors import AmbiguousName, UnknownName

ACTORS = Actors.load()
STATES = list(ACTORS.states.values())
NAMED = [(state, name) for state in STATES for name in (*state.codes("iso3"), *state.names())]
DATES = st.dates(dt.date(1946, 1, 1), dt.date(2030, 1, 1))
VARIANTS = {"ی": "ي", "ک": "ك"}


def outcome(name: str, on: dt.date | None) -> str:
    try:
        return ACTORS.resolve(name, on).id
    except AmbiguousName as error:
        return f"ambiguous: {error.known}"
    except UnknownName as error:
        return str(error)


def day_within(state) -> dt.date:
    return state.start or (state.end or dt.date(1990, 1, 1)) - dt.timedelta(days=1)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.id)
def test_every_name_means_its_state_while_it_exists(state):
    """Or one that shares the name at that time, which the error then lists."""
    day = day_within(state)
    assert state.existed_on(day)
    for name in (*state.codes("iso3"), *state.names()):
        got = outcome(name, day)
        assert got == state.id or (got.startswith("ambiguous") and f"'{state.id} (" in got), name


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.id)
def test_every_id_leads_to_itself_its_successor_or_names_those_that_emerged(state):
    last = state
    while last.end is not None and last.successor:
        last = ACTORS.states[last.successor]
    if last.end is None:
        assert ACTORS.resolve(state.id) == last
        return
    with pytest.raises(AmbiguousName) as caught:
        ACTORS.resolve(state.id)
    heirs = {f"{heir.id} ({heir.name_en})" for heir in ACTORS.successors(last.id)}
    assert heirs == set(caught.value.known)
    assert len(heirs) > 1


@given(st.sampled_from(NAMED), DATES, st.data())
def test_case_marks_joiners_and_letter_variants_do_not_count(named, on, data):
    name = named[1]
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    swapped = "".join(VARIANTS.get(c, c) for c in name)
    joiner = data.draw(st.sampled_from(["\u200c", "\u00a0", "-", "  "]))
    for other in (name.upper(), name.lower(), name.title(), plain, swapped):
        assert outcome(other, on) == outcome(name, on)
    assert outcome(name.replace(" ", joiner).replace("\u200c", joiner), on) == outcome(name, on)


@given(st.sampled_from(NAMED), DATES)
def test_a_resolved_state_existed_on_the_day(named, on):
    try:
        found = ACTORS.resolve(named[1], on)
    except AmbiguousName:
        return
    assert found.existed_on(on)


@given(st.text(max_size=60), st.one_of(st.none(), st.dates()))
def test_any_text_gives_a_state_or_one_line(text, on):
    assert "\n" not in outcome(text, on)


@given(st.text(max_size=60))
def test_the_key_of_a_key_is_itself(text):
    assert name_key(name_key(text)) in {name_key(text), name_key(text).removeprefix("the")}


@given(st.sampled_from(STATES), st.sampled_from(["iso3", "cow", "gw", "cameo", "fips"]), DATES)
def test_a_code_leads_to_a_state_of_its_line(state, system, on):
    for code in state.codes(system):
        try:
            found = ACTORS.resolve_code(code, system, on)
        except AmbiguousName:
            assert not state.existed_on(on)
        else:
            assert found.existed_on(on) or found.begins_after(on)


@given(st.sampled_from(STATES))
def test_every_member_of_a_lineage_has_that_lineage(state):
    line = ACTORS.lineage(state.id)
    assert state.id in line
    assert {ACTORS.lineage(other) for other in line} == {line}
    for before, after in pairwise(line):
        assert ACTORS.states[before].end <= ACTORS.states[after].start
