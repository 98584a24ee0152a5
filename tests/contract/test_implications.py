"""What the implications promise: traced, sober, every number the assessment's, for every reader."""

from __future__ import annotations

import datetime as dt
import random
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest

from comity.briefs.blocks import Cite, walk
from comity.briefs.document import compose
from comity.briefs.render.html import render_html
from comity.briefs.render.json import render_json
from comity.core.dyad import Dyad
from comity.core.errors import UnknownName, UsageError
from comity.core.ledger_rules import load_ledger_rules
from comity.judgement import implications as part
from comity.judgement.implied.audiences import load_audiences
from comity.judgement.implied.condition import holds, used_in
from comity.judgement.implied.rules import load_topics
from comity.judgement.lint.generated import lint_assessment, must_be_clean
from comity.judgement.probability import load_scales

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
AUDIT = runpy.run_path(str(FIXTURES / "implied" / "audit.py"))
SYNTHETIC = runpy.run_path(str(FIXTURES / "briefs" / "synthetic.py"))
HOSTILE = SYNTHETIC["HOSTILE"] + " {A} {arms.leader} It may well be unprecedented; they must act."
RULES = {
    rule.id: (topic, rule) for topic in load_topics(Dyad("RUS", "IRN")) for rule in topic.rules
}
AUDIENCES = load_audiences()
WORDS = {band.word for scale in load_scales().values() for band in scale.bands}
OUTCOMES = {True: "holds", False: "fails", None: "unknown"}


@pytest.fixture(scope="module")
def past(workspace):
    days = ("2001-05-01", "2023-10-31")
    return [workspace.assess("RUS", "IRN", as_of=dt.date.fromisoformat(day)) for day in days]


@pytest.fixture(scope="module")
def turned(workspace):
    return workspace.assess("IRN", "RUS")


def told(assessment, **changes):
    """The implications of an assessment, made again without the chain."""
    parts = AUDIT["parts_for"](assessment, **changes)
    return part.implications_part(parts, AUDIT["context_of"](assessment))


# ------------------------------------------------------------------------ numbers and traces
def test_no_number_that_is_not_in_the_traced_parts(assessment, past, turned):
    for made in (assessment, *past, turned):
        assert AUDIT["unproven_numbers"](made) == []
    stated = [x for item in assessment.implications for s in item.sentences for x in s.stated]
    assert len(stated) > 100


def test_the_audit_sees_a_number_of_nobody(assessment):
    item = next(each for each in assessment.implications if each.id == "M-air-defence")
    bad = item.sentences[0].model_copy(update={"text": f"{item.sentences[0].text} And 77 more."})
    off = item.sentences[1].stated[0].model_copy(update={"values": {"claims": 77.0}})
    worse = item.sentences[1].model_copy(update={"stated": [off]})
    changed = item.model_copy(update={"sentences": [bad, worse]})
    wrong = AUDIT["unproven_numbers"](assessment.model_copy(update={"implications": [changed]}))
    assert any("77 is of nothing" in each for each in wrong)
    assert any("do not have" in each for each in wrong)


def test_every_sentence_is_traced_and_cited_or_is_a_judgement_with_its_basis(assessment, past):
    for made in (assessment, *past):
        for item in made.implications:
            assert item.audience in AUDIENCES
            assert item.text == " ".join(each.text for each in item.sentences)
            assert 1 <= len(item.sentences) <= 3
            for each in item.sentences:
                assert each.traces_to, each.text
                assert set(each.evidence) <= set(made.evidence)
                if each.kind == "judgement":
                    assert re.search(r"\bif\b", each.text, re.IGNORECASE)
                    assert each.basis
                    assert each.confidence.startswith("Confidence is ")
                    assert item.author
                else:
                    assert not each.confidence
                    assert each.evidence or each.kind == "not_known", each.text


def test_no_sentence_joins_likelihood_and_confidence(assessment, past):
    for made in (assessment, *past):
        for item in made.implications:
            for each in item.sentences:
                assert "onfidence" not in each.text + each.basis
                assert not [word for word in WORDS if word in each.confidence.lower()]
                for word in re.findall(r"\b(?:un)?likely\b|almost (?:no|certain)", each.text):
                    assert any(word in x.shown for x in each.stated), each.text


def test_every_trace_can_be_explained(workspace, assessment):
    for name in ("M-air-defence", "CW-su-35", "H2", "shaffer-2001"):
        assert workspace.explain(f"RUS-IRN/{name}"), name
    parts = AUDIT["parts_of"](assessment.model_dump(mode="json", by_alias=True))
    for item in (*assessment.implications, *assessment.capability_watch):
        assert set(item.traces_to) <= set(parts), item.id


# ------------------------------------------------------------------------ branches
@pytest.mark.parametrize("outcome", [True, False, None])
def test_every_branch_of_every_rule_can_be_said(assessment, monkeypatch, outcome):
    """Also where nothing at all is known."""
    monkeypatch.setattr(part, "holds", lambda *_: outcome)
    empty = SYNTHETIC["minimal"]().model_copy(
        update={"dyad": assessment.dyad, "as_of": assessment.as_of}
    )
    for source in (assessment, empty):
        made = told(source)
        expected = OUTCOMES[outcome]
        for item in made:
            rule = RULES[item.id][1]
            if item.outcome != expected:
                assert rule.needs, item.id
                assert item.outcome == "unknown"
            assert item.sentences, item.id
            assert "{" not in item.text
            assert "None" not in item.text
        skipped = {name for _, rule in RULES.values() for name in rule.instead_of}
        assert {item.id for item in made} == set(RULES) - skipped
        found = lint_assessment(source.model_copy(update={"implications": made, "evidence": {}}))
        bad = [(place.where, finding) for place, finding in found if finding.level == "error"]
        assert not [each for each in bad if each[0].startswith("implications")]


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_condition_can_come_out_each_way(name):
    rule = RULES[name][1]
    dice = random.Random(20010501)
    literals = [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", rule.when)]
    texts = re.findall(r'"([^"]+)"', rule.when)
    pools = {
        "bool": [True, False, None],
        "state": [*load_ledger_rules().steps, "", None],
        **{key: [*texts, "else", None] for key in ("text", "date", "actor", "outside")},
    }
    numbers = [None, -3.0, 0.0, 0.3, 100.0, *literals, *(x + 0.1 for x in literals)]
    seen = set()
    for _ in range(400):
        facts = {
            fact: {
                field: dice.choice(pools.get(rule.references[fact].fields[field], numbers))
                for field in fields
            }
            for fact, fields in used_in(rule.when, name).items()
        }
        seen.add(holds(rule.when, name, facts))
    never_unknown = "is not None" in rule.when
    assert seen == ({True, False} if never_unknown else {True, False, None})


def test_what_is_not_known_is_said(assessment):
    bare = SYNTHETIC["minimal"]().model_copy(
        update={"dyad": assessment.dyad, "as_of": assessment.as_of}
    )
    made = told(bare)
    assert {item.outcome for item in made if item.topic != "us_interests"} <= {"unknown", "fails"}
    assert sum(item.outcome == "unknown" for item in made) > 20
    for item in made:
        if item.outcome == "unknown":
            assert all(each.kind == "not_known" for each in item.sentences)


def test_a_rule_is_silent_before_its_question_could_be_asked(past):
    early, late = ({item.id for item in made.implications} for made in past)
    assert not [name for name in early if name.startswith("U-")]
    assert "U-drones" in late
    assert "M-isr" not in late
    for made in past:
        text = " ".join(item.text for item in made.implications)
        years = {int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", text)}
        assert max(years) <= int(made.as_of[:4]) + 1


def test_a_case_rule_stands_in_place_of_a_general_one(assessment, past):
    now = {item.id for item in assessment.implications}
    assert "U-lead" in now
    assert "G-supplier" not in now
    assert "G-supplier" in {item.id for item in past[0].implications}


# ------------------------------------------------------------------------ what must be there
def test_the_two_that_the_founding_document_names_are_there(assessment):
    planner = {item.id for item in assessment.implications if item.audience == "planner"}
    assert {"U-drones", "U-localised", "U-munitions", "U-missiles", "U-unknown"} <= planner
    assert {"M-air-defence", "M-aircraft", "M-isr", "M-nuclear", "M-gulf", "M-basing"} <= planner
    found = {item.id: item for item in assessment.implications}
    assert {"shahed-136", "alabuga"} <= set(found["U-drones"].traces_to)
    assert "IND-02" in found["U-localised"].traces_to
    assert found["U-unknown"].sentences[0].kind == "not_known"
    items = {item.id: item for item in assessment.ledger}
    told_of = found["M-aircraft"].sentences[0].text
    assert items["su-35"].verified_state == "contracted"
    assert "a verified contract and no verified delivery" in told_of


def test_a_watched_transfer_has_effects_proof_lag_and_unknowns(assessment, past):
    items = {item.id: item for item in assessment.ledger}
    for item in assessment.capability_watch:
        assert item.effects
        assert item.confirms
        assert item.lag
        assert item.unknowns
        assert item.author
        assert item.evidence
        assert (item.state, item.verified_state) == (
            items[item.item].state, items[item.item].verified_state,
        )  # fmt: skip
        for effect in item.effects:
            assert re.search(r"\bif\b", effect.text, re.IGNORECASE)
            assert effect.confidence.startswith("Confidence is ")
    assert past[0].capability_watch == []
    assert {each.id for each in past[1].capability_watch} < {
        each.id for each in assessment.capability_watch
    }


def test_what_a_planner_reads_first_fits(assessment):
    mine = [item for item in assessment.implications if item.audience == "planner"]
    said = sum(len(item.text.split()) for item in mine)
    beside = sum(len(f"{s.basis} {s.confidence}".split()) for item in mine for s in item.sentences)
    assert len(assessment.bottom_line.text.split()) <= 120
    assert said <= 1_000
    assert said + beside <= 1_400


# ------------------------------------------------------------------------ hostile text
def test_text_of_a_register_stays_data(assessment):
    ledger = [item.model_copy(update={"name": HOSTILE}) for item in assessment.ledger]
    crises = [item.model_copy(update={"name": HOSTILE}) for item in assessment.stress_tests]
    made = told(assessment, ledger=ledger, stress_tests=crises)
    pieces = {name for item in made for each in item.sentences for name in each.outside}
    assert any("script" in piece for piece in pieces)
    for piece in pieces:
        assert piece.isprintable()
        assert len(piece) < 700
    text = " ".join(item.text for item in made)
    assert "\u202e" not in text
    assert "{A}" in text or "…" in text
    changed = assessment.model_copy(update={"implications": made})
    must_be_clean(changed)
    page = render_html(changed, interactive=False)
    body = page.split('<section id="implications"')[1].split("</section>")[0]
    assert "<script" not in body
    assert "<img" not in body
    assert "&lt;script&gt;" in body


# ------------------------------------------------------------------------ readers
def numbers_of(blocks):
    texts = (piece for piece in walk(blocks) if isinstance(piece, str))
    cited = {name for each in walk(blocks) if isinstance(each, Cite) for name in each.ids}
    return Counter(
        number for text in texts if text not in cited for number in re.findall(r"\d[\d.,]*", text)
    )


def test_every_reader_gets_the_same_numbers(assessment):
    usual = compose(assessment)
    whole = {chapter.name: numbers_of(chapter.blocks) for chapter in usual.chapters}
    said = {piece for item in assessment.implications for piece in _sentences(item)}
    assert said
    for audience in AUDIENCES.values():
        document = compose(assessment, audience)
        assert {chapter.name for chapter in document.chapters} == set(whole)
        for chapter in document.chapters:
            if chapter.name != "implications":
                assert numbers_of(chapter.blocks) == whole[chapter.name], chapter.name
                continue
            shown = " ".join(x for x in walk(chapter.blocks) if isinstance(x, str))
            flat = " ".join(shown.split())
            assert all(set(re.findall(r"\d+", text)) <= set(re.findall(r"\d+", flat))
                       for text in said)  # fmt: skip
            titles = {item.title for item in assessment.implications}
            assert all(title in flat for title in titles)
        assert {page.number for page in document.pages} == {page.number for page in usual.pages}


def _sentences(item):
    return [text for each in item.sentences for text in (each.text, each.basis, each.confidence)]


def test_order_and_depth_are_as_declared(assessment):
    usual = [chapter.name for chapter in compose(assessment).chapters]
    orders = set()
    for audience in AUDIENCES.values():
        chapters = compose(assessment, audience).chapters
        names = [chapter.name for chapter in chapters]
        wanted = [*audience.first, *audience.order]
        declared = [name for name in wanted if name in usual]
        assert names[: len(declared)] == declared
        assert names[len(declared) :] == [name for name in usual if name not in declared]
        assert [c.name for c in chapters if c.on_first_screen] == audience.first
        for chapter in chapters:
            has_fold = any(getattr(b, "summary", "") == "The rest of this section"
                           for b in chapter.blocks)  # fmt: skip
            assert not has_fold or chapter.name in audience.folded
        orders.add(tuple(names))
    assert len(orders) == len(AUDIENCES)


def test_each_reader_finds_the_own_questions_first_and_every_question_once(assessment):
    for audience in AUDIENCES.values():
        document = compose(assessment, audience)
        blocks = next(c.blocks for c in document.chapters if c.name == "implications")
        heads = [x for x in walk(blocks) if isinstance(x, str) and x.startswith("For: ")]
        assert heads[0] == f"For: {audience.title}"
        titles = [x.title for x in walk(blocks) if type(x).__name__ == "Panel"]
        assert sorted(titles) == sorted({x.id: x.title for x in assessment.implications}.values())


def test_the_assessment_is_the_same_bytes_for_every_reader(workspace, assessment, tmp_path):
    pages = set()
    for name in (None, *AUDIENCES):
        folder = tmp_path / str(name)
        workspace.write(assessment, folder, ["md"], name)
        assert (folder / "assessment.json").read_bytes() == render_json(assessment)
        pages.add((folder / "brief.md").read_text())
    assert len(pages) == 1 + len(AUDIENCES)
    with pytest.raises(UnknownName, match="planner"):
        workspace.write(assessment, tmp_path, ["md"], "general")


def test_one_reader_can_be_picked(workspace):
    _, chosen = workspace.show(
        "RUS", "IRN", "implications", choice=workspace.choice(audience="scholar")
    )
    assert {item["audience"] for item in chosen} == {"scholar"}
    with pytest.raises(UsageError, match="--audience is for implications"):
        workspace.show("RUS", "IRN", "ledger", choice=workspace.choice(audience="scholar"))
    with pytest.raises(UnknownName, match="scholar"):
        workspace.show("RUS", "IRN", "implications", choice=workspace.choice(audience="sholar"))
