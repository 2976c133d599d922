"""Invented persons: nobody is called so. Each name has a syllable that Vietnamese does not have, and numbers are no one's."""

from __future__ import annotations

import datetime as dt

from tests.canary.spellings import Person

_FAMILY = ("Nguyễn", "Trần", "Lê", "Hoàng", "Đặng", "Vũ", "Nông", "Lý", "Hà", "Bế")
_ONSET = ("Zw", "Kvr", "Pfl", "Skh", "Xtr", "Dzn", "Fj", "Wrh", "Jgl", "Zbr")
_RIME = ("ường", "ẫu", "iễm", "oặn", "ước", "ểnh", "ỷm", "ộp", "ừu", "ặng")
_GIVEN = ("Hường", "Đức", "Quỳnh", "Thảo", "Mỹ", "Tuyết", "Dũng", "Ánh", "Ngọc", "Bảo")


def canaries(count: int, start: int = 0) -> list[Person]:
    """`count` persons, from number `start` on; a number is always the same person."""
    return [_canary(n) for n in range(start, start + count)]


def _canary(n: int) -> Person:
    syllable = _ONSET[n % 10] + _RIME[n // 10 % 10]
    second = _ONSET[n // 100 % 10] + _RIME[n // 1000 % 10]
    core = f"{syllable} {second}"
    name = f"{_FAMILY[n % 7]} {core} {_GIVEN[n % 9]}"
    born = dt.date(1960, 1, 1) + dt.timedelta(days=(n * 37) % 16_000)
    century = 0 if born.year < 2000 else 2
    # The digits of a CCCD: province, century and sex, year of birth, six digits.
    citizen = f"024{century + n % 2}{born:%y}{(n * 7919 + 138_138) % 1_000_000:06d}"
    phone = f"03{(n * 104_729 + 55_138_138) % 100_000_000:08d}"
    address = f"Thôn {_ONSET[n % 10]}{_RIME[n // 100 % 10]} số {n + 1001}"
    return Person(name, core, born, (citizen, phone), (address,))
