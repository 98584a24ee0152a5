from __future__ import annotations

from pathlib import Path

import pytest

from comity.core import cameo, office_holders
from comity.core.errors import CatalogError, DuplicateName

HEADER = "name,state,office,start,end,source\n"


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog of our own in place of the built-in one."""
    for module, folder in ((cameo, "vocabulary"), (office_holders, "actors")):
        monkeypatch.setattr(module, "builtin_catalog", lambda: tmp_path)
        (tmp_path / folder).mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("start", "end", "sound"),
    [
        ("2014-01-01", "2015-01-01", True),  # begins the day the first one ended
        ("2013-12-31", "2015-01-01", False),
        ("2011-01-01", "2012-01-02", False),
        ("2015-01-01", "2015-01-01", False),
    ],
)
def test_terms_of_one_person_do_not_overlap(
    catalog: Path, start: str, end: str, *, sound: bool
) -> None:
    rows = ("2012-01-01,2014-01-01", f"{start},{end}")
    text = "".join(f"Invented Person,IRN,president,{row},https://example.org\n" for row in rows)
    (catalog / "actors" / "office_holders.csv").write_text(HEADER + text)
    read = office_holders.office_holders.__wrapped__
    if sound:
        assert len(read()["Invented Person"]) == 2
    else:
        with pytest.raises(CatalogError, match="Invented Person: the term from"):
            read()


@pytest.mark.parametrize("second", ["011,Make statement", "010,Decline comment"])
def test_a_label_has_one_code_and_a_code_one_label(catalog: Path, second: str) -> None:
    path = catalog / "vocabulary" / "cameo.csv"
    path.write_text(f"code,label\n010,Make statement\n{second}\n")
    with pytest.raises(DuplicateName, match="is given twice"):
        cameo.codes_by_label.__wrapped__()
    path.write_text("code,label\n010,Make statement\n011,Decline comment\n")
    assert cameo.codes_by_label.__wrapped__() == {"Make statement": "010", "Decline comment": "011"}
