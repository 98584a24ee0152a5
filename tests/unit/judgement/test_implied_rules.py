"""Declared rules: what is refused, with file, rule and what is known."""

from pathlib import Path

import pytest
import yaml

from comity.core.catalog import builtin_catalog
from comity.core.dyad import Dyad
from comity.core.errors import CatalogError, DuplicateName, UnknownName
from comity.judgement.implied.audiences import audience_named, load_audiences
from comity.judgement.implied.fields import FIELDS, NO_ID, reference
from comity.judgement.implied.rules import load_capabilities, load_topics
from comity.judgement.implied.tradecraft import faults
from comity.workspace.crosscheck import check_references

DYAD = Dyad("RUS", "IRN")
OTHER = Dyad("CHN", "PAK")


def topic(**changes):
    """A small sound topic with one rule, and the rule changed."""
    rule = {
        "id": "X-one",
        "title": "One",
        "audiences": ["planner"],
        "facts": {"arms": "role:main"},
        "when": "arms.clear",
        "holds": [{"text": "{arms.leader} leads in {arms.period}."}],
        "fails": [{"text": "Neither leads in {arms.period}."}],
        "unknown": [{"text": "Who leads is not known.", "rests_on": ["arms"]}],
    } | changes
    return {"id": "made_up", "title": "Made up", "author": "A tester", "rules": [rule]}


def catalog(folder: Path, declared, name="implications/made_up.yml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    return folder


def judged(text, **more):
    return {
        "text": text, "judgement": True, "basis": "The balance is {arms.interval}.",
        "confidence": "low", "because": "few deliveries are recorded.", **more,
    }  # fmt: skip


def test_a_sound_rule_is_read(tmp_path):
    assert [each.id for each in load_topics(OTHER, [catalog(tmp_path, topic())])][-1]
    found = {each.id for each in load_topics(OTHER, [tmp_path])}
    assert "made_up" in found


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"audiences": ["general"]}, "unknown audience 'general'"),
        ({"when": "arms.cleer"}, "did you mean clear"),
        ({"when": "weapons.clear"}, "unknown fact 'weapons'"),
        ({"when": "arms.clear and"}, "not an expression"),
        ({"facts": {"arms": "roles:main"}}, "unknown part 'roles'"),
        ({"facts": {"arms": "role"}}, "needs an id"),
        ({"facts": {"arms": "role:main", "idle": "ladder"}}, "nothing uses the fact 'idle'"),
        ({"needs": ["ladder"]}, "unknown fact 'ladder'"),
        ({"instead_of": ["G-nothing"]}, "unknown rule 'G-nothing'"),
        ({"holds": [{"text": "{arms.leeder} leads."}]}, "did you mean leader"),
        ({"holds": [{"text": "{arms.leader.name} leads."}]}, "no field 'leader.name'"),
        ({"holds": [{"text": "{A.__class__} leads."}]}, "unknown fact 'A'"),
        ({"holds": [{"text": "{arms.leader leads."}]}, "a brace stands alone"),
        ({"holds": [{"text": "They should stop {arms.name}."}]}, "should"),
        ({"holds": [{"text": "{arms.leader} leads by a dramatic margin."}]}, "dramatic"),
        ({"holds": [{"text": "{arms.leader} probably leads."}]}, "probably"),
        ({"holds": [{"text": "It is likely that {arms.leader} leads."}]}, "likely"),
        ({"holds": [{"text": "{arms.leader} leads with 40 aircraft."}]}, "the number 40"),
        ({"holds": [{"text": "{arms.leader} leads with a dozen."}]}, "'dozen' is a number"),
        ({"holds": [{"text": "{arms.leader} leads. It is clear."}]}, "more than one sentence"),
        ({"holds": [{"text": "{arms.leader} leads"}]}, "full stop"),
        ({"holds": [{"text": "Nobody leads."}]}, "rests on no fact"),
        ({"holds": [{"text": "Nobody leads.", "rests_on": ["x"]}]}, "unknown fact 'x'"),
        ({"holds": [judged("{arms.leader} would stop.")]}, "not worded with 'if'"),
        ({"holds": [judged("If {arms.leader} stopped, it would end.", basis="")]}, "a basis"),
        ({"holds": [{"text": "{arms.leader} leads.", "confidence": "low"}]}, "judgement: true"),
        ({"holds": []}, "holds"),
        (
            {"holds": [{"text": f"{{arms.leader}} leads{x}."} for x in ("", " on", " so", " too")]},
            "holds",
        ),
        ({"from_date": "2022"}, "from_date"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_broken_rule_is_refused(tmp_path, changes, told):
    with pytest.raises(CatalogError) as caught:
        load_topics(OTHER, [catalog(tmp_path, topic(**changes))])
    assert told in str(caught.value)
    assert "made_up" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_judgement_keeps_confidence_out_of_its_sentence(tmp_path):
    text = "If {arms.leader} stopped, it would end with high confidence."
    with pytest.raises(CatalogError, match="confidence"):
        load_topics(OTHER, [catalog(tmp_path, topic(holds=[judged(text)]))])


def test_two_rules_cannot_have_one_id(tmp_path):
    with pytest.raises(DuplicateName, match="G-supplier"):
        load_topics(OTHER, [catalog(tmp_path, topic(id="G-supplier"))])


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"arms": "role:main", "share": "indicator:DEF-99"}, "DEF-99"),
        ({"arms": "role:main", "share": "reading:warmth"}, "warmth"),
        ({"arms": "role:main", "share": "ledger:su-53"}, "or su-35?"),
        ({"arms": "role:main", "share": "theatre:moon"}, "moon"),
        ({"arms": "role:main", "share": "crisis:nowhere-2020"}, "nowhere-2020"),
        ({"arms": "role:main", "share": "criterion:L9-empire"}, "L9-empire"),
    ],
)
def test_an_unknown_part_is_refused_before_anything_is_assessed(tmp_path, facts, told):
    unknown = [{"text": "Not known.", "rests_on": ["arms", "share"]}]
    made = topic(facts=facts, unknown=unknown)
    where = catalog(tmp_path, made, "cases/rus-irn/implications/made_up.yml")
    with pytest.raises(CatalogError) as caught:
        check_references([where])
    assert told in str(caught.value)


def test_every_built_in_rule_and_audience_names_what_exists():
    assert check_references() > 600
    topics = load_topics(DYAD)
    assert {"ukraine_sustainment", "us_interests"} <= {each.id for each in topics}
    assert all(each.author for each in topics)
    assert len(load_capabilities(DYAD)) >= 6
    assert all(each.author for each in load_capabilities(DYAD))
    assert load_capabilities(OTHER) == []


def test_general_rules_name_no_state_and_no_item():
    for each in load_topics(OTHER):
        text = (builtin_catalog() / "implications" / f"{each.id}.yml").read_text()
        assert not [name for name in ("Russia", "Iran", "RUS", "IRN", "ledger:") if name in text]


def test_a_capability_is_held_to_the_same_words(tmp_path):
    path = builtin_catalog() / "cases/rus-irn/capabilities/su-35.yml"
    sound = yaml.safe_load(path.read_text())
    place = "cases/rus-irn/capabilities/su-35.yml"
    for change, told in (
        ({"effects": [{"text": "It would grow.", "confidence": "low", "because": "so."}]}, "'if'"),
        ({"confirms": ["Planners must look for 24 of them."]}, "must"),
        ({"lag": ["It took {item.days}."]}, "no field 'days'"),
        ({"author": None}, "author"),
    ):
        with pytest.raises(CatalogError) as caught:
            load_capabilities(DYAD, [catalog(tmp_path, sound | change, place)])
        assert told in str(caught.value)


def test_an_unknown_audience_names_the_known():
    assert list(load_audiences()) == ["planner", "policy", "journalist", "scholar"]
    with pytest.raises(UnknownName, match="planner"):
        audience_named("planer")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"first": ["bottom-line", "ledgers"]}, "did you mean ledger"),
        ({"topics": ["ukraine"]}, "unknown name 'ukraine'"),
        ({"order": ["bottom-line"]}, "in first and in order"),
        ({"order": ["ledger", "ledger"]}, "twice"),
    ],
)
def test_a_wrong_audience_is_refused(tmp_path, change, told):
    declared = yaml.safe_load((builtin_catalog() / "audiences.yml").read_text())
    declared["audiences"][0] |= change
    with pytest.raises(CatalogError, match=r"audiences\.yml") as caught:
        check_references([catalog(tmp_path, declared, "audiences.yml")])
    assert told in str(caught.value)


def test_references():
    assert str(reference("promises:RUS>IRN  air_defence")) == "promises:RUS>IRN air_defence"
    for part in FIELDS:
        made = reference(part if part in NO_ID else f"{part}:some-id")
        assert made.fields is FIELDS[part]
    for wrong in ("ladder:1", "ledger", "ledger:a b;c", "", "x:y"):
        with pytest.raises(ValueError, match=r"part|id|form"):
            reference(wrong)


def test_wording_is_that_of_the_linter_and_stricter():
    assert faults("If {x.y} stopped, {A} would hold less.") == []
    for word in ("may", "might", "could", "probably", "unlikely", "chance"):
        assert faults(f"{{A}} {word} stop."), word
