"""Two states in the order asked."""

from __future__ import annotations

import pytest

from comity.core.dyad import Dyad
from comity.core.errors import UsageError


def test_the_key_does_not_depend_on_the_order_asked():
    dyad = Dyad("RUS", "IRN")
    assert dyad.key == dyad.reversed.key == "IRN-RUS"
    assert (dyad.slug, str(dyad)) == ("rus-irn", "RUS-IRN")
    assert dyad.reversed == Dyad("IRN", "RUS")
    assert dyad.reversed.reversed == dyad
    assert dyad != dyad.reversed
    assert len({dyad, Dyad("RUS", "IRN")}) == 1


def test_a_state_has_no_dyad_with_itself():
    with pytest.raises(UsageError, match="two different states, got RUS twice"):
        Dyad("RUS", "RUS")
