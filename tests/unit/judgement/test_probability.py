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


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.01, "remote chance"),
        (0.07, "remote chance"),
        (0.08, "highly unlikely"),
        (0.15, "highly unlikely"),
        (0.22, "highly unlikely"),
        (0.23, "unlikely"),
        (0.37, "unlikely"),
        (0.38, "realistic possibility"),
        (0.52, "realistic possibility"),
        (0.53, "likely"),
        (0.77, "likely"),
        (0.78, "highly likely"),
        (0.99, "almost certain"),
    ],
)
def test_a_probability_in_a_gap_of_the_uk_yardstick_takes_the_nearest_word(p, word) -> None:
    assert load_scales()["phia"].word(p) == word


@given(st.floats(0, 1), st.sampled_from(sorted(load_scales())))
def test_the_number_is_the_same_on_every_scale(p: float, name: str) -> None:
    assert likelihood(p, name).p == likelihood(p).p


def test_a_gap_is_told_from_a_band() -> None:
    scale = load_scales()["phia"]
    assert [p for p in (0.03, 0.07, 0.15, 0.22, 0.5, 0.53, 0.97) if scale.is_between(p)] == [
        0.07, 0.22, 0.53,
    ]  # fmt: skip
    assert not any(load_scales()["icd203"].is_between(p / 100) for p in range(101))


@pytest.mark.parametrize(
    ("bands", "reason"),
    [
        ([(0.0, 0.5, "no"), (0.4, 1.0, "yes")], "overlap"),
        ([(0.0, 0.0, "no"), (0.4, 1.0, "yes")], "empty"),
        ([(0.0, 1.0, "perhaps")], "at least 2"),
    ],
)
def test_a_scale_that_is_no_row_is_refused(bands, reason: str) -> None:
    given_bands = [{"lo": lo, "hi": hi, "word": word} for lo, hi, word in bands]
    with pytest.raises(ValueError, match=reason):
        Scale(id="x", title="x", citation="x", gaps="nearest", bands=given_bands)


def test_a_word_stands_for_one_band_of_its_scale() -> None:
    for scale in load_scales().values():
        forms = [word for band in scale.bands for word in (band.word, *band.also)]
        assert len(forms) == len(set(forms)) == len(scale.words)
