"""The kinds of record of publishers' datasets: citation and grade are those of the source."""

from __future__ import annotations

from comity.core.table import Table
from comity.core.table import column as _c

__all__ = ["PUBLIC_TABLES"]

PUBLIC_TABLES: tuple[Table, ...] = (
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
            _c("stream", "text", "which of the source's overlapping sets or samples; counts of two"
               " are never added up, and indicators read only rows without it"),
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
    Table(
        "shared_memberships", "shared_membership",
        "the intergovernmental organisations that two states share in one year",
        (
            _c("state_a", "text", "ISO3, sorts first", required=True),
            _c("state_b", "text", "ISO3, sorts second", required=True),
            _c("year", "int", "calendar year", required=True),
            _c("shared", "int", "organisations in which both are full members [count]",
               required=True),
        ),
        ("state_a", "state_b", "year"),
    ),
    Table(
        "disputes", "dispute", "one militarised dispute between two states in one year",
        (
            _c("state_a", "text", "ISO3, sorts first", required=True),
            _c("state_b", "text", "ISO3, sorts second", required=True),
            _c("dispute_ref", "text", "publisher's number", required=True),
            _c("year", "int", "calendar year", required=True),
            _c("onset", "bool", "whether it began in this year", required=True),
            _c("hostility", "int", "the higher of the two states': 1 none, 2 threat, 3 display,"
               " 4 use of force, 5 war"),
            _c("hostility_a", "int", "highest that the first state reached, 1-5"),
            _c("hostility_b", "int", "highest that the second state reached, 1-5"),
            _c("fatality", "int", "the higher of the two states', 0-6; empty if either is missing"),
            _c("fatality_a", "int", "level of the first state's deaths, 0-6"),
            _c("fatality_b", "int", "level of the second state's deaths, 0-6"),
        ),
        ("dispute_ref", "state_a", "state_b", "year"),
    ),
    Table(
        "contiguity", "border", "how two states border each other in one year",
        (
            _c("state_a", "text", "ISO3, sorts first", required=True),
            _c("state_b", "text", "ISO3, sorts second", required=True),
            _c("year", "int", "calendar year", required=True),
            _c("type", "int", "1 land or river, 2-5 up to 12, 24, 150, 400 miles of water, 0 none",
               required=True),
        ),
        ("state_a", "state_b", "year"),
    ),
    Table(
        "distances", "distance", "least distance between two states on 1 January of one year",
        (
            _c("state_a", "text", "ISO3, sorts first", required=True),
            _c("state_b", "text", "ISO3, sorts second", required=True),
            _c("year", "int", "calendar year", required=True),
            _c("km", "float", "0 if they touch [km]", required=True),
        ),
        ("state_a", "state_b", "year"),
    ),
    Table(
        "rivalries", "rivalry", "one rivalry between two states in one list",
        (
            _c("scheme", "text", "whose list", required=True),
            _c("rivalry_ref", "text", "number in that list", required=True),
            _c("state_a", "text", "ISO3, sorts first", required=True),
            _c("state_b", "text", "ISO3, sorts second", required=True),
            _c("start_year", "int", "first year", required=True),
            _c("end_year", "int", "last year; empty if it outlasts the list"),
            _c("censored", "bool", "whether it was going on when the list ended", required=True),
            _c("kinds", "text", "what it is about, joined by ';'"),
        ),
        ("scheme", "rivalry_ref"),
    ),
    Table(
        "trade_flows", "trade_flow", "goods from one state to another in one year",
        (
            _c("actor", "text", "exporter: ISO3", required=True),
            _c("recipient", "text", "importer: ISO3", required=True),
            _c("year", "int", "calendar year", required=True),
            _c("value", "float", "current US dollars; empty is missing, never zero [million USD]"),
        ),
        ("actor", "recipient", "year"),
    ),
    Table(
        "capabilities", "capability", "material capabilities of one state in one year",
        (
            _c("state", "text", "ISO3", required=True),
            _c("year", "int", "calendar year", required=True),
            _c("cinc", "float", "composite index of national capability [share of the world]"),
            _c("milex", "float", "military spending [thousand current USD]"),
            _c("milper", "float", "military personnel [thousand]"),
            _c("irst", "float", "iron and steel production [thousand tons]"),
            _c("pec", "float", "primary energy consumption [thousand coal-ton equivalents]"),
            _c("tpop", "float", "population [thousand]"),
            _c("upop", "float", "urban population [thousand]"),
        ),
        ("state", "year"),
    ),
    Table(
        "major_powers", "major_power", "one time during which a state counted as a major power",
        (
            _c("state", "text", "ISO3", required=True),
            _c("start_date", "date", "first day", required=True),
            _c("end_date", "date", "last day; empty if it outlasts the list"),
            _c("censored", "bool", "whether it was one when the list ended", required=True),
        ),
        ("state", "start_date"),
    ),
)  # fmt: skip
