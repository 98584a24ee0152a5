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
    ("Łukasz Nowak", "Lukasz Nowak"),
    ("Jørgen Dahl", "Jorgen Dahl"),
    ("Jørgen Dahl", "Joergen Dahl"),
    ("Ana Đukić", "Ana Dukic"),
    ("Işıl Kaya", "Isil Kaya"),
    ("Ægir Jón", "Aegir Jon"),
    ("Jan Müller", "Jan Mueller"),
    ("Jan Müller", "Jan Muller"),
    ("Pat O'Brien", "Pat OBrien"),
    ("Pat O’Brien", "Pat O Brien"),
    ("Pat Oʼbrien", "pat obrien"),
    ("Anne-Marie Roy", "Annemarie Roy"),
    ("Anne-Marie Roy", "Anne Marie Roy"),
    ("Roy, Annemarie", "Anne Marie Roy"),
    ("Omar al-Sayed", "Omar Alsayed"),
    ("Omar al-Sayed", "Sayed"),
    ("Jane Smith, Ph.D.", "Jane Smith"),
    ("Smith, Jane, PhD", "Jane Smith"),
    ("Jane Smith Ph. D.", "Jane Smith"),
    ("John Smith Jr.", "John Smith"),
    ("John Smith III", "John Smith"),
    ("Smith", "Jane Smith"),
    ("Smith", "Smith, Jane"),
    ("Smith", "J. Smith"),
    ("Jan van der Berg", "van der Berg"),
    ("JA Smith", "Jane A. Smith"),
    ("JA Smith", "Jane Smith"),
    ("JA Smith", "J. A. Smith"),
    ("ja smith", "Jane A. Smith"),
    ("Wei LI", "Wei Li"),
    ("Jane Smith", "Jane Anne Smith"),
    ("Ivan Petrov", "Ivan Ivanovich Petrov"),
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
    ("Jan Müller", "Jon Müller"),
    ("Jo Smith", "John Smith"),
    ("Jo Smith", "Jan Smith"),
    ("JB Smith", "Jane A. Smith"),
    ("KA Smith", "Jane A. Smith"),
    ("Anne-Marie Roy", "Anna-Maria Roy"),
    ("Pat O'Brien", "Pat O'Byrne"),
    ("D. Smith", "Ph. Smith"),
    ("Omar al-Sayed", "Ali al-Sayed"),
    ("Jan van der Berg", "Piet van der Berg"),
    ("Smith", "Smythe"),
    ("Smith", "Smith Jones"),
    ("Ann Lee", "Lee Chang"),
    ("John Smith Jr.", "Jane Smith Jr."),
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
