import runpy
from pathlib import Path

import pytest

from comity.briefs.blocks import walk
from comity.briefs.sections import fragility
from comity.judgement.assessment import Assessment, OtherPrior, Sensitivity

SYNTHETIC = runpy.run_path(
    str(Path(__file__).resolve().parents[2] / "fixtures" / "briefs" / "synthetic.py")
)


def other(prior: str, factor: float | None, move: float, text: str) -> OtherPrior:
    return OtherPrior(
        prior=prior, factor=factor, text=text, value=50 + move, lo80=40 + move, hi80=60 + move,
        p_rise_12m=0.5, move=move,
    )  # fmt: skip


@pytest.fixture
def made() -> Assessment:
    whole = SYNTHETIC["rich"]()
    moves = {"depth": (1.5, -3.0), "cohesion": (-4.25, 12.0)}
    readings = dict(whole.readings)
    for name, (step, equal) in moves.items():
        priors = [
            other("weights", None, equal, "weights of the indicators, all equal"),
            other("step", 2.0, step, "how far a level moves in a month, doubled"),
            other("noise", 0.5, 0.2, "noise of a value, halved"),
            other("noise", 2.0, 0.1, "noise of a value, doubled"),
        ]
        readings[name] = readings[name].model_copy(
            update={"sensitivity": Sensitivity(priors=priors)}
        )
    return whole.model_copy(update={"readings": readings})


def test_the_largest_move_is_said_in_words_and_the_farthest_stand_in_the_table(made) -> None:
    texts = [part for part in walk(fragility.build(made)) if isinstance(part, str)]
    words = next(text for text in texts if text.startswith("No prior"))
    assert "more than 4.2 points (cohesion: how far a level moves in a month, doubled)" in words
    assert "Equal weights move cohesion most, by 12 points to 62." in words
    assert texts.count("weights of the indicators, all equal") == 2
    assert "noise of a value, doubled" not in texts, "three of a reading are shown"
    assert "62, 52–72" in texts


def test_an_assessment_without_it_says_nothing_of_priors() -> None:
    texts = [part for part in walk(fragility.build(SYNTHETIC["rich"]())) if isinstance(part, str)]
    assert not [text for text in texts if "prior" in text]
