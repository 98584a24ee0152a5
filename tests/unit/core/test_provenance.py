"""Grades and hashes."""

from __future__ import annotations

import hashlib

import pytest

from comity.core.errors import UsageError
from comity.core.provenance import Grade, Modality, Reliability, sha256_of


@pytest.mark.parametrize("reliability", list("ABCDEF"))
@pytest.mark.parametrize("credibility", range(1, 7))
def test_every_admiralty_grade_is_accepted(reliability, credibility):
    assert Grade(reliability, credibility).text == f"{reliability}{credibility}"


@pytest.mark.parametrize(
    ("reliability", "credibility"),
    [("G", 1), ("a", 1), ("", 1), ("A", 0), ("A", 7), ("A", -1), ("AB", 2), ("A", 1.5)],
)
def test_anything_else_is_not_a_grade(reliability, credibility):
    with pytest.raises(UsageError, match="not an Admiralty grade"):
        Grade(reliability, credibility)


def test_the_two_scales_read_as_their_letters_and_words():
    assert Grade(Reliability.B, 2) == Grade("B", 2)
    assert Modality("claimed") is Modality.CLAIMED


@pytest.mark.parametrize("content", [b"", b"abc", b"x" * ((1 << 20) + 1)])
def test_the_hash_is_that_of_the_bytes(tmp_path, content):
    path = tmp_path / "raw"
    path.write_bytes(content)
    assert sha256_of(path) == hashlib.sha256(content).hexdigest()
