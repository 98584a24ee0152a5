from __future__ import annotations

from comity.briefs.blocks import Caveat, Confidence, Panels, Paragraph, walk
from comity.briefs.sections import bottom_line, judgements

SHARED = "20 reports (7 % from sources graded A, B), one coder"


def held(rich, *confidences):
    base = rich.judgements[0]
    items = [
        base.model_copy(update={"id": f"J-{place}", "confidence": text})
        for place, text in enumerate(confidences)
    ]
    return judgements.build(rich.model_copy(update={"judgements": items, "implications": []}))


def words(blocks, kind):
    return [block.parts[0].strip() for block in walk(blocks) if isinstance(block, kind)]


def test_the_same_confidence_is_said_once_for_its_group(rich):
    made = held(rich, *["Confidence is low: 3 indicators, one coder."] * 3)
    assert words(made, Confidence) == ["Confidence is low: 3 indicators, one coder."]
    assert len(words(made, Paragraph)) == 3
    assert not [block for block in made if isinstance(block, Caveat)]


def test_what_every_confidence_rests_on_is_said_once(rich):
    made = held(
        rich,
        f"Confidence is moderate: 9 indicators, {SHARED}.",
        f"Confidence is low: 3 indicators, {SHARED}, a wide interval.",
    )
    assert words(made, Confidence) == [
        "Confidence is moderate: 9 indicators.",
        "Confidence is low: 3 indicators, a wide interval.",
    ]
    assert words(made, Caveat) == [f"Behind each confidence above, too: {SHARED}."]


def test_a_confidence_worded_otherwise_is_kept_whole(rich):
    made = held(rich, f"Confidence is low: {SHARED}.", "high, since both sides say so")
    assert words(made, Confidence) == [
        f"Confidence is low: {SHARED}.",
        "Confidence is high, since both sides say so.",
    ]
    assert not [block for block in made if isinstance(block, Caveat)]


def test_a_chance_near_one_half_shows_no_direction(rich):
    notes = {}
    for chance in (0.44, 0.45, 0.5, 0.55, 0.56):
        reading = rich.readings["asymmetry"].model_copy(update={"p_rise_12m": chance})
        readings = {**rich.readings, "asymmetry": reading}
        blocks = bottom_line.build(rich.model_copy(update={"readings": readings}))
        panels = next(block for block in blocks if isinstance(block, Panels))
        tiles = panels.items[0].blocks[0].items
        notes[chance] = next(tile.note for tile in tiles if tile.name == "asymmetry")
    assert notes[0.44] == "chance that Borduria needs more in 12 months: 56\xa0%"
    assert {notes[0.45], notes[0.5], notes[0.55]} == {"next 12 months: no direction shown"}
    assert notes[0.56] == "chance that Arcadia needs more in 12 months: 56\xa0%"
