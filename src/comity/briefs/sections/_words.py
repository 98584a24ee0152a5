"""Lines that several sections word alike: citations, outside text, likelihoods, empty registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import Cite, Empty, Outside, Quiet, Tag
from comity.briefs.wording import arrow_words, capital, named, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.briefs.blocks import Parts
    from comity.judgement.assessment import Assessment, Lever, Likelihood
    from comity.judgement.claim_parts import ClaimEpisode

__all__ = [
    "DOMAIN_NAMES",
    "cite",
    "dash",
    "domain_name",
    "empty",
    "evidence_line",
    "indicator_name",
    "likelihood_words",
    "responses",
    "text_or_dash",
    "titled",
]

DOMAIN_NAMES = {
    "political": "Political and diplomatic",
    "defense": "Defence and arms",
    "industrial_technology": "Defence industry and technology",
    "economic": "Economic and financial",
    "energy_nuclear": "Energy and nuclear",
    "regional": "Regional theatres",
    "third_party": "Third parties",
    "domestic": "Domestic and elite",
    "information": "Information and ideas",
}
_MODALITY = {
    "claimed": "Reported, not verified: ",
    "denied": "Denial: ",
    "planned": "Planned, not done: ",
    "historical": "Told later: ",
}


def cite(ids: Sequence[str]) -> Parts:
    """Return the mark of some evidence, or nothing where there is none."""
    return (Cite(tuple(ids)),) if ids else ()


def dash() -> Parts:
    """Return the cell of something that is not known."""
    return (Quiet("–"),)


def text_or_dash(text: str | None) -> Parts:
    """Return a cell of outside text; a dash where there is none."""
    return (Outside(text),) if text else dash()


def responses(episode: Lever | ClaimEpisode) -> str:
    """Return what followed an offer or threat, by how many months had passed."""
    told = (
        ("6 months", episode.response_6m),
        ("12 months", episode.response_12m),
        ("24 months", episode.response_24m),
        ("so far", episode.response_so_far),
    )
    return "; ".join(f"{when}: {text}" for when, text in told if text)


def empty(assessment: Assessment, register: str, what: str) -> Empty:
    """Return an empty state that names the register and the command that fills it."""
    dyad = assessment.dyad
    return Empty(
        f"{what} No row is stored for {dyad.a_name} and {dyad.b_name}; this is a gap in the "
        "evidence, not a finding.",
        f"comity admit {register}.csv --dyad {dyad.a}-{dyad.b}",
    )


def evidence_line(assessment: Assessment, evidence_id: str) -> Parts:
    """Return what a record says, worded as a report where it is not a deed, with its mark."""
    item = assessment.evidence[evidence_id]
    lead = _MODALITY.get(item.modality or "", "")
    start: Parts = (Tag(lead.rstrip(": "), "quiet"), " ") if lead else ()
    return (*start, Outside(item.summary), Cite((evidence_id,)))


def likelihood_words(likelihood: Likelihood) -> str:
    r"""Return a likelihood word with its percentage.

    Examples
    --------
    >>> from comity.judgement.assessment import Likelihood
    >>> likelihood_words(Likelihood(p=0.64, word="likely"))
    'likely (64\xa0%)'
    """
    return f"{likelihood.word} ({percent(likelihood.p)})"


def domain_name(domain: str) -> str:
    """Return the name of a domain of the framework.

    Examples
    --------
    >>> domain_name("defense"), domain_name("maritime_law")
    ('Defence and arms', 'Maritime law')
    """
    return DOMAIN_NAMES.get(domain, capital(domain.replace("_", " ")))


def indicator_name(assessment: Assessment, series: str) -> tuple[str, str]:
    """Return name and direction of an indicator series as a reader sees them.

    A series is written ``POL-04>ab``; an unknown id is its own name.
    """
    name, _, direction = series.partition(">")
    found = next((item.name for item in assessment.indicators if item.id == name), name)
    return titled(assessment, found, direction)


def titled(assessment: Assessment, name: str, direction: str) -> tuple[str, str]:
    """Return a declared name with the states' names, and the direction unless the name says it.

    A series about one state has that state in place of an arrow: pressure on each side goes from
    neither to the other.
    """
    dyad = assessment.dyad
    shown = named(name, dyad)
    about = next((item.about for item in assessment.indicators if item.name == name), "")
    state = {"ab": dyad.a_name, "ba": dyad.b_name}.get(direction)
    if about and state:
        return shown, "" if state in shown else about.format(state=state)
    arrow = arrow_words(direction, dyad)
    return shown, "" if arrow and arrow in shown else arrow
