"""Watches, what a run saw and notices, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from comity.briefs.notice_titles import value_words
from comity.briefs.render.views import table_of
from comity.briefs.wording import count_words, date_words, plain_number
from comity.judgement.watching.subject import Subject

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["render_notice", "render_run", "render_watch", "render_watches"]

_STEPS = {
    "set": "set",
    "crossed": "crossed",
    "cleared": "came back, armed again",
    "corrected": "crossing taken back, armed again",
    "blind": "cannot be judged any more",
    "sees": "can be judged again",
}


def render_notice(notice: Any) -> RenderableType:
    """Return a notice: the reason in bold, then the rest. Nothing in it is markup."""
    title, _, rest = notice.text.partition("\n")
    if notice.repeat:
        # the first paragraph says that it is sent once more
        return Group(Text(notice.title, style="bold"), Text(notice.text), Text())
    return Group(Text(title, style="bold"), Text(rest), Text())


def render_watches(rows: list[dict[str, Any]]) -> RenderableType:
    """Return the watches with where each stands."""
    table = table_of(
        "Watches",
        ("watch", "dyad", "watched", "condition", "state", "last value", "to the threshold", "by"),
        (
            (
                row["id"],
                row["dyad"],
                row["subject"],
                row["condition"],
                _state(row),
                _last(row),
                _distance(row),
                row["by"],
            )
            for row in rows
        ),
    )
    table.caption = None
    if not rows:
        table.caption = "Nothing is watched yet: comity watch add A B WHAT --above X"
    return table


def _state(row: dict[str, Any]) -> str:
    if row["state"] == "cannot be judged" and row["seen"].get("why"):
        return f"cannot be judged: {row['seen']['why']}"
    if row["state"] == "beyond" and row["seen"].get("certainty"):
        return f"beyond, {row['seen']['certainty']}"
    return str(row["state"])


def _last(row: dict[str, Any]) -> str:
    seen = row["seen"]
    if not seen or (seen.get("value") is None and seen.get("state") is None):
        return "not known"
    text = value_words(seen, Subject.parse(row["subject"]), seen.get("unit", ""))
    return f"{text} ({date_words(seen['period'])})" if seen.get("period") else text


def _distance(row: dict[str, Any]) -> str:
    seen = row["seen"]
    if seen.get("distance") is None:
        return "–"
    if seen["distance"] == 0:
        return "past it"
    unit = {"z": " sd", "own": " percentiles", "panel": " percentiles"}.get(row["statistic"], "")
    return f"{plain_number(seen['distance'])}{unit}"


def render_watch(row: dict[str, Any]) -> RenderableType:
    """Return one watch, and what happened to it in order."""
    why = f" Reason given: {row['why']}" if row["why"] else ""
    origin = f" Taken from {row['origin']}." if row["origin"] else ""
    lines = [
        Text(f"{row['id']}: {row['dyad']}, {row['subject']}, {row['condition']}", style="bold"),
        Text(f"Set by {row['by']} on {date_words(row['since'][:10])}.{origin}{why}"),
        Text(f"State: {_state(row)}. Last value: {_last(row)}. Threshold: {_distance(row)}."),
    ]
    if row["as_of"]:
        lines.append(
            Text(f"Last look on {_moment(row['looked_at'])}, as of {date_words(row['as_of'])}, "
                 f"inputs {row['inputs_hash'][:12]}.")
        )  # fmt: skip
    for step in row["steps"]:
        what = _STEPS[step["kind"]]
        lines.append(Text(f"{_moment(step['at'])}  {what}{_why(step)}"))
        if step["title"]:
            lines.append(Text(f"    {step['title']}", style="dim"))
        lines += [Text(f"    {_sending(each)}", style="dim") for each in _ends(step["sent"])]
    return Group(*lines)


def _why(step: dict[str, Any]) -> str:
    return f": {step['why']}" if step["why"] else ""


def _ends(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return attempts with an end, and those that were cut off."""
    made: list[dict[str, Any]] = []
    last: dict[str, dict[str, Any]] = {}
    for each in sent:
        if each["outcome"] == "trying":
            last[each["channel"]] = each
        else:
            last.pop(each["channel"], None)
        following = [other for other in sent if other["channel"] == each["channel"]]
        is_last = following[-1] is each
        if each["outcome"] != "trying" or is_last or _cut_off(each, following):
            made.append(each)
    return made


def _cut_off(each: dict[str, Any], of_channel: list[dict[str, Any]]) -> bool:
    at = next(i for i, other in enumerate(of_channel) if other is each)
    return at + 1 < len(of_channel) and of_channel[at + 1]["outcome"] == "trying"


def _sending(each: dict[str, Any]) -> str:
    again = " (once more)" if each["repeat"] else ""
    said = f": {each['said']}" if each["said"] else ""
    outcome = {
        "trying": "cut off before its end was known",
        "sent": "sent",
        "failed": "not taken",
        "unsure": "not known whether it was taken",
    }[each["outcome"]]
    return f"{each['channel']}{again}, {_moment(each['at'])}: {outcome}{said}"


def _moment(text: str) -> str:
    return f"{text[:10]} {text[11:16]}"


def render_run(result: dict[str, Any]) -> RenderableType:
    """Return what a run saw and did, in lines."""
    rows, sent = result["watches"], result["sent"]
    blind = [row for row in rows if not row["judged"]]
    made = count_words(len(result["notices"]), "new notice")
    lines = [f"{count_words(len(rows), 'watch', 'watches')} looked at, {made}."]
    if result["dry_run"]:
        lines[0] += " Dry run: nothing was kept or sent."
        lines += [f"would tell: {each['title']}" for each in result["notices"]]
    lines += [
        f"{row['id']} {row['dyad']} {row['subject']} cannot be judged: {row['why']}"
        for row in blind
    ]
    lines += [f"{row['id']} {row['subject']}: {row['late']}" for row in rows if row["late"]]
    lines += [f"{each['dyad']} could not be assessed: {each['text']}" for each in result["errors"]]
    for each in sent:
        said = f": {each['said']}" if each["said"] else ""
        if each["outcome"] == "failed":
            lines.append(
                f"{each['channel']} did not take a notice{said}. It is kept and tried again at "
                "the next run."
            )
        elif each["outcome"] == "waits":
            lines.append(f"a notice waits for {each['channel']}{said}")
        elif each["repeat"] or each["said"]:
            again = ", once more" if each["repeat"] else ""
            lines.append(f"sent to {each['channel']}{again}{said}")
    lines += _went(sent)
    if not rows and not result["errors"]:
        lines = ["Nothing is watched yet: comity watch add A B WHAT --above X", *lines[1:]]
    return Group(*(Text(line) for line in lines))


def _went(sent: list[dict[str, Any]]) -> list[str]:
    """Return how many notices went where, beyond the terminal that shows them."""
    counts: dict[tuple[str, str], int] = {}
    for each in sent:
        if each["outcome"] == "sent" and each["channel"] != "terminal":
            place = (each["channel"], each["place"])
            counts[place] = counts.get(place, 0) + 1
    return [
        f"{channel}: {count_words(n, 'notice')} sent to {place}"
        for (channel, place), n in counts.items()
    ]
