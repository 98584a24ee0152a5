"""The doors of a workspace to watches: set, list, show, end, run."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from comity.acts.names import checked_name, checked_text
from comity.core import clock
from comity.core.errors import ActRefused, ComityError, UsageError
from comity.workspace.review_doors import ReviewDoors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from comity.acts.standing import Actor
    from comity.judgement.assessment import Assessment
    from comity.judgement.watching.condition import Condition
    from comity.judgement.watching.subject import Subject
    from comity.notices.notice import Notice
    from comity.workspace.watch_parts import StoreRecords

__all__ = ["WatchDoors"]

_LATER = 75
_NONE_YET = "Nothing is watched yet: `comity watch add A B WHAT --above X`."


class WatchDoors(ReviewDoors):
    """A store, a catalog and settings: watch dyads, and tell when a condition is crossed."""

    def watch_add(
        self,
        a: str,
        b: str,
        subject: str,
        condition: Condition,
        *,
        why: str = "",
        by: str | None = None,
        as_of: dt.date | None = None,
    ) -> dict[str, Any]:
        """Set a watch, and look at it once; returns what it shows now.

        A condition that holds already is no crossing: the watch is armed when it comes back.

        Parameters
        ----------
        a, b : str
            ISO3 codes or names; the order gives asymmetry its sign.
        subject : str
            What is watched: see `Subject.parse`.
        condition : Condition
            When it is crossed.
        why : str
            Reason for the watch, repeated in its notices.
        by : str, optional
            Who sets it.
        as_of : datetime.date, optional
            Of the first look; as for `assess`.

        Raises
        ------
        UsageError, UnknownName
            If the condition does not fit, or this dyad cannot have what is named, or what is named
            cannot come to the state.
        ActRefused
            If the same is watched already.
        """
        from comity.judgement.watching.looking import named
        from comity.judgement.watching.states import with_known_state
        from comity.judgement.watching.subject import Subject

        wanted = Subject.parse(subject)
        condition.check(wanted)
        actor, began = self._actor(by), clock.now()
        said = checked_text(why, "--why", may_be_empty=True)
        made = self._assessed(a, b, as_of)
        wanted = named(made, wanted, in_panel=condition.statistic == "panel")
        condition = with_known_state(made, wanted, condition)
        return self._set(made, [(wanted, condition, said, "")], actor, began)[0]

    def watch_preset(
        self, a: str, b: str, *, by: str | None = None, as_of: dt.date | None = None
    ) -> list[dict[str, Any]]:
        """Watch every signpost of the scenarios, and every key assumption that names an indicator.

        What is watched already is left alone.

        Returns
        -------
        list of dict
            The new watches.

        Raises
        ------
        ActRefused
            If the assessment has neither.
        """
        from comity.acts import watches
        from comity.workspace.watch_parts import preset

        actor, began = self._actor(by), clock.now()
        made = self._assessed(a, b, as_of)
        wanted = preset(made)
        if not wanted:
            msg = (
                f"the assessment of {made.title} as of {made.as_of} has neither signposts of "
                "scenarios nor key assumptions that name an indicator: nothing to take over."
            )
            raise ActRefused(msg)
        with self.acts.reading() as session:
            new = [
                each
                for each in wanted
                if watches.same_watch(session, made.dyad.a, made.dyad.b, each[0], each[1]) is None
            ]
        return self._set(made, new, actor, began)

    def _set(
        self,
        made: Assessment,
        wanted: Sequence[tuple[Subject, Condition, str, str]],
        actor: Actor,
        began: dt.datetime,
    ) -> list[dict[str, Any]]:
        from comity.acts import watches
        from comity.workspace import watching

        with self._records(made) as records, self.acts.writing() as session:
            seen = []
            for subject, condition, why, origin in wanted:
                watch = watches.set_watch(
                    session, made.dyad.a, made.dyad.b, subject, condition, actor,
                    why=why, origin=origin,
                )  # fmt: skip
                seen.append(watching.look(session, watch, made, records, began))
            watching.keep(session, seen, made, actor, ())
            return [watching.row_of(each) for each in seen]

    def watch_list(
        self, a: str | None = None, b: str | None = None, *, ended: bool = False
    ) -> list[dict[str, Any]]:
        """Return the watches with what the last look saw: state, value, distance to the threshold.

        Raises
        ------
        UsageError
            If only one state is given.
        """
        from comity.acts import watches
        from comity.workspace.watch_parts import standing

        pair = self._pair(a, b)
        if not self.acts_address.may_hold_acts:
            return []
        with self.acts.reading() as session:
            running = watches.active(session, pair)
            known = watches.all_watches(session, pair) if ended else running
            return [
                standing(watches.past(session, each), each, is_ended=each not in running)
                for each in known
            ]

    def watch_show(self, name: str) -> dict[str, Any]:
        """Return a watch, all that happened to it, and what became of its notices.

        Raises
        ------
        UnknownName
            If there is none of this name.
        """
        from comity.acts import sendings, watches
        from comity.workspace.watch_parts import standing

        self.must_hold_acts("watch", name, _NONE_YET)
        with self.acts.reading() as session:
            watch = watches.find_watch(session, name, ended=True)
            marks = watches.marks_of(session, watch)
            sent = sendings.sendings_of(session, [each.id for each in marks])
            running = watch in watches.active(session)
            return {
                **standing(watches.past(session, watch), watch, is_ended=not running),
                "steps": [
                    {
                        "at": mark.at.isoformat(), "kind": mark.kind, "why": mark.why,
                        "period": mark.period, "value": mark.value, "lo80": mark.lo80,
                        "hi80": mark.hi80, "state": mark.state, "old_period": mark.old_period,
                        "old_value": mark.old_value, "old_state": mark.old_state,
                        "certainty": mark.certainty, "evidence": mark.evidence,
                        "title": mark.notice["title"] if mark.notice else None,
                        "key": mark.notice["key"] if mark.notice else None,
                        "sent": [
                            {"channel": each.channel, "at": each.at.isoformat(),
                             "outcome": each.outcome, "repeat": each.repeat, "said": each.said}
                            for each in sent if each.mark_id == mark.id
                        ],
                    }
                    for mark in marks
                ],
            }  # fmt: skip

    def watch_remove(self, name: str, why: str = "", by: str | None = None) -> dict[str, Any]:
        """End a watch; all that it saw stays, and notices that wait are still sent.

        Raises
        ------
        UnknownName
            If there is none, or it was ended before.
        """
        from comity.acts import watches

        self.must_hold_acts("watch", name, _NONE_YET)
        actor, said = self._actor(by), checked_text(why, "--why", may_be_empty=True)
        with self.acts.writing() as session:
            watch = watches.find_watch(session, name)
            watches.end_watch(session, watch, actor, said)
            return {"id": watches.name_of(watch), "subject": watch.subject, "why": said}

    def watch_run(
        self,
        a: str | None = None,
        b: str | None = None,
        *,
        as_of: dt.date | None = None,
        dry_run: bool = False,
        by: str | None = None,
        tell: Callable[[Notice], None] = lambda _: None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> dict[str, Any]:
        """Look at every watch, keep what happened, and send the notices that wait.

        Parameters
        ----------
        a, b : str, optional
            One dyad; every dyad with a watch without them.
        as_of : datetime.date, optional
            As for `assess`; a look further back than the last one is shown and not kept.
        dry_run : bool
            Judge and show, keep nothing and send nothing.
        by : str, optional
            Who runs it.
        tell : callable
            Prints a notice.
        progress : callable
            Told what is being done.

        Returns
        -------
        dict
            ``watches``, ``notices`` (new ones), ``sent`` (what became of each notice on each
            channel), ``errors`` (dyads that could not be assessed), ``exit_code``.

        Raises
        ------
        UsageError
            If a channel is set in a way that cannot work: then nothing is looked at.
        ActsUnavailable
            If another run is sending for too long; what was seen is kept.
        """
        pair = self._pair(a, b)
        result: dict[str, Any] = {
            "dry_run": dry_run, "watches": [], "notices": [], "sent": [], "errors": [],
            "exit_code": 0,
        }  # fmt: skip
        if not self.acts_address.may_hold_acts:
            return result
        from comity.acts import watches
        from comity.notices.channels import channel_names, channels
        from comity.workspace.sending import send_waiting

        open_channels = channels(self.settings.watch, tell)
        for channel in open_channels.values():
            channel.check()
        names = channel_names(self.settings.watch)
        with self.acts.reading() as session:
            pairs = list(dict.fromkeys((each.a, each.b) for each in watches.active(session, pair)))
        for first, second in pairs:
            progress(f"assessing {first} and {second}")
            try:
                self._look((first, second), as_of, self._runner(by), names, result)
            except ComityError as error:
                result["errors"].append({"dyad": f"{first}-{second}", "text": str(error)})
                result["exit_code"] = result["exit_code"] or error.exit_code
        if not dry_run:
            progress("sending notices")
            made = send_waiting(self.acts, self.acts_address, open_channels)
            result["sent"] = [vars(each) for each in made]
            if any(each.outcome == "failed" for each in made):
                result["exit_code"] = result["exit_code"] or _LATER
        return result

    def _look(
        self,
        pair: tuple[str, str],
        as_of: dt.date | None,
        actor: Actor,
        names: Sequence[str],
        result: dict[str, Any],
    ) -> None:
        """Look at the watches of one dyad in one order of its states."""
        from comity.acts import watches
        from comity.workspace import watching

        began = clock.now()
        made = self._assessed(*pair, as_of)
        opened = self.acts.reading if result["dry_run"] else self.acts.writing
        with self._records(made) as records, opened() as session:
            seen = [
                watching.look(session, each, made, records, began)
                for each in watches.active(session, pair)
                if (each.a, each.b) == pair
            ]
            notices = [one for each in seen for one in watching.notices_of(each, made)]
            if not result["dry_run"]:
                watching.keep(session, seen, made, actor, names)
            result["watches"] += [watching.row_of(each) for each in seen]
        result["notices"] += notices

    def watch_view(self, what: str, data: Any) -> Any:
        """Return what `watch_list`, `watch_show`, `watch_run` or a notice is, for a terminal."""
        from comity.briefs.render.watches import (
            render_notice,
            render_run,
            render_watch,
            render_watches,
        )

        views: dict[str, Callable[[Any], Any]] = {
            "list": render_watches,
            "show": render_watch,
            "run": render_run,
            "notice": render_notice,
        }
        return views[what](data)

    # ------------------------------------------------------------------ inside

    def _assessed(self, a: str, b: str, as_of: dt.date | None) -> Assessment:
        return self.published(self.computed(a, b, as_of=as_of))

    def _runner(self, by: str | None) -> Actor:
        """Return who runs; a machine without a login name may run watches too."""
        from comity.acts.standing import Actor

        if by is None and not self.settings.user.strip():
            return Actor("not named", "account not known", clock.now())
        name, account = self.who(by)
        return Actor(checked_name(name, "--by"), account, clock.now())

    def _pair(self, a: str | None, b: str | None) -> tuple[str, str] | None:
        if a is None:
            return None
        if b is None:
            raise UsageError(f"a dyad needs two states, got {a!r} only.")
        dyad = self.dyad(a, b)
        return dyad.a, dyad.b

    @contextmanager
    def _records(self, made: Assessment) -> Iterator[StoreRecords]:
        from comity.workspace.watch_parts import StoreRecords

        with self.store.view(dt.date.fromisoformat(made.as_of)) as view:
            yield StoreRecords(view)
