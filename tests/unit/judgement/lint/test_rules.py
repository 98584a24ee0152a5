"""Each rule on sentences that break it and on their neighbours that do not."""

from pathlib import Path

import pytest

from comity.core.errors import CatalogError, UnknownName
from comity.core.framework import load_references
from comity.judgement.lint import Finding, lint_text
from comity.judgement.lint.rules import load_rulebook


def broken(text: str, scale: str = "icd203", kind: str = "sentence", **more) -> list[str]:
    return [
        each.rule
        for each in lint_text(text, scale, kind=kind, **more)
        if each.level != "hint"
    ]  # fmt: skip


def said(text: str, rule: str, scale: str = "icd203") -> list[str]:
    found = lint_text(text, scale, kind="sentence")
    return [text[slice(*each.span)] for each in found if each.rule == rule]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The tie may well deepen.", ["may well"]),
        ("Moscow could sell jets, and Tehran might pay.", ["could", "might"]),
        ("It will probably hold.", ["probably"]),
        ("We cannot rule out a sale.", ["cannot rule out"]),
        ("A sale can’t be excluded.", ["can’t be excluded"]),
        ("There is a serious chance of a break.", ["serious chance"]),
        ("Chances are that it holds.", ["Chances are"]),
        ("It is more likely than not that it holds.", ["more likely than not"]),
        ("It is highly likely (85 %) that it holds.", ["highly likely"]),
        ("A break is possible.", ["possible"]),
    ],
)
def test_words_of_doubt_that_are_not_on_the_scale(text: str, words: list[str]) -> None:
    assert said(text, "unscaled_likelihood") == words


@pytest.mark.parametrize(
    "text",
    [
        "In May 2022 Iran trained crews [4].",
        "Its military might grew by 5 % [4].",
        "Trade could not grow.",
        "They paid as soon as possible [2].",
        "The result is three times more probable under the claim.",
        "No narrow answer is possible.",
        "Lavrov said that Moscow could sell jets [3].",
        "“We may sell them,” Lavrov said [3].",
        "Moscow might sell jets, says Ambassador Jalali [3].",
        "According to Reuters, Moscow may sell jets [3].",
        "«Мы may продать», сказал он [3].",
    ],
)
def test_words_that_only_look_like_doubt_or_are_somebody_elses(text: str) -> None:
    assert said(text, "unscaled_likelihood") == []


@pytest.mark.parametrize(
    "text",
    [
        "Officials said that Moscow could sell jets [3].",
        "Some analysts say Moscow may sell jets [3].",
        "Moscow may sell jets, according to Western officials [3].",
        "Lavrov said Moscow sells no jets [3]; it may well do so.",
        "The Sirik deal announced in 2025 may fail [3].",
    ],
)
def test_nobody_who_is_not_named_lends_a_word_of_doubt(text: str) -> None:
    assert broken(text) == ["unscaled_likelihood"]


def test_the_same_word_is_judged_by_the_chosen_scale() -> None:
    british, american = "It is highly likely (85 %) to hold.", "It is very likely (85 %) to hold."
    assert broken(british, "phia") == [] == broken(american)
    assert broken(british) == broken(american, "phia") == ["unscaled_likelihood"]
    assert broken("It will probably (60 %) hold.", "phia") == []
    assert broken("It will probably (60 %) hold.", "icd203_odds") == []


def test_two_scales_are_mixed_once_per_text() -> None:
    text = (
        "It is very likely (85 %) to hold. It is highly likely (85 %) to deepen. "
        "There is a realistic possibility (45 %) of a quarrel."
    )
    rules = broken(text)
    assert rules.count("mixed_scales") == 1
    assert rules.count("unscaled_likelihood") == 2
    assert said(text, "mixed_scales") == ["highly likely"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("It is likely (62 %) to hold.", []),
        ("It is likely to hold until 2027 (62 %).", []),
        ("It is likely, at about 62 per cent, to hold.", []),
        ("There is a 62 % chance, so it is likely, that it holds.", []),
        ("It is likely (0.62) to hold.", []),
        ("It is likely (60–70 %) to hold.", []),
        ("It is likely to hold.", ["word_without_number"]),
        ("It is likely that 62 % of trade stops.", ["word_without_number"]),
        ("It is likely (90 %) to hold.", ["number_outside_band"]),
        ("It is likely (70–90 %) to hold.", ["number_outside_band"]),
        ("It is very likely (40 %) to hold.", ["number_outside_band"]),
        ("It is unlikely (30 %) to end, very likely (85 %) to hold.", []),
        ("It is unlikely (30 %) to end, very likely to hold.", ["word_without_number"]),
        ("It is likely (62 %) to hold. It is likely to grow.", []),
    ],
)
def test_a_word_has_its_number_at_first_use_and_the_number_its_word(text, rules) -> None:
    assert broken(text) == rules


def test_a_number_in_a_gap_of_the_uk_yardstick_goes_with_the_nearest_word() -> None:
    assert broken("It is likely (53 %) to hold.", "phia") == []
    assert broken("It is highly likely (77 %) to hold.", "phia") == ["number_outside_band"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("With high confidence it is likely (60 %) to hold.", ["likelihood_with_confidence"]),
        ("We are confident that it is likely (60 %) to hold.", ["likelihood_with_confidence"]),
        ("It is likely (60 %) to hold; confidence is low.", ["likelihood_with_confidence"]),
        ("Confidence is low. It is likely (60 %) to hold.", []),
        ("The 80 % confidence interval is wide, so it is likely (60 %) to hold.", []),
        ("Confidence-building measures are likely (60 %) to fail.", []),
        ("We have high confidence in this reading.", []),
    ],
)
def test_likelihood_and_confidence_stand_apart(text: str, rules: list[str]) -> None:
    assert broken(text) == rules


@pytest.mark.parametrize(
    "text",
    [
        "Iran sent two ships in 2024.",
        "Trade stood at $4.8bn.",
        "Russia vetoed the draft.",
        "Putin and Raisi spoke by phone.",
        "On 17 January 2025 the treaty was signed.",
    ],
)
def test_a_fact_bears_its_mark(text: str) -> None:
    assert broken(text) == ["uncited_fact"]
    assert broken(f"{text.rstrip('.')} [3].") == []
    assert broken(f"{text} [3, 4]") == []
    assert broken(f"{text} \\[[3](#s3)\\]") == []


@pytest.mark.parametrize(
    "text",
    [
        "It is likely (60 %) that trade grows in 2027.",
        "We judge that the tie rests on need.",
        "If Iran sends ships in 2027, the tie deepens.",
        "Did Russia veto the draft?",
        "The two states share an interest.",
        "We do not know when it was delivered.",
        "Su-35s matter to both.",
        "Cohesion rose to 55 (47–63) in 2025.",
    ],
)
def test_judgements_and_questions_need_no_mark(text: str) -> None:
    assert broken(text) == []


def test_a_brief_may_give_its_sources_at_the_end_of_a_paragraph() -> None:
    text = "Russia vetoed the draft. Iran thanked Moscow. [3]"
    assert broken(text, kind="sentence") == ["uncited_fact"]
    assert "uncited_fact" not in broken(text, kind="brief")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Washington must raise the price.", ["must"]),
        ("The West should not wait.", ["should not"]),
        ("Europe ought to act.", ["ought to"]),
        ("The United States needs to arm its partners.", ["needs to"]),
        ("Impose sanctions on the banks.", ["Impose"]),
        ("It is imperative that the Gulf states act.", ["imperative that"]),
        ("Should talks fail, trade falls.", []),
        ("The treaty says that the parties must consult.", []),
        ("Zakharova said that Europe must stop [2].", []),
        ("Support for the pact fell.", []),
        ("“You must leave,” he said.", []),
    ],
)
def test_advice_is_not_analysis(text: str, words: list[str]) -> None:
    found = said(text, "advocacy")
    assert [each.removeprefix("It is ").removeprefix("it is ") for each in found] == words


def test_drama_is_told_from_the_size_of_a_thing() -> None:
    assert said("A dramatic, unprecedented turn.", "drama") == ["dramatic", "unprecedented"]
    assert said("Zarif called it “historic” [2].", "drama") == []
    assert said("Trade fell by 62 % [2].", "drama") == []


def test_a_passive_that_hides_who_acted_is_only_a_hint() -> None:
    text = "Missiles were delivered in 2024 [2]."
    (found,) = lint_text(text, kind="sentence")
    assert (found.rule, found.level, text[slice(*found.span)]) == (
        "hidden_actor", "hint", "were delivered",
    )  # fmt: skip
    assert lint_text("Missiles were delivered by Iran in 2024 [2].", kind="sentence") == []


JUDGEMENT = (
    "Information to 15 April 2026. It is likely (62 %) that the tie holds. "
    "A rival explanation, shared need alone, fits less well."
)


def test_a_judgement_names_a_rival_a_likelihood_and_its_cut_off() -> None:
    assert broken(JUDGEMENT, kind="judgement") == []
    without = {
        "no_cut_off": JUDGEMENT.partition(". ")[2],
        "no_likelihood": JUDGEMENT.replace("It is likely (62 %) that", "We judge that"),
        "no_alternatives": JUDGEMENT.partition("A rival")[0],
    }
    for rule, text in without.items():
        assert broken(text, kind="judgement") == [rule]
        assert broken(text, kind="sentence") == []


def test_a_finding_says_what_to_write_instead_and_why() -> None:
    rules = load_rulebook().rules
    references = load_references()
    for rule in rules.values():
        assert rule.citation in references, rule.id
        assert all((rule.reason, rule.instead, rule.title))
    (found,) = lint_text("It may well rain.", kind="sentence")
    assert isinstance(found, Finding)
    assert found.as_dict() == {
        "sentence": "It may well rain.",
        "span": [3, 11],
        "rule": "unscaled_likelihood",
        "level": "error",
        "message": "'may well' is not on the scale icd203.",
        "instead": found.instead,
        "citation": "ICDG",
    }
    assert "very likely" in found.instead


def write(folder: Path, name: str, text: str) -> Path:
    (folder / "lint").mkdir(exist_ok=True)
    (folder / "lint" / name).write_text(text, encoding="utf-8")
    return folder


def test_a_catalog_adds_words_to_a_rule(tmp_path: Path) -> None:
    own = "id: ours\nextends: drama\nterms:\n  - {say: eye-watering, instead: the sum}\n"
    catalog = write(tmp_path, "ours.yml", own)
    text = "An eye-watering and stunning sum."
    assert broken(text) == ["drama"]
    (first, second) = lint_text(text, kind="sentence", catalogs=[catalog])
    assert (first.instead, second.rule) == ("the sum", "drama")


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        ("id: x\nextends: dramma\n", UnknownName, "drama"),
        ("id: x\n", CatalogError, "title, reason"),
        ("id: x\nextends: drama\nterms: [{pattern: '(a'}]\n", CatalogError, "cannot be read"),
        ("id: x\nextends: drama\nterms: [{case: any}]\n", CatalogError, "either"),
    ],
)
def test_a_wrong_rule_is_refused(tmp_path: Path, text, error, reason) -> None:
    with pytest.raises(error, match=reason):
        load_rulebook([write(tmp_path, "x.yml", text)])


def test_unknown_scales_and_kinds_are_refused() -> None:
    with pytest.raises(UnknownName, match="phia"):
        lint_text("x", "phai")
    with pytest.raises(UnknownName, match="judgement"):
        lint_text("x", kind="essay")  # type: ignore[arg-type]
