"""Published judgements: outcomes as far as they were known, and no number that nobody gave."""

from __future__ import annotations

import datetime as dt

from comity.briefs.render.markdown import render_markdown


def test_outcomes_are_counted_and_nothing_is_invented(assessment):
    record = assessment.track_record
    assert len(record.published) == 44
    assert all(item.probability is None for item in record.published)
    assert all(row.brier is None and row.with_probability == 0 for row in record.authors)
    assert "no Brier score is possible" in record.caveat
    assert "written afterwards" in record.caveat
    total = sum(row.right + row.wrong + row.mixed + row.open + row.late for row in record.authors)
    assert total == len(record.published)
    late = [item for item in record.published if not item.beforehand]
    assert [item.id for item in late] == ["J10"], "published some day up to 2026, asked of 2025"
    shaffer = next(row for row in record.authors if row.author == "Brenda Shaffer")
    assert (shaffer.right, shaffer.wrong, shaffer.mixed, shaffer.open) == (2, 1, 0, 1)
    assert all(set(item.evidence) <= set(assessment.evidence) for item in record.published)


def test_a_past_day_knows_no_later_outcome(workspace):
    day = dt.date(2005, 1, 1)
    record = workspace.assess("RUS", "IRN", as_of=day).track_record
    published = {item.id: item for item in record.published}
    assert 0 < len(published) < 10
    assert published["J03"].outcome == "true"  # known from September 2003
    first = published["J01"]  # known from 2010
    assert (first.outcome, first.known_from, first.outcome_text) == (None, None, None)
    assert (first.question, first.criteria) == (None, None)
    assert next(row for row in record.authors if row.author == "Brenda Shaffer").open == 3
    assert all(
        not item.known_from or item.known_from <= day.isoformat() for item in published.values()
    )


def test_a_stated_probability_of_nought_is_printed(assessment):
    first = assessment.track_record.published[0]
    for stated, shown in ((0.0, "0 %"), (0.3, "30 %"), (None, "")):
        item = first.model_copy(update={"probability": stated})
        record = assessment.track_record.model_copy(update={"published": [item]})
        made = assessment.model_copy(update={"track_record": record})
        section = render_markdown(made).split("Track record")[-1]
        section = section.replace("\xa0", " ")
        assert (f"(stated probability {shown})" in section) == bool(shown)
        assert ("(stated probability " in section) == bool(shown)
