"""Two spellings of one person are one person; two people are two."""

from __future__ import annotations

import pytest

from comity.acts.names import checked_name, checked_text, same_person
from comity.core.errors import UsageError

SAME = [
    ("Jane Smith", "jane  SMITH"),
    ("Jane Smith", "Smith, Jane"),
    ("Jane Smith", "Dr. Jane Smith"),
    ("Jane Smith", "J. Smith"),
    ("Jane Smith", "Jane A. Smith"),
    ("Jane A. Smith", "J. A. Smith"),
    ("José Núñez", "JOSE NUNEZ"),
    ("Jane Smith", "Ｊａｎｅ Ｓｍｉｔｈ"),  # full width
    ("Jane Smith", "Ja\u200bne Smith"),  # a space of no width
    ("Anna Borova", "\u0410nn\u0430 Borov\u0430"),  # Cyrillic letters that look Latin
    ("Straße", "STRASSE"),
    ("Анна Шестакова", "шестакова анна"),
    ("OSW", "osw"),
    ("Dr", "dr."),
]
OTHERS = [
    ("Jane Smith", "John Smith"),
    ("Jane Smith", "Jane Smythe"),
    ("Jane Smith", "Jane"),
    ("J. Smith", "J. Brown"),
    ("Anna Shestakova", "Ann Arbor"),
    ("Jane B. Smith", "Jane C. Smith"),
    ("", "Jane"),
    ("?", "!"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_person(one: str, other: str):
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_people(one: str, other: str):
    assert not same_person(one, other)
    assert not same_person(other, one)


@pytest.mark.parametrize("name", ["", "  ", "\t", "-", "123", "\x1b[31mEve", "x" * 201, "\udcff"])
def test_what_is_no_name_is_refused(name: str):
    with pytest.raises(UsageError, match="--by"):
        checked_name(name, "--by")


@pytest.mark.parametrize("text", ["", " \n ", "...", "\x00", "a\x07b", "x" * 10_001])
def test_what_says_nothing_is_refused(text: str):
    with pytest.raises(UsageError, match="comment"):
        checked_text(text, "comment")


def test_a_text_keeps_its_lines_and_its_script():
    text = "Первая строка.\n«دوم»: <b>not bold</b> {{ 7 * 7 }}"
    assert checked_text(f"  {text}\n", "comment") == text
    assert checked_text("", "--why", may_be_empty=True) == ""
