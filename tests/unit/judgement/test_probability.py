import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import JudgementError, UnknownName
from comity.judgement.probability import Scale, likelihood, load_scales


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.03, "almost no chance"),
        (0.05, "very unlikely"),
        (0.12, "very unlikely"),
        (0.20, "unlikely"),
        (0.3, "unlikely"),
        (0.5, "roughly even chance"),
        (0.55, "roughly even chance"),
        (0.56, "likely"),
        (0.80, "likely"),
        (0.9, "very likely"),
        (0.97, "almost certain"),
    ],
)
def test_words_are_those_of_icd_203(p: float, word: str) -> None:
    assert load_scales()["icd203"].word(p) == word


@given(st.floats(0, 1))
def test_every_probability_has_one_word_and_the_stored_value_fits_it(p: float) -> None:
    made = likelihood(p)
    assert 0.01 <= made.p <= 0.99
    assert load_scales()["icd203"].word(made.p) == made.word


@given(st.floats(0, 0.5))
def test_the_words_are_symmetric(p: float) -> None:
    mirror = {
        "almost no chance": "almost certain",
        "very unlikely": "very likely",
        "unlikely": "likely",
        "roughly even chance": "roughly even chance",
    }
    scale = load_scales()["icd203"]
    assert mirror[scale.word(p)] == scale.word(1 - p)


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(JudgementError, match="not a probability"):
        load_scales()["icd203"].word(1.2)


def test_unknown_scale_names_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="icd203"):
        likelihood(0.5, "icd204")


def test_a_scale_with_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="do not meet"):
        Scale.model_validate(
            {
                "id": "x",
                "title": "x",
                "citation": "x",
                "bands": [
                    {"lo": 0.0, "hi": 0.4, "word": "no"},
                    {"lo": 0.5, "hi": 1.0, "word": "yes"},
                ],
            }
        )
