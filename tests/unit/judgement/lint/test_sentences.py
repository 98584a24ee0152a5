"""Where sentences end, and what stands in quotation marks."""

import pytest

from comity.judgement.lint.rules import load_rulebook
from comity.judgement.lint.sentences import MARK, quotations, sentences

LANGUAGE = load_rulebook().language


def cut(text: str) -> list[str]:
    return [str(each) for each in sentences(text, LANGUAGE)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is so. It was so.", ["It is so.", "It was so."]),
        ("The U.S. Navy left. It came back.", ["The U.S. Navy left.", "It came back."]),
        ("It left the U.S. The deal held.", ["It left the U.S.", "The deal held."]),
        ("Unit No. 5 runs at 1.5 GW.", ["Unit No. 5 runs at 1.5 GW."]),
        ("He said no. It failed.", ["He said no.", "It failed."]),
        ("V. Putin met S. Lavrov. Both left.", ["V. Putin met S. Lavrov.", "Both left."]),
        ("Two Su-35s came [3]. [4] It rained.", ["Two Su-35s came [3]. [4]", "It rained."]),
        ("It flew.[12] It fell.", ["It flew.[12]", "It fell."]),
        ("It flew. \\[[12](#s12), [3](#s3) and 4 more\\] It fell.",
         ["It flew. \\[[12](#s12), [3](#s3) and 4 more\\]", "It fell."]),
        ("Is it so? Yes! Well…", ["Is it so?", "Yes!", "Well…"]),
        ("آیا چنین است؟ بله.", ["آیا چنین است؟", "بله."]),
        ("Это так. Да.", ["Это так.", "Да."]),
        ('"We go. We stay." He left.', ['"We go. We stay."', "He left."]),
        ("He said “We go. We stay” in May.", ["He said “We go. We stay” in May."]),
        ("A line\nwrapped here. Next.", ["A line wrapped here.", "Next."]),
        ("- One item\n- Two items", ["One item", "Two items"]),
        ("", []),
        ("   \n\n ", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_spans_are_places_in_the_text() -> None:
    text = "Первое предложение. “Zweites”, sagte er.\n\n* Third — one [1]."
    for each in sentences(text, LANGUAGE):
        assert text[each.first : each.last] == each.words
        assert all(text[start] in "“" and text[end - 1] in "”" for start, end in each.quoted)
    assert sum(len(each.quoted) for each in sentences(text, LANGUAGE)) == 1


def test_code_and_lists_of_sources_are_left_out() -> None:
    code, listed = "```\nIt may. So.\n```", "## Sources\n\n- It may rain."
    text = f"# Brief\n\nText.\n\n{code}\n\n{listed}\n\n## More\n\nEnd."
    assert cut(text) == ["# Brief", "Text.", "## More", "End."]


def test_headings_and_tables_and_findings_are_told_apart() -> None:
    text = "# Title\n\n**A finding in bold**\n\n*A caption.*\n\n| a | b |\n\nText."
    roles = [each.role for each in sentences(text, LANGUAGE)]
    assert roles == ["heading", "heading", "heading", "table", "text"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("“a” and „b“ and «c» and ‘d’", ["“a”", "„b“", "«c»", "‘d’"]),
        ("it's Iran's \"pact\"", ['"pact"']),
        ("‘Iran’s pact’ held", ["‘Iran’s pact’"]),
        ("never “closed", []),
    ],
)
def test_quotations_in_several_languages(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in quotations(text, 0, len(text))] == found


@pytest.mark.parametrize("mark", ["[12]", "[3, 4]", "[^5]", "\\[[12](#s12)\\]", "[1–3]", "¹²"])
def test_marks_are_those_that_briefs_and_analysts_write(mark: str) -> None:
    assert MARK.fullmatch(mark)


@pytest.mark.parametrize("other", ["[sic]", "[12 tonnes]", "(12)", "[a1]"])
def test_other_brackets_are_no_marks(other: str) -> None:
    assert MARK.search(other) is None
