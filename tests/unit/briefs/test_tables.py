import io

from rich.console import Console

from comity.briefs.render._tables import fitting_table

HEAD = ("date", "who", "what was said", "what was done", "what came of it", "grade")
ROW = ("2015-12-28", "IRN", "a long statement " * 4, "a long deed " * 4, "an end " * 6, "B2")


def printed(width: int, rows, **more) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(fitting_table("A title with [brackets]", HEAD, rows, **more))
    return console.export_text()


def test_a_wide_terminal_gets_a_table() -> None:
    text = printed(160, [ROW])
    assert "│" in text
    assert "A title with [brackets]" in text


def test_a_narrow_one_gets_entries_with_every_word() -> None:
    text = printed(50, [ROW, ("2016", "", "–", "[red]x", "y", "C3")])
    assert "│" not in text
    assert "date: 2015-12-28" in text
    assert text.split().count("statement") == 4
    assert "[red]x" in text, "text from outside is no markup"
    assert "who: \n" not in text
    assert "what was said: –" not in text


def test_a_short_first_column_is_never_broken() -> None:
    for width in (60, 80, 100, 140):
        assert "2015-12-28" in printed(width, [ROW])


def test_nothing_is_said_in_words_at_any_width() -> None:
    for width in (30, 120):
        text = printed(width, [], nothing="Nothing is stored for this part of the record.")
        assert " ".join(text.split()).endswith("Nothing is stored for this part of the record.")
