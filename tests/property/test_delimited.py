"""No line of a text file is lost, whatever it holds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.sources._formats import TextFile, find_header, read_frames

LINES = st.lists(
    st.one_of(
        st.just("1\t2\t3"),
        st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=30),
        st.text(alphabet='ab\t",;\x00ж', max_size=12),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(lines=LINES, junk=st.binary(max_size=6).filter(lambda b: b"\n" not in b and b"\r" not in b))
def test_every_line_is_a_row_or_a_reject(lines, junk, tmp_path_factory):
    path = tmp_path_factory.mktemp("x") / "x.tab"
    body = b"".join(line.encode() + b"\n" for line in ["a\tb\tc", *lines]) + junk + b"\n"
    path.write_bytes(body)
    file = TextFile(path)
    frames = list(read_frames(file, find_header(file, [("a", "b", "c")], "here"), "here"))
    places = [place for frame in frames for place in frame.locators]
    places += [row.locator for frame in frames for row in frame.rejects]
    decoded = body.decode("utf-8", "surrogateescape").split("\n")[1:]
    expected = [f"x.tab, line {i}" for i, line in enumerate(decoded, start=2) if line.strip()]
    assert sorted(places) == sorted(expected)
    for frame in frames:
        for row in frame.rejects:
            row.raw.encode("utf-8")
