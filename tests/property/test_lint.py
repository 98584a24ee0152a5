"""The linter never fails on a text, and its spans are places in it."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.judgement.lint import KINDS, lint_text
from comity.judgement.lint.rules import load_rulebook
from comity.judgement.lint.sentences import sentences
from comity.judgement.probability import load_scales

WORDS = st.sampled_from(
    [
        *("likely", "unlikely", "highly", "very", "may", "May", "could", "chance", "of", "remote"),
        *("62", "%", "0.6", "–", "2024", "5", "[12]", "\\[", "(", ")", "[", "]"),
        *(
            "“",
            "”",
            '"',
            "'",
            "’",
            "«",
            "»",
            ".",
            "!",
            "?",
            "؟",
            ";",
            ",",
            ":",
            "\n",
            "#",
            "|",
            "-",
        ),
        *("said", "Lavrov", "officials", "according", "to", "must", "should", "U.S.", "No.", "```"),
        *("confidence", "is", "high", "was", "delivered", "by", "in", "\u202e", "\x00"),
    ]
)
TEXTS = st.one_of(st.text(max_size=400), st.lists(WORDS, max_size=80).map(" ".join))


@given(TEXTS, st.sampled_from(KINDS), st.sampled_from(sorted(load_scales())))
def test_any_text_is_read_and_every_span_lies_in_it(text: str, kind, scale: str) -> None:
    found = lint_text(text, scale, kind=kind)
    for each in found:
        first, last = each.span
        assert 0 <= first <= last <= len(text)
        assert not each.sentence or " ".join(text[first:last].split()) in each.sentence
    assert found == lint_text(text, scale, kind=kind)


@given(TEXTS)
def test_sentences_stand_in_order_and_do_not_overlap(text: str) -> None:
    parts = list(sentences(text, load_rulebook().language))
    assert all(left.last <= right.first for left, right in itertools.pairwise(parts))
    assert all(part.words.strip() == part.words != "" for part in parts)


@given(st.lists(WORDS, min_size=1, max_size=30).map(" ".join))
def test_what_is_quoted_breaks_no_rule_of_wording(text: str) -> None:
    inner = text.translate({ord(c): " " for c in "“”\"'’«»\n`#|[]"})
    found = lint_text(f"“{inner}”", kind="sentence")
    assert {each.rule for each in found} <= {"uncited_fact"}


@pytest.mark.parametrize("piece", ["1,1,", "“", "Lavrov said "])
def test_the_time_for_a_megabyte_is_bounded(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = time.process_time()
    lint_text(text)
    assert time.process_time() - begun < 60
