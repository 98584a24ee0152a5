from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest

from comity.core.errors import CatalogError, DuplicateName, UnknownName
from comity.core.framework import (
    load_hypotheses,
    load_outlets,
    load_references,
    load_terms,
    load_tests,
    outlet_of_host,
)
from comity.core.opportunities import diagnosticity

if TYPE_CHECKING:
    from pathlib import Path

OUTLETS = "outlet,name,hosts,kind,country,reliability,independence_group_default,note\n"


def write(root: Path, name: str, text: str) -> list[Path]:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return [root]


def test_the_ten_hypotheses_name_real_rivals_and_references() -> None:
    hypotheses = load_hypotheses()
    assert list(hypotheses) == ["H0", "H1", "H2", "H3", "H4", "H5a", "H5b", "H6", "H7", "H8"]
    references = load_references()
    cited = {key for item in hypotheses.values() for key in item.who_says}
    assert cited <= set(references)


def test_the_sixteen_tests_rate_every_hypothesis_and_differ_by_what_they_say() -> None:
    tests = load_tests()
    differ = diagnosticity(tests)
    assert list(tests) == [f"E{number}" for number in range(1, 17)]
    for item in tests.values():
        assert set(item.expected) == set(load_hypotheses())
        own = statistics.pstdev(item.expected.values())
        assert differ[item.id] > 0
        if not item.outcome_of:
            assert differ[item.id] == pytest.approx(own, abs=0.005)
        assert "prior" in item.note


def test_an_unknown_rival_is_named(tmp_path: Path) -> None:
    catalog = write(
        tmp_path,
        "hypotheses/H9.yml",
        "id: H9\ntitle: t\nstatement: s\ncore_prediction: p\ncounts_against: c\nrivals: [H99]\n",
    )
    with pytest.raises(CatalogError, match=r"H9\.yml.*unknown hypothesis 'H99'.*Known: H0"):
        load_hypotheses(catalog)


def test_a_test_that_forgets_a_hypothesis_is_refused(tmp_path: Path) -> None:
    catalog = write(
        tmp_path,
        "tests/E17.yml",
        "id: E17\ntext: t\nindicators: [POL-01]\nexpected: {H0: 1}\nspread: 0\nauthor: me\n",
    )
    with pytest.raises(CatalogError, match=r"E17\.yml.*every hypothesis once.*H8"):
        load_tests(catalog)


def test_a_rating_outside_the_scale_is_refused(tmp_path: Path) -> None:
    text = "id: E17\ntext: t\nindicators: [x]\nexpected: {H0: 3}\nspread: 0\nauthor: me\n"
    with pytest.raises(CatalogError, match=r"expected\.H0"):
        load_tests(write(tmp_path, "tests/E17.yml", text))


def test_references_are_read_field_by_field(tmp_path: Path) -> None:
    catalog = write(
        tmp_path,
        "references.bib",
        "% a comment\n@misc{one,\n  title = {On {BRICS}},\n  doi = {10.1/x},\n}\n\n"
        "@article{two,\n  title = {Two},\n  author = {A. Person},\n  url = {https://e.org/2},\n}\n",
    )
    found = load_references(catalog)
    assert found["one"].fields["title"] == "On BRICS"
    assert found["one"].url == "https://doi.org/10.1/x"
    assert found["two"].kind == "article"
    assert found["two"].url == "https://e.org/2"
    assert found["two"].text == "A. Person. Two."


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("@misc{a,\n  title = {x},\n", CatalogError, "not closed"),
        ("@misc{a,\n  title: x\n}\n", CatalogError, "line 2"),
        ("title = {x},\n", CatalogError, "line 1"),
        ("@misc{a,\n}\n@misc{a,\n}\n", DuplicateName, "'a' is given twice"),
    ],
)
def test_a_bibliography_that_cannot_be_read_says_where(
    tmp_path: Path, text: str, error: type[CatalogError], says: str
) -> None:
    with pytest.raises(error, match=says):
        load_references(write(tmp_path, "references.bib", text))


def test_every_reference_has_a_title() -> None:
    for reference in load_references().values():
        assert reference.fields.get("title"), reference.key
        assert set(reference.fields) <= {
            "author", "title", "publisher", "year", "howpublished", "url", "doi", "note",
        }  # fmt: skip


def test_outlets_are_found_by_host_or_parent_domain(tmp_path: Path) -> None:
    catalog = write(
        tmp_path,
        "outlets.csv",
        OUTLETS + "post,The Post,post.org;post.net,newspaper,USA,B,post,\n"
        "mirror,A mirror,blog.post.org,mirror,,D,,copies\n",
    )
    outlets = load_outlets(catalog)
    assert outlets["post"].hosts == ("post.org", "post.net")
    assert outlets["mirror"].country == ""
    for host, name in [
        ("www.post.org", "post"),
        ("m.post.net", "post"),
        ("blog.post.org", "mirror"),
        ("POST.org:443", "post"),
        ("post.org.", "post"),
    ]:
        found = outlet_of_host(host, outlets)
        assert found is not None
        assert found.outlet == name
    assert outlet_of_host("apost.org", outlets) is None
    assert outlet_of_host("org", outlets) is None


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("a,A,a.org,,,B,,\na,B,b.org,,,B,,\n", "'a' is given twice"),
        ("a,A,a.org,,,B,,\nb,B,a.org,,,B,,\n", "a.org belongs to a already"),
    ],
)
def test_outlets_do_not_share_ids_or_hosts(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(DuplicateName, match=says):
        load_outlets(write(tmp_path, "outlets.csv", OUTLETS + rows))


def test_an_outlet_with_an_impossible_grade_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"line 2.*reliability"):
        load_outlets(write(tmp_path, "outlets.csv", OUTLETS + "a,A,a.org,,,G,,\n"))


def test_terms_know_their_parents(tmp_path: Path) -> None:
    text = "- {id: arms, name: Arms}\n- {id: drones, name: Drones, parent: arms, see: arms}\n"
    terms = load_terms("topics", write(tmp_path, "vocabulary/topics.yml", text))
    assert terms["drones"].parent == "arms"
    assert terms["drones"].see == ["arms"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("- {id: a, name: A, parent: b}\n", CatalogError),
        ("- {id: a, name: A}\n- {id: a, name: B}\n", DuplicateName),
        ("- {id: a, nom: A}\n", CatalogError),
    ],
)
def test_a_wrong_vocabulary_is_refused(
    tmp_path: Path, text: str, error: type[CatalogError]
) -> None:
    with pytest.raises(error, match="regions"):
        load_terms("regions", write(tmp_path, "vocabulary/regions.yml", text))


def test_an_unknown_vocabulary_is_refused() -> None:
    with pytest.raises(UnknownName, match="topics"):
        load_terms("topic")
