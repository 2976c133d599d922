"""Rule kinds on codes: valid on a date, following another code, allowed by a matrix."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from ingestion.contracts.code_lists import SERIES_START
from ingestion.contracts.rules.base import Check, Filing, Offence, RowCheck, Rule, Sentence, literal

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract

FILERS = "filers_of_this_form"
OPEN = dt.date(9999, 12, 31)


def filers_list(form: FormContract) -> str:
    """Name of the derived code list that holds the units owing a form, with validity."""
    return f"filers/{form.form}"


def _on(date: str | None) -> str:
    return "s.window_to" if date is None else f"r.{date}"


class CodeValidOnDate(Rule):
    """A code is in force on a date (the period's last day by default).

    `code` is a field or `envelope.unit`; `list` a code list or `filers_of_this_form`.
    """

    kind: Literal["code_valid_on_date"]
    code: str
    list: str
    date: str | None = None

    kind_says = Sentence(vi="Mã phải có hiệu lực tại ngày ghi nhận.", en="the code is in force on the date")

    def fields_used(self) -> tuple[str, ...]:
        return tuple(n for n in (None if self.code.startswith("envelope.") else self.code, self.date) if n)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        code = (
            f"s.{self.code.removeprefix('envelope.')}"
            if self.code.startswith("envelope.")
            else f"r.{self.code}"
        )
        name = filers_list(form) if self.list == FILERS else self.list
        day = _on(self.date)
        # Nearly every code has been valid since the first day and still is; these are told by a set made once a
        # query. Only the others are looked up line by line, which costs a microsecond each.
        lasting = (
            f"select l.code from registry.code as l where l.list = {literal(name)}"
            f" and l.valid_from <= {literal(SERIES_START)} and l.valid_to = {literal(OPEN)}"
        )
        return (
            RowCheck(
                self.guarded(
                    f"{code} is not null and {day} is not null"
                    f" and ({day} < {literal(SERIES_START)} or {code} not in ({lasting})) and not exists ("
                    f"select 1 from registry.code as c where c.list = {literal(name)} and c.code = {code}"
                    # The lists begin with the series: what was in force on its first day is not called unknown before it.
                    f" and ({day} >= c.valid_from or c.valid_from = {literal(SERIES_START)}) and {day} <= c.valid_to)"
                ),
                (Offence(self.code),),
                code,
                f"'có hiệu lực ngày ' || to_char({day}, 'DD/MM/YYYY')",
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        if self.code.startswith("envelope."):
            bad.envelope[self.code.removeprefix("envelope.")] = "cah_000"
        else:
            row = self.row_for(bad)
            row[self.code] = "KHONG_CO"
            if self.date is not None and row[self.date] is None:
                row[self.date] = good.window[0]
        return bad


class CodeFollows(Rule):
    """A code is one of those that a table allows for another code (clause and age band of the victim).

    The table is a code list of pairs (`registry.code_pair`): left code, right code, validity.
    """

    kind: Literal["code_follows"]
    code: str
    source: str
    table: str

    kind_says = Sentence(vi="Mã phải phù hợp với mã liên quan.", en="the code follows the other code")

    def fields_used(self) -> tuple[str, ...]:
        return (self.code, self.source)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return (
            RowCheck(
                self.guarded(
                    f"r.{self.code} is not null and r.{self.source} is not null and not exists ("
                    f"select 1 from registry.code_pair as c where c.list = {literal(self.table)}"
                    f" and c.left_code = r.{self.source} and c.right_code = r.{self.code}"
                    " and s.window_to between c.valid_from and c.valid_to)"
                ),
                (Offence(self.code),),
                f"r.{self.code}",
                f"'theo ' || r.{self.source}",
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = self.row_for(bad)
        row[self.source] = row[self.source] or "KHONG_CO"
        row[self.code] = "KHONG_CO"
        return bad


class EligibleByMatrix(Rule):
    """A support regime is open to the status of the person (Law 53/2024 art. 37), judged from when the matrix holds."""

    kind: Literal["eligible_by_matrix"]
    status: str
    regime: str
    date: str | None = None
    table: str = "support_eligibility"
    from_day: str = "2025-07-01"

    kind_says = Sentence(
        vi="Chế độ hỗ trợ phù hợp với đối tượng theo luật.",
        en="the support regime is open to the person's status",
    )

    def fields_used(self) -> tuple[str, ...]:
        return tuple(n for n in (self.status, self.regime, self.date) if n)

    def applies_in(self, window: tuple[dt.date, dt.date]) -> bool:
        judged = self.date is not None or window[1] >= dt.date.fromisoformat(self.from_day)
        return judged and super().applies_in(window)

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        day = _on(self.date)
        return (
            RowCheck(
                self.guarded(
                    f"r.{self.status} is not null and r.{self.regime} is not null and {day} >= date {literal(self.from_day)}"
                    f" and exists (select 1 from registry.code_pair as k where k.list = {literal(self.table)}"
                    f" and k.right_code = r.{self.regime})"
                    f" and not exists (select 1 from registry.code_pair as c where c.list = {literal(self.table)}"
                    f" and c.left_code = r.{self.status} and c.right_code = r.{self.regime}"
                    f" and {day} between c.valid_from and c.valid_to)"
                ),
                (Offence(self.regime),),
                f"r.{self.regime}",
                f"'đối tượng ' || r.{self.status}",
            ),
        )

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        row = dict(bad.rows[0])
        # An accompanying minor is not among those who get a loan (regime k).
        row[self.status], row[self.regime] = "DI_CUNG", "k"
        bad.rows.append(row)
        return bad
