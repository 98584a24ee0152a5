"""What the built-in case says of its rivals and of the claim of 2001, and how it can be shaken."""

import csv
import datetime as dt
import json

import pytest

from comity.core.framework import load_tests
from comity.judgement.assessment import Assessment
from comity.workspace import Workspace
from comity.workspace.crosscheck import check_references

PERIODS = ["1992–2000", "2001–2010", "2011–2015", "2016–2021", "2022–2023", "2024–2026"]


def test_every_period_and_the_whole_record_are_weighed(assessment: Assessment) -> None:
    phases = assessment.hypothesis_phases
    assert [each.name for each in phases if not each.overall] == PERIODS
    for phase in phases:
        assert len(phase.weights) == 10
        assert sum(each.weight for each in phase.weights) == pytest.approx(1, abs=1e-6)
        assert any(each.id == "H0" for each in phase.weights)
        for each in phase.weights:
            assert each.lo80 <= each.weight <= each.hi80
            assert each.share_lo80 <= each.share <= each.share_hi80
        assert phase.tested > 0
        assert phase.missing is None or phase.missing.bits > 0


def test_a_leader_is_clear_only_in_four_of_five_draws(assessment: Assessment) -> None:
    for phase in assessment.hypothesis_phases:
        best = max(phase.weights, key=lambda each: each.weight)
        assert phase.clear == (best.leads >= 0.8)
        assert ("no explanation leads clearly" in phase.text) != phase.clear


def test_changes_are_counted_before_some_of_them_are_shown(assessment: Assessment) -> None:
    for phase in assessment.hypothesis_phases:
        assert sum(phase.changed.values()) >= len(phase.challenges)
        assert {each.leader for each in phase.challenges} == set(phase.changed)
        assert len(phase.challenges) <= max(8, len(phase.changed))
    assert any(
        sum(phase.changed.values()) > len(phase.challenges)
        for phase in assessment.hypothesis_phases
    )
    whole = next(each for each in assessment.hypothesis_phases if each.overall)
    for each in assessment.hypotheses:
        count = whole.changed.get(each.id, 0)
        if each.id == whole.leader:
            count = sum(whole.changed.values())
        assert f"{count} of {whole.tested} single" in each.sensitivity or not count


def test_every_finding_rests_on_records_or_says_what_it_was_read_from(
    assessment: Assessment,
) -> None:
    readable = {name for name, test in load_tests().items() if test.read}
    for row in assessment.hypothesis_matrix:
        assert bool(row.findings) != bool(row.not_read), row.id
        ends = [each for each in assessment.hypothesis_matrix if each.id in row.other_outcomes]
        assert row.ended_otherwise == sum(len(each.findings) for each in ends)
        for each in row.findings:
            assert 0.5 <= each.truth <= 1
            assert each.why
            assert all(name in assessment.evidence for name in each.evidence)
    told = {row.id for row in assessment.hypothesis_matrix if row.findings}
    assert told <= readable
    assert len(told) >= 10


def test_what_is_known_of_single_episodes_is_found(assessment: Assessment) -> None:
    matrix = {row.id: row for row in assessment.hypothesis_matrix}
    seen = {name for each in matrix["E8"].findings if each.present for name in each.evidence}
    assert "stress_test:ukraine-2022-drones" in seen
    delivered = " ".join(each.why for each in matrix["E5"].findings)
    assert "S-300" in delivered
    withheld = " ".join(each.why for each in matrix["E6"].findings)
    assert "Su-35" in withheld
    assert "Su-35" not in delivered
    assert "Khayyam" not in withheld
    votes = {each.evidence[0]: each.present for each in matrix["E2"].findings}
    assert votes["vote:UNSC-2010-06-09-RUS-1"] is True
    assert votes["vote:UNSC-2018-02-26-RUS-1"] is False


def test_without_certain_outlets_something_is_left_out_and_said(assessment: Assessment) -> None:
    whole = next(each for each in assessment.hypothesis_phases if each.overall)
    assert [each.whose for each in whole.distrust] == [
        "outlets that speak for Russia",
        "outlets that speak for Iran",
        "outlets that speak for either side",
    ]
    for each in whole.distrust:
        assert each.rows > 0
        assert sum(each.weights.values()) == pytest.approx(1, abs=1e-6)
    either = whole.distrust[-1]
    assert either.rows == whole.distrust[0].rows + whole.distrust[1].rows


def test_rows_left_out_are_those_of_the_dyads_registers(
    workspace: Workspace, assessment: Assessment
) -> None:
    from types import SimpleNamespace  # noqa: PLC0415

    from comity.core.case import case_folder, load_case  # noqa: PLC0415
    from comity.judgement.hypotheses import _rows_of  # noqa: PLC0415

    dyad = workspace.dyad("RUS", "IRN")
    case, folder = load_case(dyad), case_folder(dyad)
    assert case is not None
    assert folder is not None
    whole = next(each for each in assessment.hypothesis_phases if each.overall)
    for side, told in zip(case.outlets_by_side, whole.distrust, strict=False):
        rows = 0
        for name in ("claims", "stress_tests", "levers", "body_votes", "theatres"):
            with (folder / "registers" / f"{name}.csv").open(encoding="utf-8") as file:
                rows += sum(row["outlet"] in side.outlets for row in csv.DictReader(file))
        assert told.rows == rows > 0
    with workspace.store.view(dt.date(2026, 12, 31)) as view:
        other = SimpleNamespace(view=view, sources=("user:chn-pak",))
        assert _rows_of(other, case.outlets_by_side[0].outlets) == 0


def test_all_who_rated_are_named(assessment: Assessment) -> None:
    from comity.briefs.sections.hypotheses import _authors  # noqa: PLC0415

    matrix = assessment.hypothesis_matrix
    assert _authors(matrix) == matrix[0].author
    edited = [row.model_copy(update={"author": "An analyst"} if row.id == "E2" else {})
              for row in matrix]  # fmt: skip
    assert _authors(edited) == f"{matrix[0].author} and An analyst (E2)"


def test_the_order_of_the_two_states_changes_no_finding_from_a_register(
    workspace: Workspace, assessment: Assessment
) -> None:
    turned = workspace.assess("IRN", "RUS")

    def told(made: Assessment) -> set[tuple[str, str, str, bool]]:
        return {
            (row.id, each.date, each.why, each.present)
            for row in made.hypothesis_matrix
            for each in row.findings
            if each.evidence
        }

    assert {each for each in told(turned) if each[0] != "E1"} == {
        each for each in told(assessment) if each[0] != "E1"
    }
    assert turned.claim_tests[0].verdict == assessment.claim_tests[0].verdict


def test_the_claim_of_2001_is_judged_by_groups(assessment: Assessment) -> None:
    claim = assessment.claim_tests[0]
    episodes = {each.id: each for each in claim.episodes}
    assert claim.kept + claim.cut == claim.groups
    assert episodes["us-2010-reset"].group == episodes["us-2009-missile-shield"].group
    assert episodes["us-2010-reset"].result == "cut"
    assert episodes["us-2000-exit"].result == "kept"
    assert episodes["us-2026-intel-warning"].result == "open"
    assert episodes["us-2000-exit"].sample == "before"
    assert claim.strict == "fails"
    assert claim.weight.value is not None
    assert all(each.target_item for each in claim.episodes)
    changes = {each.change: each for each in claim.sensitivity}
    rows = changes["every episode by itself, not groups"]
    assert rows.groups > claim.groups
    after = changes["only episodes after the claim was made"]
    before = changes["only episodes before it"]
    assert after.groups + before.groups == claim.groups


def test_in_2001_the_claim_had_not_failed(workspace: Workspace) -> None:
    then = workspace.assess("RUS", "IRN", as_of=dt.date(2001, 5, 31))
    claim = then.claim_tests[0]
    assert claim.strict in {"holds", "untested"}
    assert all(each.date[:4] <= "2001" for each in claim.episodes)
    known = {each.id: each for each in claim.episodes}
    if "us-2000-exit" in known:
        assert known["us-2000-exit"].result == "open"  # its two years were not over
    names = [each.name for each in then.hypothesis_phases if not each.overall]
    assert names == [PERIODS[0], "the time since 2001"]  # nobody knew when it would end
    for row in then.hypothesis_matrix:
        assert all(each.date <= "2001-05-31" for each in row.findings)


def test_every_id_that_a_declaration_uses_exists() -> None:
    assert check_references() > 300


def test_a_claim_with_an_unknown_rival_is_refused(workspace: Workspace) -> None:
    from comity.core.claim_test import load_claim_tests  # noqa: PLC0415
    from comity.core.errors import CatalogError  # noqa: PLC0415
    from comity.judgement.claim_test import _scales  # noqa: PLC0415

    claim = load_claim_tests(workspace.dyad("RUS", "IRN"))[0]
    wrong = claim.model_copy(update={"rivals": ["H99"]})
    with pytest.raises(CatalogError, match="H99"):
        _scales(wrong, 1, ())
    wrong = claim.model_copy(update={"kept_test": "E8"})
    with pytest.raises(CatalogError, match="not declared as outcomes of one opportunity"):
        _scales(wrong, 1, ())


def test_the_parts_are_plain_json(assessment: Assessment) -> None:
    data = json.loads(assessment.model_dump_json(by_alias=True))
    assert {"hypothesis_phases", "hypothesis_matrix", "claim_tests"} <= set(data)


def test_a_side_not_believed_stands_beside_the_declared_assessment(workspace: Workspace) -> None:
    from comity.core.errors import UnknownName  # noqa: PLC0415

    made = workspace.assess("RUS", "IRN", exclude=["side:IRN"])
    assert made.manifest.excluded == ["side:IRN"]
    assert made.beside is not None
    assert {each.id for each in made.beside.rivals} == {each.id for each in made.hypotheses}
    assert "Bushehr units 2 and 3" in {each.name for each in made.beside.items}
    # a copy at another outlet stays: it is that outlet's word that it is a copy
    cited = [record.source.url or "" for record in made.evidence.values()]
    assert not any("irna.ir/" in url for url in cited)
    whole = workspace.assess("RUS", "IRN")
    assert any("irna.ir/" in (each.source.url or "") for each in whole.evidence.values())
    with pytest.raises(UnknownName, match="USA"):
        workspace.assess("RUS", "IRN", exclude=["side:USA"])


def test_rivals_read_the_ledger_that_the_assessment_shows(workspace: Workspace, tmp_path) -> None:
    """A rule of evidence of one's own holds for the ledger and for what is read from it."""
    import yaml  # noqa: PLC0415

    from comity.core.catalog import builtin_catalog  # noqa: PLC0415
    from comity.core.ledger_rules import load_ledger_rules  # noqa: PLC0415
    from comity.core.settings import Settings  # noqa: PLC0415

    given = yaml.safe_load((builtin_catalog() / "ledger.yml").read_text(encoding="utf-8"))
    given["evidence"]["alone"] = [{"credibility": 1, "reliability": "A"}]
    given["evidence"]["together"] |= {"voices": 9}
    (tmp_path / "ledger.yml").write_text(yaml.safe_dump(given), encoding="utf-8")
    own = Workspace(Settings(home=tmp_path / "home", draws=100, catalog=tmp_path))
    strict = own.assess("RUS", "IRN")
    rules = load_ledger_rules([tmp_path])
    came = rules.rank("delivered")
    reached = {each.name: rules.rank(each.verified_state or "") for each in strict.ledger}
    matrix = {row.id: row for row in strict.hypothesis_matrix}
    for each in matrix["E5"].findings:
        assert reached[each.why.partition(": ")[0]] >= came, each.why
    assert not any("S-300" in each.why for each in matrix["E5"].findings)
    whole = next(each for each in strict.hypothesis_phases if each.overall)
    for each in whole.distrust:
        for line in each.items:
            name, _, rest = line.partition(": ")
            state = rest.partition(" established")[0]
            assert reached[name] == (rules.rank(state) if state != "nothing" else 0)
