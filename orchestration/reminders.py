"""Reminders: who is late, the letters and e-mails about it, and the record that they went out.

What is written or sent is an event (`remind`, of the unit) in the same transaction; what the log holds for a day is not
sent again on that day. Words and layout are `extracts.letters`', who is late `ingestion.registry.late`'s.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import psycopg

from ingestion.gate import sender
from ingestion.registry.events import Event, add_events
from ingestion.registry.late import LateBody, late_bodies
from orchestration.regime import registry_of
from warehouse.clock import HANOI, Clock
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

if TYPE_CHECKING:
    from extracts.letters.mail import Mailer

Channel = Literal["letter", "email"]
# Two who remind at once do it one after the other: the second finds what the first did.
_LOCK = 1380007


@dataclass(frozen=True)
class Wanted:
    """What shall be done about who is late: letters into `folder`, e-mails, or (`dry_run`) only said."""

    folder: Path | None = None
    send: bool = False
    dry_run: bool = False
    by: str | None = None


def remind(
    settings: Settings,
    wanted: Wanted,
    *,
    as_of: dt.datetime | None = None,
    unit: str | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """Who is late at an instant (now), by body, and what was written, sent, or would be.

    Each body has `letter` and `email`: None, or a `state` (`written`, `sent`, `would_be_written`, `would_be_sent`,
    `already_today`, `no_address`, `no_successor`, `failed`). Raises `Kho138Error`, nothing done, for what cannot be.
    """
    from extracts.letters.mail import check_configured, contacts, mailer

    if wanted.send and not wanted.dry_run:
        check_configured(settings)
        if as_of is not None:
            raise Kho138Error(
                "--send reminds of what is late now: leave --as-of out, or add --dry-run.",
                vi="--send chỉ gửi nhắc việc của hiện tại: bỏ --as-of, hoặc thêm --dry-run.",
            )
    addresses, faults = contacts(settings) if wanted.send else ({}, [])
    is_invented = Clock.for_home(settings.home).is_simulated
    if wanted.folder is not None and not wanted.dry_run:
        _make(wanted.folder)
    with contextlib.ExitStack() as stack:
        connection, contracts, now = stack.enter_context(registry_of(settings))
        at = as_of or now
        late = late_bodies(connection, contracts, at, unit, body)
        server = (
            stack.enter_context(mailer(settings)) if late and wanted.send and not wanted.dry_run else None
        )
        run = _Run(connection, now, at, wanted, is_invented, addresses, server)
        reminders = [run.remind(who) for who in late]
    return {"as_of": at, "is_invented": is_invented, "reminders": reminders, "faults": faults}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Kho138Error(
            f"{folder} cannot be written ({error.strerror}).", vi=f"Không ghi được vào {folder}."
        ) from None


@dataclass(frozen=True)
class _Run:
    """One run: what it knows, and where its letters and e-mails go."""

    connection: psycopg.Connection
    now: dt.datetime
    at: dt.datetime
    wanted: Wanted
    is_invented: bool
    addresses: dict[str, str]
    server: Mailer | None

    def remind(self, body: LateBody) -> dict[str, Any]:
        """Letter and e-mail to one body; each is committed with its event before the next is begun."""
        told: dict[str, Any] = {**body.as_row(), "letter": None, "email": None}
        if body.has_ended:
            ways = {"letter": self.wanted.folder is not None, "email": self.wanted.send}
            return told | {way: {"state": "no_successor"} for way, wanted in ways.items() if wanted}
        with self._one_after_the_other():
            if self.wanted.folder is not None:
                told["letter"] = self._write(body, self.wanted.folder)
            if self.wanted.send:
                told["email"] = self._send(body)
        return told

    @contextlib.contextmanager
    def _one_after_the_other(self) -> Iterator[None]:
        with self.connection.transaction():
            self.connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            yield
        self.connection.commit()

    def _write(self, body: LateBody, folder: Path) -> dict[str, Any]:
        """The whole letter, again where it is asked for again; the event says what of it is new today."""
        from extracts.letters.reminder import letter

        asked = "-de-nghi" if body.is_requested else ""
        path = folder / f"nhac-bao-cao_{body.unit}{asked}_{self.at.astimezone(HANOI):%Y-%m-%d}.docx"
        new = self._not_yet_today(body, "letter")
        if self.wanted.dry_run:
            return {"state": "would_be_written" if new.reports else "already_today", "path": str(path)}
        content = letter(body, self.at, self.now.date(), is_invented=self.is_invented)
        try:
            path.write_bytes(content)
        except OSError as error:
            return {"state": "failed", "path": str(path), "why": error.strerror or "cannot be written"}
        self._record(new, "letter")
        return {"state": "written" if new.reports else "already_today", "path": str(path)}

    def _send(self, body: LateBody) -> dict[str, Any]:
        """One e-mail about what no e-mail of this day spoke of."""
        from extracts.letters.reminder import mail_text

        new = self._not_yet_today(body, "email")
        if not new.reports:
            return {"state": "already_today"}
        address = self.addresses.get(body.unit)
        if address is None:
            return {"state": "no_address"}
        subject, text = mail_text(new, self.at, is_invented=self.is_invented)
        if self.server is None:
            return {"state": "would_be_sent", "to": address, "subject": subject}
        why = self.server.send(address, subject, text)
        if why is not None:
            return {"state": "failed", "why": why}
        self._record(new, "email")
        return {"state": "sent", "subject": subject}

    def _not_yet_today(self, body: LateBody, channel: Channel) -> LateBody:
        """The body with the reports of which no reminder of this day on this channel spoke."""
        midnight = dt.datetime.combine(self.now.date(), dt.time(), HANOI)
        rows = self.connection.execute(
            "select distinct jsonb_array_elements_text(details -> 'obligations') from registry.event"
            " where action = 'remind' and subject = 'unit' and subject_key = %s"
            " and details ->> 'channel' = %s and happened_at >= %s",
            [body.unit, channel, midnight],
        ).fetchall()
        spoken_of = {row[0] for row in rows}
        return replace(body, reports=tuple(r for r in body.reports if r.key not in spoken_of))

    def _record(self, body: LateBody, channel: Channel) -> None:
        if not body.reports:
            return
        details = {
            "channel": channel,
            "obligations": [r.key for r in body.reports],
            "as_of": self.at.isoformat(),
            "is_requested": body.is_requested,
        }
        by = " ".join((self.wanted.by or "").split()) or sender()
        with self.connection.cursor() as cursor:
            add_events(
                cursor,
                [Event(self.now, by, "remind", subject="unit", subject_key=body.unit, details=details)],
            )
