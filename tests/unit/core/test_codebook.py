from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from comity.core.codebook import Scope, breaches, load_codebooks
from comity.core.errors import CatalogError
from comity.core.records import TABLES

SCOPE = Scope(
    known=lambda code: code in {"CHN", "PAK", "USA", "IND"}, pair={"CHN", "PAK"}, third={"USA"}
)
WHEN = {
    "occurred_from": dt.date(2020, 5, 1), "occurred_to": dt.date(2020, 6, 1), "precision": "month",
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "claims": {"claim_id": "c1", "actor": "CHN", "recipient": "PAK", "state": "delivered",
               "speaker_side": "A"},
    "item_merges": {"merge_id": "m1", "from_item": "a", "into_item": "b"},
    "stress_tests": {"crisis_id": "x1", "on_actor": "PAK", "responder": "CHN", "score": 2,
                     "cost_borne": "low"},
    "levers": {"episode_id": "e1", "third_party": "USA", "target": "PAK", "outcome": "open"},
    "theatres": {"theatre_id": "t1", "alignment": 1, "coder_confidence": "low"},
    "body_votes": {"vote_id": "v1", "voter": "CHN", "subject": "PAK", "vote": "no",
                   "effect": "penalise", "directed_score": 1},
    "obligations": {"obligation_id": "o1", "level": 2, "signed": "2020", "in_force": "2021-03"},
    "perspectives": {"statement_id": "s1", "side": "USA"},
    "published_judgements": {"judgement_id": "j1", "outcome": "open"},
    "reference_phases": {"phase_id": "p1", "scheme": "somebody"},
    "polls": {"poll_id": "q1", "country": "PAK", "value": 51.0, "n": 1000},
}  # fmt: skip
YES = {"vote": "yes"}
LATER = dt.date(2022, 5, 31)
EARLY = dt.date(2020, 1, 1)
BROKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("claims", "supplier", {"actor": "USA"}),
    ("claims", "receiver", {"recipient": "IND"}),
    ("claims", "two-parties", {"recipient": "CHN"}),
    ("claims", "quantity", {"quantity": -1.0, "unit": "jets"}),
    ("claims", "unit", {"quantity": 3.0}),
    ("claims", "joint-side", {"joint": True, "speaker_side": "press"}),
    ("claims", "later-known", {"later": "it came"}),
    ("claims", "later-after", {"later": "it came", "later_known_from": EARLY}),
    ("item_merges", "not-itself", {"into_item": "a"}),
    ("stress_tests", "score", {"score": 6}),
    ("stress_tests", "lowest", {"lowest_score": -1}),
    ("stress_tests", "costly-proof", {"score": 4, "reliability": "C", "credibility_now": 2}),
    ("stress_tests", "costly-proof", {"score": 5, "reliability": "B", "credibility_now": 3}),
    ("stress_tests", "costly-proof", {"score": 5, "reliability": "C", "credibility_now": 3,
                                      "source_url": "https://a.org/1",
                                      "second_url": "https://a.org/2"}),
    ("stress_tests", "costly-proof-contested",
     {"score": 4, "is_alternative_coding": True, "reliability": "C", "credibility_now": 5}),
    ("stress_tests", "in-trouble", {"on_actor": "IND"}),
    ("stress_tests", "responder", {"responder": "USA"}),
    ("stress_tests", "two-parties", {"responder": "PAK"}),
    ("stress_tests", "days", {"days_to_response": -3}),
    ("stress_tests", "response-date", {"response_date": "soon"}),
    ("stress_tests", "response-after", {"response_date": "2019-12"}),
    ("stress_tests", "cost-scored", {"score": None}),
    ("stress_tests", "later-known", {"later": "war"}),
    ("levers", "third-party", {"third_party": "USA;IND"}),
    ("levers", "target", {"target": "IND"}),
    ("levers", "two-parties", {"target": "USA"}),
    ("levers", "outcome-known", {"outcome": "nominal"}),
    ("levers", "outcome-window", {"outcome": "nominal", "outcome_known_from": EARLY}),
    ("levers", "response-24m", {"response_24m": "held", "outcome_known_from": EARLY}),
    ("levers", "h1-needs-outcome", {"reads_on_h1": "+"}),
    ("theatres", "alignment", {"alignment": 3}),
    ("theatres", "coded", {"coder_confidence": "none"}),
    ("theatres", "not-coded", {"alignment": None}),
    ("theatres", "high", {"coder_confidence": "high", "events": "2020-05-01;2020-05-02"}),
    ("theatres", "medium", {"coder_confidence": "medium", "events": "2020-05-01"}),
    ("body_votes", "voter", {"voter": "USA"}),
    ("body_votes", "subject", {"subject": "IND"}),
    ("body_votes", "two-parties", {"subject": "CHN"}),
    ("body_votes", "score", {"directed_score": 3}),
    ("body_votes", "score-effect", {"effect": None}),
    ("body_votes", "penalise-yes", YES),
    ("body_votes", "penalise-abstain", {"vote": "abstain"}),
    ("body_votes", "penalise-absent", {"vote": "absent"}),
    ("body_votes", "penalise-no", {"directed_score": 2}),
    ("body_votes", "penalise-veto", {"vote": "veto"}),
    ("body_votes", "relieve-yes", YES | {"effect": "relieve", "directed_score": -2}),
    ("body_votes", "no-score", {"effect": "relieve"}),
    ("body_votes", "consensus", {"vote": "not_against"}),
    ("obligations", "level", {"level": 7}),
    ("obligations", "scope", {"scope": "universal"}),
    ("obligations", "signed-date", {"signed": "long ago"}),
    ("obligations", "force-date", {"in_force": "31 May"}),
    ("obligations", "ended-date", {"ended": "2021-13"}),
    ("obligations", "force-after-signed", {"in_force": "2019"}),
    ("obligations", "ended-after-signed", {"ended": "2019-12-31"}),
    ("obligations", "ended-after-force", {"ended": "2021-02"}),
    ("obligations", "later-known", {"later": "lapsed"}),
    ("perspectives", "side", {"side": "IND"}),
    ("published_judgements", "probability", {"probability": 1.2}),
    ("published_judgements", "criteria", {"outcome": "true"}),
    ("published_judgements", "question", {"outcome": "false"}),
    ("published_judgements", "known", {"outcome": "mixed"}),
    ("published_judgements", "known-after", {"outcome_known_from": EARLY}),
    ("published_judgements", "horizon-date", {"horizon": "next year"}),
    ("published_judgements", "horizon-after", {"horizon": "2019"}),
    ("reference_phases", "scheme", {"scheme": None}),
    ("polls", "share", {"value": 101.0}),
    ("polls", "respondents", {"n": 0}),
    ("polls", "country", {"country": "XXX"}),
]  # fmt: skip


def broken(table: str, change: dict[str, Any]) -> dict[str, Any]:
    return {**WHEN, **GOOD[table], **change}


def found(table: str, change: dict[str, Any], scope: Scope = SCOPE) -> list[str]:
    made = breaches(load_codebooks()[table], TABLES[table], broken(table, change), scope)
    return [each.rule for each in made]


@pytest.mark.parametrize("table", sorted(GOOD))
def test_a_good_row_breaks_no_rule(table: str) -> None:
    assert found(table, {}) == []


@pytest.mark.parametrize(("table", "rule", "change"), BROKEN)
def test_every_rule_refuses(table: str, rule: str, change: dict[str, Any]) -> None:
    assert rule in found(table, change)


def test_every_rule_has_its_refusal_here() -> None:
    declared = {(name, rule.id) for name, book in load_codebooks().items() for rule in book.rules}
    assert declared == {(table, rule) for table, rule, _ in BROKEN}


def test_what_the_codebook_allows_is_said() -> None:
    (breach,) = breaches(
        load_codebooks()["stress_tests"], TABLES["stress_tests"],
        broken("stress_tests", {"score": 6}), SCOPE,
    )  # fmt: skip
    assert (breach.field, breach.rule) == ("score", "score")
    assert "'6'" in breach.reason
    assert "0 to 5" in breach.allowed
    assert breach.allowed in breach.reason


def test_edges_are_allowed() -> None:
    assert found("levers", {"outcome": "nominal", "outcome_known_from": LATER}) == []
    short = {"outcome": "nominal", "outcome_known_from": LATER - dt.timedelta(days=1)}
    assert found("levers", short) == ["outcome-window"]
    two = {"source_url": "https://a.org/1", "second_url": "https://a.org/2 ; https://b.org/3"}
    assert found("stress_tests", {"score": 4, "reliability": "C", "credibility_now": 3} | two) == []
    assert found("stress_tests", {"score": 5, "reliability": "B", "credibility_now": 2}) == []
    assert found("obligations", {"signed": "2020-06-30", "in_force": "2020"}) == []


def test_without_a_case_any_known_third_party_may_stand() -> None:
    scope = Scope(SCOPE.known, SCOPE.pair, None)
    assert found("perspectives", {"side": "IND"}, scope) == []
    assert found("perspectives", {"side": "QQQ"}, scope) == ["side"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("id: claims\ntitle: t\nrules:\n- {id: a, field: nope, given: true, allowed: x}\n", "nope"),
        ("id: claims\ntitle: t\nrules:\n- {id: a, field: state, allowed: x}\n", "exactly one"),
        ("id: claims\ntitle: t\nrules: []\nexemptions:\n- {row: a, rule: b, reason: c}\n", "rule"),
        ("id: nothing\ntitle: t\nrules: []\n", "nothing"),
        ("id: claims\ntitle: t\nrulez: []\n", "rulez"),
    ],
)
def test_a_codebook_of_ones_own_is_checked(tmp_path: Path, text: str, match: str) -> None:
    folder = tmp_path / "codebooks"
    folder.mkdir()
    name = text.splitlines()[0].removeprefix("id: ")
    (folder / f"{name}.yml").write_text(text)
    with pytest.raises(CatalogError, match=match):
        load_codebooks([tmp_path])
