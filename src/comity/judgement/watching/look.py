"""What an assessment says of something that is watched: value, interval, state, history."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Cause", "Look", "Point"]


@dataclass(frozen=True)
class Point:
    """One period of a series.

    Parameters
    ----------
    period : str
        As printed in the assessment.
    value : float
        In the unit of the series.
    lo80, hi80 : float or None
        80 % interval; None where none is known.
    records : int
        Items or records behind it.
    """

    period: str
    value: float
    lo80: float | None = None
    hi80: float | None = None
    records: int = 0


@dataclass(frozen=True)
class Cause:
    """Something that moved what is watched.

    Parameters
    ----------
    text : str
        In words.
    effect : float or None
        In points of the reading.
    evidence : tuple of str
        Record ids.
    """

    text: str
    effect: float | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """One thing as one assessment shows it.

    Parameters
    ----------
    name : str
        As printed.
    unit : str
        Of the values.
    series : tuple of Point
        In order of time, up to the latest; a single point where there is no history.
    panel : tuple of Point
        The same on the scale of the reference panel.
    panel_missing : str
        Why it has no place in the panel now; empty where it has one, or no panel holds the dyad.
    state : str or None
        Where it has states.
    order : tuple of str
        States from first to last, where they have an order.
    furthest : str or None
        The furthest state that was ever reached, where the present one may have left the order.
    period : str or None
        Of the latest value or state.
    records : int
        Behind the latest value or state.
    evidence : tuple of str
        Record ids, the ones that matter most first.
    causes : tuple of Cause
        What moved it.
    word : str
        Of a probability: its word on the scale of the assessment.
    threshold : float or None
        A threshold that the assessment itself declares, of a signpost.
    published : tuple of (str, str)
        Record ids with the day from which each was public, of records of a kind.
    missing : str
        Why nothing can be said; empty where something can.
    """

    name: str
    unit: str = ""
    series: tuple[Point, ...] = ()
    panel: tuple[Point, ...] = ()
    panel_missing: str = ""
    state: str | None = None
    order: tuple[str, ...] = ()
    furthest: str | None = None
    period: str | None = None
    records: int = 0
    evidence: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    word: str = ""
    threshold: float | None = None
    published: tuple[tuple[str, str], ...] = ()
    missing: str = ""

    def until(self, period: str) -> Look | None:
        """Return the same up to a period of its series; None if the period is not there.

        Used to see what the assessment says today of a past crossing.
        """
        cut = [at for at, point in enumerate(self.series) if point.period == period]
        seen = [at for at, point in enumerate(self.panel) if point.period == period]
        if not cut and not seen:
            return None
        return replace(
            self,
            series=self.series[: cut[-1] + 1] if cut else (),
            panel=self.panel[: seen[-1] + 1] if seen else (),
            period=period,
            # of what is past the count of records is not known again: it was enough then
            records=self.series[cut[-1]].records if cut else self.records,
        )
