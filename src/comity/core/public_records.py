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
