"""The kinds of record: their columns, types, units and keys. The single list of what can be stored.

A record is one parsed row of a snapshot. Its identity is its table and its key columns; what
those columns say never changes, everything else may be corrected by a later version of the row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from comity.core.errors import UnknownName

__all__ = [
    "CITATION",
    "TABLES",
    "TIME",
    "Batch",
    "Column",
    "Reject",
    "Table",
    "record_id",
    "table_named",
]

ColumnType = Literal["text", "int", "float", "date", "bool"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Column name, the same in files, store and expressions.
    type : ColumnType
        Type in the store.
    doc : str
        What it says, with its unit in brackets.
    required : bool
        Whether a row without it is refused.
    choices : tuple of str
        The values allowed; empty if free.
    """

    name: str
    type: ColumnType
    doc: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One kind of record.

    Parameters
    ----------
    name : str
        Plural, as used in expressions and files.
    kind : str
        Singular, the prefix of record ids.
    doc : str
        What one row is.
    columns : tuple of Column
        Own columns; `TIME` and, if `cited`, `CITATION` are added to these.
    key : tuple of str
        Own columns that identify a row within the source.
    cited : bool
        Whether each row carries its own citation and grade (case evidence), or inherits those of
        its source (publishers' datasets).
    held_back : tuple of (str, tuple of str)
        A date column, and the columns that say nothing before that date: an outcome is known later
        than the act it belongs to. A reader of the past must find them empty.
    """

    name: str
    kind: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    cited: bool = False
    held_back: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Own columns, then time, then citation."""
        return self.columns + TIME + (CITATION if self.cited else ())

    def column(self, name: str) -> Column:
        """Return a column by name.

        Raises
        ------
        UnknownName
            If the table has no such column.
        """
        for column in self.all_columns:
            if column.name == name:
                return column
        raise UnknownName(
            f"column of {self.name}", name, [column.name for column in self.all_columns]
        )


@dataclass(frozen=True)
class Batch:
    """Rows of one table, by column, as a parser gives them.

    Parameters
    ----------
    table : str
        A key of `TABLES`.
    columns : dict of str to list
        Equal lengths; columns of the table that are left out are empty. ``locator`` is required:
        where in the snapshot the row stands, e.g. ``"line 12"``.
    """

    table: str
    columns: dict[str, list[object]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))


@dataclass(frozen=True)
class Reject:
    """A row that cannot be parsed: where, why, and the text itself.

    Parameters
    ----------
    locator : str
        Where in the snapshot, e.g. ``"line 12"``.
    code : str
        Machine-readable reason, e.g. ``"unknown_state"``.
    reason : str
        One sentence for a person.
    raw : str
        The text of the row as it stood, cut at 4,000 characters.
    """

    locator: str
    code: str
    reason: str
    raw: str


def _c(name: str, kind: ColumnType, doc: str, *choices: str, required: bool = False) -> Column:
    return Column(name, kind, doc, required, choices)


TIME: tuple[Column, ...] = (
    _c("occurred_from", "date", "first day of the act or period", required=True),
    _c("occurred_to", "date", "first day after the act or period", required=True),
    _c("precision", "text", "what the source gives", "day", "month", "quarter", "half", "year",
       "span", required=True),
    _c("public_from", "date", "from when it was publicly known", required=True),
    _c("public_from_basis", "text", "why that day: an open act, the day a source revealed it, or"
       " assumed", "act", "source", "assumed", required=True),
)  # fmt: skip

CITATION: tuple[Column, ...] = (
    _c("source_title", "text", "title of the page"),
    _c("source_publisher", "text", "publisher as cited"),
    _c("source_url", "text", "address seen"),
    _c("published_on", "text", "date of the page as given: YYYY, YYYY-MM or YYYY-MM-DD"),
    _c("second_url", "text", "further addresses, joined by ' ; '"),
    _c("outlet", "text", "id in the catalog's list of outlets"),
    _c("reliability", "text", "Admiralty reliability of the address seen", *"ABCDEF"),
    _c("credibility_at_date", "int", "Admiralty credibility, 1-6, without hindsight"),
    _c("credibility_now", "int", "Admiralty credibility, 1-6, with what is known now"),
    _c("independence_group", "text", "copies of one report share a group and count once"),
)

_STATE = "ISO3 code, or id of an organisation"

_ALL: tuple[Table, ...] = (
    Table(
        "events", "event", "one dated act of one actor towards another, coded from a cited page",
        (
            _c("event_id", "text", "stable id", required=True),
            _c("actor", "text", f"who acts: {_STATE}", required=True),
            _c("recipient", "text", f"towards whom: {_STATE}", required=True),
            _c("other_parties", "text", "further parties, joined by ';'"),
            _c("domain", "text", "subject of the act", "diplomatic", "defense", "arms_transfer",
               "defense_industry", "intelligence_space", "economic", "financial", "energy",
               "nuclear", "regional", "sanctions", "domestic", "information", required=True),
            _c("root", "text", "PLOVER root; empty if no act between the two"),
            _c("modality", "text", "deed, or words about a deed", "asserted", "claimed", "denied",
               "planned", "historical", required=True),
            _c("polarity", "text", "of the act from actor to recipient", "cooperation", "tension",
               "mixed", required=True),
            _c("intensity", "float", "-10 (hostile) to 10 (friendly), of the act as scored;"
               " a claim keeps at most 3 in size [score]", required=True),
            _c("alleged_intensity", "float", "intensity of the alleged act of a claim [score]"),
            _c("dyad_effect", "text", "what a third-party act means for the dyad", "positive",
               "negative", "mixed", "neutral", "unclear"),
            _c("quad", "text", "quad class of the root", "verbal_cooperation",
               "material_cooperation", "verbal_conflict", "material_conflict"),
            _c("summary", "text", "in our own words", required=True),
            _c("quantity", "float", "number stated"),
            _c("unit", "text", "of the quantity"),
            _c("coding_confidence", "text", "of the coder", "high", "medium", "low"),
            _c("topics", "text", "ids of the topic vocabulary, joined by ';'"),
            _c("regions", "text", "ids of the region vocabulary, joined by ';'"),
        ),
        ("event_id",), cited=True,
    ),
    Table(
        "values", "value", "one numeric point of a published series",
        (
            _c("value_id", "text", "stable id", required=True),
            _c("series_id", "text", "what is measured", required=True),
            _c("subject", "text", "dyad key IRN-RUS, directed RUS>IRN, or one ISO3"),
            _c("value", "float", "the number as stated [unit]", required=True),
            _c("unit", "text", "unit as stated", required=True),
            _c("reporter", "text", "who states it"),
            _c("modality", "text", "measured, or words about it", "asserted", "claimed", "planned"),
            _c("conflict", "bool", "another stated value differs; both are kept"),
            _c("derived", "bool", "sum, difference or ratio of printed values"),
            _c("note", "text", "what the page adds"),
            _c("coding_confidence", "text", "of the coder", "high", "medium", "low"),
        ),
        ("value_id",), cited=True,
    ),
    Table(
        "claims", "claim", "one dated state change of one promised item, by one speaker",
        (
            _c("claim_id", "text", "stable id", required=True),
            _c("item_id", "text", "the item", required=True),
            _c("item_name", "text", "its name", required=True),
            _c("item_class", "text", "its class", required=True),
            _c("actor", "text", "supplier", required=True),
            _c("recipient", "text", "receiver", required=True),
            _c("state", "text", "what the speaker asserts", "requested", "claimed", "contracted",
               "paid", "in_production", "delivered", "operational", "suspended", "cancelled",
               "denied", "refused", "localised", required=True),
            _c("speaker", "text", "who says so"),
            _c("speaker_side", "text", "a, b, a third government, or press", "A", "B", "third",
               "press"),
            _c("quantity", "float", "number stated"),
            _c("unit", "text", "of the quantity"),
            _c("note", "text", "in our own words"),
            _c("later", "text", "what became of it, in our own words"),
            _c("later_known_from", "date", "from when `later` was publicly known"),
        ),
        ("claim_id",), cited=True,
        held_back=(("later_known_from", ("later",)),),
    ),
    Table(
        "stress_tests", "stress_test", "one crisis of one side and what the other did",
        (
            _c("crisis_id", "text", "stable id", required=True),
            _c("crisis_name", "text", "short name for a reader"),
            _c("on_actor", "text", "who is in trouble", required=True),
            _c("responder", "text", "whose response is scored", required=True),
            _c("score", "int", "0 opposes, 1 silent, 2 words, 3 votes or mediates, 4 covert or"
               " materiel help, 5 overt force [level]"),
            _c("lowest_score", "int", "lowest level, where acts of both signs occurred [level]"),
            _c("response_act", "text", "first act at the scored level"),
            _c("response_date", "text", "its date, as precise as known"),
            _c("days_to_response", "int", "from start to the first act at the scored level [days]"),
            _c("cost_borne", "text", "by the responder", "low", "medium", "high"),
            _c("what_was_done", "text", "in our own words"),
            _c("what_was_withheld", "text", "in our own words"),
            _c("parent_crisis", "text", "crisis that this is part of"),
            _c("is_alternative_coding", "bool", "a contested reading, kept beside the main one"),
            _c("later", "text", "what followed after the crisis, in our own words"),
            _c("later_known_from", "date", "from when `later` was publicly known"),
        ),
        ("crisis_id",), cited=True,
        held_back=(("later_known_from", ("later",)),),
    ),
    Table(
        "levers", "lever", "one outside offer or threat aimed at the dyad",
        (
            _c("episode_id", "text", "stable id", required=True),
            _c("third_party", "text", "who offers or threatens", required=True),
            _c("target", "text", "whom", required=True),
            _c("type", "text", "main logic", "reward", "coercion", required=True),
            _c("instrument", "text", "means"),
            _c("target_item", "text", "flow or tie it aims at"),
            _c("terms", "text", "what was asked and offered"),
            _c("baseline", "text", "of the target item on the day", "none", "talks", "contract",
               "flow"),
            _c("response_6m", "text", "of the target item after 6 months"),
            _c("response_12m", "text", "after 12 months"),
            _c("response_24m", "text", "after 24 months"),
            _c("outcome", "text", "over 24 months, against the baseline", "no_change", "nominal",
               "substantive_cut", "reversal", "reinforced", "open"),
            _c("rival_explanations", "text", "of the outcome, coder's judgement"),
            _c("reads_on_h1", "text", "for H1: + supports, - counts against, 0 silent", "+", "-",
               "0"),
            _c("dyad_effect", "text", "what it meant for the dyad, where the target is neither of"
               " the two"),
            _c("outcome_group", "text", "episodes that share one result count once"),
            _c("outcome_known_from", "date", "end of the window over which the outcome is read"),
        ),
        ("episode_id",), cited=True,
        held_back=(
            ("outcome_known_from", ("response_6m", "response_12m", "response_24m", "outcome",
                                    "rival_explanations", "reads_on_h1", "dyad_effect",
                                    "outcome_group")),
        ),
    ),
    Table(
        "theatres", "theatre", "one theatre in one phase: together or against",
        (
            _c("theatre_id", "text", "theatre and phase", required=True),
            _c("theatre", "text", "id of the theatre", required=True),
            _c("phase", "text", "label of the phase", required=True),
            _c("alignment", "int", "-2 open dispute to 2 direct support [level]"),
            _c("coder_confidence", "text", "three or more dated events, two, one", "high",
               "medium", "low", "none"),
            _c("events", "text", "dates of the distinct events it rests on, joined by ';'"),
            _c("why", "text", "in our own words"),
        ),
        ("theatre_id",), cited=True,
    ),
    Table(
        "body_votes", "vote", "one named vote of one party on the other's file",
        (
            _c("vote_id", "text", "stable id", required=True),
            _c("body", "text", "UNSC, UNGA, UNGA_3C, IAEA_BOARD, ECOSOC ...", required=True),
            _c("resolution", "text", "number or short title", required=True),
            _c("tally", "text", "yes-no-abstain, ? where not seen"),
            _c("subject", "text", "whose file", required=True),
            _c("voter", "text", "who votes", required=True),
            _c("vote", "text", "as cast", "yes", "no", "abstain", "absent", "veto", "not_against",
               required=True),
            _c("effect", "text", "of the text on the subject", "penalise", "relieve"),
            _c("directed_score", "int", "-2 votes to penalise ... 2 vetoes or sponsors relief"
               " [score]"),
            _c("inferred", "bool", "the vote is inferred, not seen by name"),
            _c("note", "text", "in our own words"),
        ),
        ("vote_id",), cited=True,
    ),
    Table(
        "obligations", "obligation", "one treaty, accord or membership that binds both",
        (
            _c("obligation_id", "text", "stable id", required=True),
            _c("name", "text", "title", required=True),
            _c("signed", "text", "date, as precise as known"),
            _c("in_force", "text", "date, as precise as known; empty if never or unknown"),
            _c("ended", "text", "date, as precise as known"),
            _c("level", "int", "0 none ... 6 mutual defence (POL-02) [level]"),
            _c("scope", "text", "bilateral or multilateral"),
            _c("articles_noted", "text", "in our own words"),
            _c("later", "text", "what became of it, in our own words"),
            _c("later_known_from", "date", "from when `later` was publicly known"),
        ),
        ("obligation_id",), cited=True,
        held_back=(("later_known_from", ("later",)),),
    ),
    Table(
        "perspectives", "perspective", "one statement by one speaker in that side's own terms",
        (
            _c("statement_id", "text", "stable id", required=True),
            _c("speaker", "text", "name", required=True),
            _c("rank", "text", "office"),
            _c("side", "text", "whose view", required=True),
            _c("label_used", "text", "what the tie was called, if reported"),
            _c("statement", "text", "in our own words", required=True),
            _c("salience_test", "text", "main one", "national_security", "internal_stability",
               "territorial_integrity", "regional", "order", "economic"),
        ),
        ("statement_id",), cited=True,
    ),
    Table(
        "published_judgements", "judgement", "one published forecast or judgement, with its fate",
        (
            _c("judgement_id", "text", "stable id", required=True),
            _c("author", "text", "who judged", required=True),
            _c("publisher", "text", "where"),
            _c("statement", "text", "in our own words", required=True),
            _c("question", "text", "resolvable question, written afterwards"),
            _c("criteria", "text", "how it resolves"),
            _c("horizon", "text", "date"),
            _c("probability", "float", "stated by the author, if any [1]"),
            _c("outcome", "text", "on the stated criteria", "true", "false", "mixed", "open"),
            _c("outcome_evidence", "text", "in our own words"),
            _c("outcome_known_from", "date", "from when the outcome was known"),
        ),
        ("judgement_id",), cited=True,
        held_back=(("outcome_known_from", ("question", "criteria", "horizon", "outcome",
                                           "outcome_evidence")),),
    ),
    Table(
        "reference_phases", "phase", "one phase of one scheme named by an author",
        (
            _c("phase_id", "text", "stable id", required=True),
            _c("scheme", "text", "who proposed it", required=True),
            _c("name", "text", "title", required=True),
            _c("description", "text", "in our own words"),
            _c("markers", "text", "events that mark it"),
        ),
        ("phase_id",), cited=True,
    ),
    Table(
        "contacts", "contact", "one leader-level contact",
        (
            _c("contact_id", "text", "stable id", required=True),
            _c("form", "text", "meeting, call, visit ...", required=True),
            _c("level", "text", "highest level taking part"),
            _c("person_a", "text", "who took part for the first state of the case"),
            _c("person_b", "text", "who took part for the second"),
            _c("host", "text", "ISO3 of the host"),
            _c("place", "text", "where"),
            _c("occasion", "text", "why they met"),
            _c("initiative", "text", "who asked for it"),
            _c("status", "text", "held, announced_only, cancelled", "held", "announced_only",
               "cancelled", required=True),
            _c("duplicate_of", "text", "event id of the same contact in the event list"),
            _c("summary", "text", "in our own words"),
            _c("coding_confidence", "text", "of the coder", "high", "medium", "low"),
        ),
        ("contact_id",), cited=True,
    ),
    Table(
        "exercises", "exercise", "one drill, port call or contest",
        (
            _c("exercise_id", "text", "stable id", required=True),
            _c("name", "text", "title", required=True),
            _c("arm", "text", "naval, land, air"),
            _c("place", "text", "where"),
            _c("participants", "text", "ISO3 codes, joined by ';'"),
            _c("bilateral", "bool", "only the two states"),
            _c("host", "text", "ISO3, or both"),
            _c("level", "text", "ships, command, special units, port call, contest ..."),
            _c("status", "text", "held, announced, cancelled", "held", "announced", "cancelled",
               required=True),
            _c("summary", "text", "in our own words"),
            _c("coding_confidence", "text", "of the coder", "high", "medium", "low"),
        ),
        ("exercise_id",), cited=True,
    ),
    Table(
        "commissions", "commission", "one session of a joint commission",
        (
            _c("commission_id", "text", "stable id", required=True),
            _c("body", "text", "intergovernmental, interparliamentary", required=True),
            _c("number", "int", "session number"),
            _c("place", "text", "where"),
            _c("cochair_a", "text", "co-chair of the first state of the case"),
            _c("cochair_b", "text", "co-chair of the second"),
            _c("status", "text", "held or not", "held", "planned", "planned_not_held",
               "lapsed_to_resume", "opened", required=True),
            _c("documents", "text", "signed or discussed"),
            _c("coding_confidence", "text", "of the coder", "high", "medium", "low"),
        ),
        ("commission_id",), cited=True,
    ),
    Table(
        "polls", "poll", "one answer to one survey question",
        (
            _c("poll_id", "text", "stable id", required=True),
            _c("pollster", "text", "who asked", required=True),
            _c("country", "text", "ISO3 of the respondents", required=True),
            _c("mode", "text", "telephone ..."),
            _c("n", "int", "respondents"),
            _c("question", "text", "as printed or near", required=True),
            _c("wording", "text", "whether the question is a paraphrase"),
            _c("option", "text", "answer", required=True),
            _c("value", "float", "share choosing it [percent]", required=True),
            _c("unit", "text", "unit"),
            _c("note", "text", "what the page adds"),
            _c("coding_confidence", "text", "of the coder", "high", "medium", "low"),
        ),
        ("poll_id",), cited=True,
    ),
    # ---- publishers' datasets
    Table(
        "roll_calls", "roll_call", "one recorded vote of the UN General Assembly",
        (
            _c("rcid", "text", "publisher's id", required=True),
            _c("session", "int", "session of the Assembly", required=True),
            _c("resolution", "text", "number as published"),
            _c("title", "text", "short description"),
            _c("description", "text", "long description"),
            _c("issues", "text", "issue codes, joined by ';'"),
            _c("important", "bool", "flagged as important by the US State Department"),
        ),
        ("rcid",),
    ),
    Table(
        "ballots", "ballot", "one state's vote in one roll call",
        (
            _c("rcid", "text", "publisher's id of the roll call", required=True),
            _c("voter", "text", "ISO3", required=True),
            _c("session", "int", "session of the Assembly"),
            _c("choice", "text", "as cast; absent is missing, never a no", "yes", "no", "abstain",
               "absent", required=True),
        ),
        ("rcid", "voter"),
    ),
    Table(
        "alliances", "alliance", "obligations in force between two states in one year",
        (
            _c("state_a", "text", "ISO3, sorts first", required=True),
            _c("state_b", "text", "ISO3, sorts second", required=True),
            _c("year", "int", "calendar year", required=True),
            _c("defense", "bool", "active support if attacked"),
            _c("offense", "bool", "active support beyond defence"),
            _c("neutrality", "bool", "no support to an attacker"),
            _c("nonaggression", "bool", "no force against each other"),
            _c("consultation", "bool", "consult in a crisis"),
        ),
        ("state_a", "state_b", "year"),
    ),
    Table(
        "media_events", "media_event", "one machine-coded event from news text",
        (
            _c("event_ref", "text", "publisher's id and date", required=True),
            _c("actor", "text", "ISO3", required=True),
            _c("recipient", "text", "ISO3", required=True),
            _c("actor_name", "text", "as published"),
            _c("recipient_name", "text", "as published"),
            _c("actor_sectors", "text", "as published"),
            _c("recipient_sectors", "text", "as published"),
            _c("cameo", "text", "CAMEO code, leading zeros kept", required=True),
            _c("event_text", "text", "publisher's label of the code"),
            _c("goldstein", "float", "-10 to 10 [Goldstein]"),
            _c("quad", "text", "quad class", "verbal_cooperation", "material_cooperation",
               "verbal_conflict", "material_conflict"),
            _c("story", "text", "publisher's id of the story"),
            _c("publisher_name", "text", "news outlet as published"),
            _c("place_country", "text", "country of the place, as published"),
        ),
        ("event_ref",),
    ),
    Table(
        "dyad_counts", "dyad_count", "machine-coded events from one state to another in one period",
        (
            _c("actor", "text", "ISO3", required=True),
            _c("recipient", "text", "ISO3", required=True),
            _c("period", "text", "YYYY or YYYY-MM", required=True),
            _c("verbal_cooperation", "int", "events [count]"),
            _c("material_cooperation", "int", "events [count]"),
            _c("verbal_conflict", "int", "events [count]"),
            _c("material_conflict", "int", "events [count]"),
        ),
        ("actor", "recipient", "period"),
    ),
    Table(
        "transfers", "transfer", "one order of major arms and what of it was delivered when",
        (
            _c("transfer_ref", "text", "publisher's id, or a hash of the identifying cells",
               required=True),
            _c("actor", "text", "supplier: ISO3", required=True),
            _c("recipient", "text", "recipient: ISO3", required=True),
            _c("designation", "text", "weapon designation", required=True),
            _c("category", "text", "weapon category"),
            _c("flow_class", "text", "major_arms, or uav_missiles for drones and missiles"),
            _c("order_year", "int", "year of order"),
            _c("order_year_estimated", "bool", "publisher's estimate"),
            _c("ordered", "float", "number ordered"),
            _c("delivery_year", "int", "year of this delivery; empty if none yet"),
            _c("delivered", "float", "number delivered in that year"),
            _c("tiv_delivered", "float", "volume delivered in that year [TIV]"),
            _c("delivery_estimated", "bool", "publisher's estimate, or an even spread over years"),
            _c("status", "text", "new, second hand ..."),
            _c("comments", "text", "publisher's comments"),
        ),
        ("transfer_ref",),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in _ALL}


def table_named(name: str) -> Table:
    """Return the table called `name`.

    Raises
    ------
    UnknownName
        If there is none.
    """
    try:
        return TABLES[name]
    except KeyError:
        raise UnknownName("table", name, TABLES) from None


def record_id(table: Table, key: tuple[object, ...]) -> str:
    """Return the stable id of a record from its key.

    A short single key is shown as it is, any other is hashed.

    Examples
    --------
    >>> record_id(TABLES["claims"], ("su-35-01",))
    'claim:su-35-01'
    >>> record_id(TABLES["ballots"], ("4421", "IRN"))
    'ballot:4421.IRN'
    """
    text = ".".join(str(part) for part in key)
    if len(text) > 80 or any(char.isspace() for char in text):
        text = hashlib.sha256("\x1f".join(map(str, key)).encode()).hexdigest()[:16]
    return f"{table.kind}:{text}"
