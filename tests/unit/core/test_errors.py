"""The tree of errors and its messages."""

from __future__ import annotations

import re

import pytest

from comity.core import errors
from comity.core.errors import (
    AmbiguousName,
    CatalogError,
    ComityError,
    SourceChanged,
    UnknownName,
    nearest,
)


def drawn_tree() -> list[tuple[str, str, int | None]]:
    """Name, parent and exit code of each line of the drawing in the module."""
    lines = re.findall(r"^( +)([A-Z]\w+)[ ]+(.*)$", errors.__doc__ or "", flags=re.MULTILINE)
    path: list[tuple[int, str]] = []
    found = []
    for indent, name, rest in lines:
        while path and path[-1][0] >= len(indent):
            path.pop()
        code = re.match(r"\d+", rest)
        found.append((name, path[-1][1] if path else "Exception", code and int(code[0])))
        path.append((len(indent), name))
    return found


def test_the_drawing_shows_every_error_and_its_exit_code():
    drawn = drawn_tree()
    assert {name for name, _, _ in drawn} == set(errors.__all__)
    for name, parent, code in drawn:
        error = getattr(errors, name)
        assert error.__bases__[0].__name__ == parent, name
        assert code is None or error.exit_code == code, name
    assert ComityError.exit_code == 70


def test_an_unknown_name_shows_the_nearest_or_all():
    near = UnknownName("state", "Irann", ["Iran", "Peru"], "Try again.")
    assert str(near) == "unknown state 'Irann'. Did you mean Iran? Try again."
    far = UnknownName("unit", "xyz", ["USD", "TIV"])
    assert str(far) == "unknown unit 'xyz'. Known: USD, TIV."
    many = UnknownName("unit", "xyz", [f"unit number {n}" for n in range(41)])
    assert str(many) == "unknown unit 'xyz'."
    assert (near.kind, near.name, near.known) == ("state", "Irann", ("Iran", "Peru"))


def test_a_name_with_line_breaks_stays_on_one_line():
    assert "\n" not in str(UnknownName("state", "a\nb"))
    assert "\n" not in str(AmbiguousName("state", "a\nb", [], "means nothing"))


def test_an_ambiguous_name_is_an_unknown_one_with_candidates():
    error = AmbiguousName("state", "Korea", ["KOR", "PRK"], "can mean more than one state")
    assert isinstance(error, UnknownName)
    assert str(error) == "state 'Korea' can mean more than one state. Name one of: KOR, PRK."
    assert error.known == ("KOR", "PRK")
    assert str(AmbiguousName("state", "X", [], "was no state")) == "state 'X' was no state."


def test_a_catalog_error_names_place_reason_and_known_values():
    error = CatalogError("case.yml, key a", "unknown key", ["b", "c"])
    assert str(error) == "case.yml, key a: unknown key. Known: b, c."


def test_a_changed_layout_is_shown_in_short():
    error = SourceChanged("atop", "f.csv", [f"c{n}" for n in range(20)], [], "ab" * 32)
    message = str(error)
    assert "f.csv (sha256 abababababab)" in message
    assert "c11 … (20 in all)" in message
    assert "found nothing" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("irn", ["IRN", "Iran"], ["IRN", "Iran"]),
        ("xyz", ["Iran"], []),
        ("", ["Iran"], []),
        ("Iran", [], []),
        ("aaa", ["AAA", "aaa", "aab"], ["AAA", "aab"]),
    ],
)
def test_nearest_is_blind_to_case_and_gives_each_name_once(name, known, expected):
    assert nearest(name, known) == expected
