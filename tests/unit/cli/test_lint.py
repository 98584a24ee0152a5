import io
import json
import sys
from pathlib import Path

import pytest

from comity.cli import main


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "home"))

    def call(*words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            main(["lint", *words])
        caught = capsys.readouterr()
        return int(end.value.code or 0), caught.out, caught.err

    return call


def test_a_clean_text_ends_with_0(run, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(
        "\ufeffInformation to 15 April 2026. It is likely (62 %) that the tie holds. "
        "A rival explanation fits less well.",
        encoding="utf-8",
    )
    code, out, _ = run(str(path))
    assert (code, out.strip()) == (0, "Nothing breaks a rule.")


def test_errors_end_with_65_and_name_line_rule_and_remedy(run) -> None:
    code, out, _ = run("-", "--kind", "sentence", stdin=b"It holds.\nIt may well break.\n")
    assert code == 65
    assert "2:4 error unscaled_likelihood" in out
    assert "very likely" in out
    assert "one error." in out


def test_warnings_and_hints_alone_end_with_0(run) -> None:
    code, out, _ = run("-", "--kind", "sentence", stdin=b"A dramatic turn.")
    assert (code, "one warning." in out) == (0, True)


def test_the_scale_is_chosen(run) -> None:
    text = b"It is highly likely (85 %) to hold."
    assert run("-", "--kind", "sentence", "--scale", "phia", stdin=text)[0] == 0
    assert run("-", "--kind", "sentence", stdin=text)[0] == 65


def test_json_holds_every_finding(run) -> None:
    code, out, _ = run("-", "--kind", "sentence", "--json", "-", stdin=b"It may well break.")
    (found,) = json.loads(out)["findings"]
    assert code == 65
    assert (found["rule"], found["span"], found["level"]) == (
        "unscaled_likelihood", [3, 11], "error",
    )  # fmt: skip
    assert set(found) == {"sentence", "span", "rule", "level", "message", "instead", "citation"}


@pytest.mark.parametrize(
    ("words", "stdin", "told"),
    [
        (("nowhere.md",), b"", "nowhere.md"),
        (("-",), b"\xff\xfe", "UTF-8"),
        (("-", "--scale", "phai"), b"x", "phia"),
        (("-", "--kind", "essay"), b"x", "essay"),
    ],
)
def test_wrong_use_is_one_line(run, words, stdin, told) -> None:
    code, _, err = run(*words, stdin=stdin)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
