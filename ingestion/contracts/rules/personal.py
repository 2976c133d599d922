"""Rule kinds on personal fields. They run at the gate, on the parsed row: no value of theirs ever lands (D2)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.rules.base import Check, Filing, Rule, Sentence

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract

_NO_DIGIT = re.compile(r"[\s.\-]")


def canonical_number(text: str) -> str | None:
    """An identity number under its kind, so that equal digits of two kinds are two numbers; None for none.

    9 digits are a CMND, 12 a CCCD, letters and digits a passport. They are never turned into each other.
    """
    number = _NO_DIGIT.sub("", unicodedata.normalize("NFKC", text)).upper()
    if re.fullmatch(r"[0-9]{9}", number):
        return f"cmnd:{number}"
    if re.fullmatch(r"[0-9]{12}", number):
        return f"cccd:{number}"
    if re.fullmatch(r"(?=.*[A-Z])(?=.*[0-9])[A-Z0-9]{6,15}", number):
        return f"passport:{number}"
    return None


class PersonalFilled(Rule):
    """Personal fields that are required are filled (`fields: ["*required"]`)."""

    kind: Literal["personal_filled"]
    fields: tuple[str, ...]

    runs_in: ClassVar[Literal["gate", "sql"]] = "gate"
    kind_says = Sentence(
        vi="Ô nhận dạng bắt buộc phải ghi.", en="a required field that identifies a person is filled"
    )

    def fields_used(self) -> tuple[str, ...]:
        return tuple(f for f in self.fields if not f.startswith("*"))

    def offending(self, form: FormContract, row: Mapping[str, Any]) -> Iterator[str]:
        """Fields of a parsed row that are empty; `row` holds what could be read."""
        names = (
            [f.name for f in form.personal_fields if f.required == "yes"]
            if self.fields == ("*required",)
            else self.fields
        )
        return (name for name in names if row.get(name) is None)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return ()

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        for name in self.offending(form, {}):
            self.row_for(bad)[name] = None
        return bad


class AgeBandFollowsBirthDate(Rule):
    """The age band stated for a day is the one that the birth date gives; unknown ages and birth dates offend nobody."""

    kind: Literal["age_band_follows_birth_date"]
    code: str
    birth_date: str
    date: str

    runs_in: ClassVar[Literal["gate", "sql"]] = "gate"
    kind_says = Sentence(
        vi="Nhóm tuổi khớp ngày sinh và ngày sự kiện.",
        en="the age band follows from birth date and event date",
    )

    def fields_used(self) -> tuple[str, ...]:
        return (self.code, self.birth_date, self.date)

    def offending(self, form: FormContract, row: Mapping[str, Any]) -> Iterator[str]:
        code, born, day = row.get(self.code), row.get(self.birth_date), row.get(self.date)
        if not isinstance(born, dt.date) or not isinstance(day, dt.date) or code is None:
            return
        lines = load_code_list(str(form.by_name[self.code].code_list)).lines(code)
        if not lines or not lines[-1].extra["age_from"]:
            return
        age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        youngest, oldest = int(lines[-1].extra["age_from"]), lines[-1].extra["age_to"]
        if age < youngest or (oldest and age > int(oldest)):
            yield self.code

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return ()

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        row[self.code], row[self.date] = "LT16", good.window[0]
        row[self.birth_date] = good.window[0] - dt.timedelta(days=30 * 366)
        return bad
