"""One clock for all code: the system's in a real home, a driven one in a simulated home."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from warehouse.clock import HANOI, Clock, create_home
from warehouse.errors import Kho138Error

START = datetime(2024, 1, 15, 8, 0, tzinfo=HANOI)


def test_a_real_home_has_the_system_clock_in_vietnamese_time(tmp_path: Path) -> None:
    create_home(tmp_path / "home")
    now = Clock.for_home(tmp_path / "home").now()
    assert now.utcoffset() == timedelta(hours=7)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_real_home_cannot_be_given_a_time(tmp_path: Path) -> None:
    create_home(tmp_path)
    with pytest.raises(Kho138Error, match="system clock"):
        Clock.for_home(tmp_path).advance_to(datetime.now(HANOI) + timedelta(days=1))


def test_a_simulated_clock_stands_still_until_it_is_advanced(tmp_path: Path) -> None:
    create_home(tmp_path, simulated=START)
    clock = Clock.for_home(tmp_path)
    assert clock.now() == clock.now() == START
    clock.advance_to(START + timedelta(days=40))
    assert Clock.for_home(tmp_path).now() == START + timedelta(days=40)


def test_today_is_the_day_in_viet_nam(tmp_path: Path) -> None:
    create_home(tmp_path, simulated=datetime(2024, 2, 28, 18, 30, tzinfo=UTC))
    assert Clock.for_home(tmp_path).today().isoformat() == "2024-02-29"


def test_a_simulated_clock_never_runs_backwards(tmp_path: Path) -> None:
    create_home(tmp_path, simulated=START)
    with pytest.raises(Kho138Error, match="backwards"):
        Clock.for_home(tmp_path).advance_to(START - timedelta(seconds=1))
    assert Clock.for_home(tmp_path).now() == START


def test_an_instant_without_zone_is_refused(tmp_path: Path) -> None:
    create_home(tmp_path, simulated=START)
    with pytest.raises(Kho138Error, match="time zone"):
        Clock.for_home(tmp_path).advance_to(datetime(2025, 1, 1))


def test_the_mark_of_a_home_stays(tmp_path: Path) -> None:
    create_home(tmp_path, simulated=START)
    Clock.for_home(tmp_path).advance_to(START + timedelta(days=1))
    create_home(tmp_path, simulated=START)  # the same mark: nothing happens, the clock is not put back
    assert Clock.for_home(tmp_path).now() == START + timedelta(days=1)
    with pytest.raises(Kho138Error, match="simulated"):
        create_home(tmp_path)


def test_a_folder_that_is_no_home_has_no_clock(tmp_path: Path) -> None:
    with pytest.raises(Kho138Error, match="not a home"):
        Clock.for_home(tmp_path)
