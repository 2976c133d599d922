"""The clock that all code asks, and the mark that says which clock a home has.

A home is marked `real` or `simulated` when it is made and never changes. A real home has the system
clock only; the clock of a simulated home (demo, tests) stands still until someone advances it.
Elsewhere: calendars and periods (`ingestion/contracts`); the database's `now()` is not asked for facts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from warehouse.errors import ConfigurationError, Kho138Error
from warehouse.files import create_once, locked, write_atomically

# A fixed offset: Viet Nam has kept +07:00 all through the years of these data, and a fixed offset
# needs no time zone database, which small systems lack.
HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_MARK = "home.json"
_INSTANT = "clock.json"


def create_home(home: Path, simulated: datetime | None = None) -> None:
    """Make the home folder and mark it: `simulated` (aware, the clock's first instant) or real (None).

    Does nothing when it is marked the same way already. Raises Kho138Error when it is marked the other
    way, ConfigurationError when the folder cannot be made.
    """
    kind = "real" if simulated is None else "simulated"
    try:
        # The unprivileged server user must pass through, not look around, when root owns the home.
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        if simulated is not None and not (home / _MARK).exists():
            create_once(home / _INSTANT, json.dumps({"now": _aware(simulated).isoformat()}))
        create_once(home / _MARK, json.dumps({"clock": kind, "created_at": datetime.now(HANOI).isoformat()}))
    except OSError as error:
        raise ConfigurationError(
            f"The home {home} cannot be written ({error.strerror}): "
            "set KHO138_HOME to a folder this user can write."
        ) from error
    if _kind_of(home) != kind:
        raise Kho138Error(
            f"The home {home} was made with a {_kind_of(home)} clock and stays so: choose another home."
        )


def is_home(home: Path) -> bool:
    return (home / _MARK).exists()


def _kind_of(home: Path) -> str:
    try:
        kind = json.loads((home / _MARK).read_text(encoding="utf-8"))["clock"]
    except FileNotFoundError:
        raise Kho138Error(f"{home} is not a home of kho138 yet: set it up first.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise Kho138Error(f"{home / _MARK} cannot be read: restore it from a backup.") from None
    if kind not in ("real", "simulated"):
        raise Kho138Error(f"{home / _MARK} is damaged: restore it from a backup.")
    return str(kind)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise Kho138Error("An instant needs its time zone, for example 2024-01-15T08:00:00+07:00.")
    return instant.astimezone(HANOI)


@dataclass(frozen=True)
class Clock:
    """The clock of one home. Reads the simulated instant anew each time: another process may advance it."""

    home: Path
    is_simulated: bool

    @classmethod
    def for_home(cls, home: Path) -> Clock:
        """Raises Kho138Error when the home was never made."""
        return cls(home, _kind_of(home) == "simulated")

    def now(self) -> datetime:
        """This instant, aware, +07:00."""
        if not self.is_simulated:
            return datetime.now(HANOI)
        try:
            text = json.loads((self.home / _INSTANT).read_text(encoding="utf-8"))["now"]
            return datetime.fromisoformat(text).astimezone(HANOI)
        except (OSError, ValueError, KeyError, TypeError):
            raise Kho138Error(f"{self.home / _INSTANT} cannot be read: make the home anew.") from None

    def today(self) -> date:
        """This day in Viet Nam."""
        return self.now().date()

    def advance_to(self, instant: datetime) -> None:
        """Move a simulated clock on to `instant` (aware). Raises Kho138Error on a real home or backwards."""
        if not self.is_simulated:
            raise Kho138Error("A real home has the system clock: it cannot be set.")
        target = _aware(instant)
        with locked(self.home / ".clock.lock"):
            now = self.now()
            if target < now:
                raise Kho138Error(f"The clock stands at {now.isoformat()} and never runs backwards.")
            write_atomically(self.home / _INSTANT, json.dumps({"now": target.isoformat()}))
