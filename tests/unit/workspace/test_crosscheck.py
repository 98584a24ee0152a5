from pathlib import Path

import pytest

from comity.core.catalog import builtin_catalog
from comity.core.errors import CatalogError
from comity.core.settings import Settings
from comity.workspace import Workspace
from comity.workspace.crosscheck import check_references


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (builtin_catalog() / name).read_text(encoding="utf-8")
    assert old in text
    target = tmp_path / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path


def test_the_built_in_catalog_names_only_what_exists() -> None:
    assert check_references() > 300


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("indicators/pol_05.yml", "tests: [H2", "tests: [H22", "indicators/pol_05.yml, key tests"),
        ("tests/E2.yml", "POL-04", "POL-44", "tests/E2.yml, key indicators"),
        ("drivers/arms_exchange.yml", "DEF-01", "DEF-91", "drivers, D-ARMS, key indicators"),
        ("ladder.yml", "indicator: POL-02", "indicator: POL-20", "ladder.yml, L1-friendship"),
        ("ladder.yml", "citation: KOR24", "citation: KOR42", "KOR24"),
    ],
)
def test_an_unknown_id_names_its_place_and_the_known(tmp_path, name, old, new, told) -> None:
    catalog = changed(tmp_path, name, old, new)
    with pytest.raises(CatalogError) as caught:
        check_references([catalog])
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_assessment_with_a_wrong_catalog_is_refused(tmp_path: Path) -> None:
    catalog = changed(tmp_path / "catalog", "tests/E2.yml", "POL-04", "POL-44")
    workspace = Workspace(Settings(home=tmp_path / "store", catalog=catalog, draws=100))
    with pytest.raises(CatalogError, match="POL-44"):
        workspace.assess("RUS", "IRN")


def test_an_unknown_key_names_file_key_and_the_known_ones(tmp_path: Path) -> None:
    catalog = changed(tmp_path, "indicators/pol_05.yml", "question:", "quesion:")
    with pytest.raises(CatalogError) as caught:
        check_references([catalog])
    for part in ("pol_05.yml", "quesion", "question", "Known:"):
        assert part in str(caught.value)
