"""Reports full of canaries: each format, each place of a file where a person may stand, each fate a file may have.

Of the two registers that bring persons in, and of an installation's own form with a free text. State secrets are
`files`'.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl

from ingestion.contracts.loader import Contracts
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template
from ingestion.parsing.csv_stream import STREAM_FROM
from tests.canary.files import SECRET, secret_files, text_of
from tests.canary.spellings import Person, without_tones
from tests.pipeline.broken_files import (
    SAMPLE,
    edited,
    line,
    ods,
    ods_of,
    sample_csv,
    set_cell,
    template,
    xls,
    xls_of,
)

VICTIMS, SUPPORTS = "police__registered_victims", "social_services__registered_supports"
REGISTERS = {VICTIMS: "cat_24", SUPPORTS: "snv_24"}
TAKEN = ("accepted", "accepted_with_warnings")
ANY = (*TAKEN, "returned")
_LONG_BLANK = " " * 4_000 + "\n"
# Of every file of the sample form its own unit and period.
_KEYS = [
    {"unit": f"cah_{unit}", "period": f"{year}-{month:02}"}
    for year in (2022, 2023, 2024)
    for unit in (215, 216, 217, 218, 219, 220)
    for month in range(1, 13)
]


@dataclass(frozen=True)
class Report:
    """A file of the input folder and the states it may get; `whose` of them wait in the vault where it is in force."""

    path: Path
    states: tuple[str, ...]
    whose: tuple[Person, ...] = ()


@dataclass
class Desk:
    """Writes reports into a folder; each takes the next persons and the next key."""

    folder: Path
    persons: Sequence[Person]
    contracts: Contracts
    reports: list[Report] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = iter(self.persons)
        self._keys = iter(_KEYS)
        self._periods = {
            form: (f"20{y}-{m:02}" for y in range(26, 40) for m in range(1, 13)) for form in REGISTERS
        }

    def take(self, count: int) -> tuple[Person, ...]:
        taken = tuple(itertools.islice(self._next, count))
        assert len(taken) == count, "more persons are wanted than were invented"
        return taken

    def key(self) -> dict[str, str]:
        return next(self._keys)

    def register(self, form: str) -> Register:
        """The next report of a register, a month after the one before."""
        contract = self.contracts.latest(form)
        return Register(contract, Period.parse(contract.calendar, next(self._periods[form])))

    def write(self, name: str, content: bytes | str, *states: str, whose: Sequence[Person] = ()) -> Path:
        path = self.folder / f"{len(self.reports):03}" / name
        path.parent.mkdir()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.reports.append(Report(path, states, tuple(whose)))
        return path


@dataclass(frozen=True)
class Register:
    """One report of a register: its lines, and these in each format."""

    contract: Any
    period: Period

    def row(self, person: Person, n: int) -> dict[str, Any]:
        """A line that no rule takes offence at."""
        day = f"{self.period.date_from:%Y-%m-%d}"
        who = {
            "full_name": person.full_name,
            "birth_date": f"{person.born_on:%d/%m/%Y}" if n % 2 else f"{person.born_on:%Y-%m-%d}",
            "national_id": person.numbers[0] if n % 3 else "",
        }
        if self.contract.form == VICTIMS:
            return who | {
                "victim_number": f"NN-{self.period.key}-{n}", "receiving_unit": "cat_24", "first_received_by": "CONG_AN",
                "received_on": day, "return_mode": "TU_VE", "sex": "F", "age_band_at_exploitation": "U",
                "age_band_at_reception": "GE18", "ethnicity_group": "KINH", "citizenship": "VN",
                "exploitation_main": "LAO_DONG", "exploited_in_country": "CN", "status": "DANG_XD",
                "needs_protection": "không", "relatives_protected": "0",
            }  # fmt: skip
        return who | {
            "support_number": f"HT-{self.period.key}-{n}", "providing_unit": "snv_24",
            "beneficiary_number": f"H-{self.period.key}-{n}", "beneficiary_status": "NAN_NHAN", "sex": "F",
            "age_band_at_support": "GE18", "regime": "b", "provider": "CONG_AN", "setting": "CONG_DONG", "area": "24",
            "started_on": day, "support_cost": "1000000",
        }  # fmt: skip

    def csv(self, rows: Sequence[Mapping[str, Any]], *more_head: str, names: Sequence[str] = ()) -> str:
        fields = [f.name for f in self.contract.fields]
        head = {
            "form": self.contract.form, "revision": 1, "unit": REGISTERS[self.contract.form], "period": self.period.key,
        }  # fmt: skip
        lines = [f"#{k},{v}" for k, v in head.items()]
        lines += [*more_head, ",".join(names or fields)]
        lines += [",".join(str(row.get(n, "")) for n in fields) for row in rows]
        return "\n".join(lines) + "\n"

    def streamed(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """More than is read whole: persons in every part of it, blank lines between."""
        head, *lines = self.csv(rows).partition(",".join(f.name for f in self.contract.fields))
        title, body = lines[0], lines[1].strip("\n").split("\n")
        blanks = _LONG_BLANK * (STREAM_FROM // len(_LONG_BLANK) // len(body) + 1)
        return head + title + "\n" + "".join(f"{text}\n{blanks}" for text in body)

    def xlsx(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        unit = REGISTERS[self.contract.form]
        return render_template(self.contract, self.period, unit, values=rows)

    def xls(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        return xls_of(self.csv(rows), self.contract.layout.sheet)

    def ods(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        return ods_of(self.csv(rows), self.contract.layout.sheet)


def write_reports(desk: Desk, share: int) -> None:
    """Every kind of report; `share` persons in each report of a register that is in force."""
    for form in REGISTERS:
        _registers(desk, form, share)
    for make in (_texts, _misplaced, _unreadable, _secret):
        make(desk, share)


# Registers


def _registers(desk: Desk, form: str, share: int) -> None:
    def rows_of(count: int) -> tuple[Register, tuple[Person, ...], list[dict[str, Any]]]:
        persons, register = desk.take(count), desk.register(form)
        return register, persons, [register.row(p, n) for n, p in enumerate(persons)]

    for name in ("so.csv", "so.xlsx", "so.xls", "so.ods"):
        register, persons, rows = rows_of(share)
        kind = name.partition(".")[2]
        desk.write(name, getattr(register, kind)(rows), *TAKEN, whose=persons)
    register, persons, rows = rows_of(share)
    desk.write("lon.csv", register.streamed(rows), *TAKEN, whose=persons)
    # Sent, sent again, and corrected.
    register, persons, rows = rows_of(share)
    desk.write("sua.csv", register.csv(rows), "superseded", whose=persons)
    desk.write("sua.csv", register.csv(rows), "duplicate")
    more = desk.take(1)
    rows.append(register.row(more[0], len(rows)))
    desk.write("sua.csv", register.csv(rows), *TAKEN, whose=[*persons, *more])
    key = register.contract.grain[0]
    # Who comes without a name is returned; others in the same file have one.
    register, persons, rows = rows_of(3)
    rows[0]["full_name"] = ""
    rows[1][key] = ""
    desk.write("thieu.csv", register.csv(rows), "returned")
    for said in (f"#note,gặp {persons[0].full_name}", f"#signed_by_position,{persons[1].full_name}"):
        register, _, rows = rows_of(2)
        desk.write(
            "dau.csv", register.csv(rows, said.replace(persons[0].full_name, rows[0]["full_name"])), *ANY
        )
    register, persons, rows = rows_of(2)
    names = [f.name if f.name != "full_name" else persons[0].full_name for f in register.contract.fields]
    desk.write("tieu-de.csv", register.csv(rows, names=names), *ANY)
    # All columns one to the right; a line that goes on.
    register, persons, rows = rows_of(2)
    shifted = register.csv(rows).replace(f"\n{rows[0][key]},", f"\n,{rows[0][key]},")
    desk.write(
        "lech.csv", shifted.rstrip("\n") + f",{persons[1].full_name},{persons[1].numbers[0]}\n", "returned"
    )
    for kind in ("csv", "xlsx") if form == VICTIMS else ("csv",):
        register = desk.register(form)
        desk.write(f"nham.{kind}", getattr(register, kind)(list(_in_each_cell(desk, register))), "returned")
    register, _, rows = rows_of(2)
    rows[0]["birth_date"], rows[1]["national_id"] = rows[0]["full_name"], rows[1]["full_name"]
    desk.write("nham.csv", register.csv(rows), *ANY)
    register, persons, rows = rows_of(2)
    whole = register.xlsx(rows)
    desk.write("cut.xlsx", whole[: len(whole) // 2], "returned")

    def renamed(book: openpyxl.Workbook) -> None:
        book.worksheets[0].title = persons[0].full_name[:31]
        book.properties.creator = persons[1].full_name

    desk.write("so.xlsx", edited(whole, renamed), *TAKEN, whose=persons)
    register, _, rows = rows_of(2)
    desk.write("mat.csv", register.csv(rows, "#secret,x"), SECRET)


def _in_each_cell(desk: Desk, register: Register) -> Iterator[dict[str, Any]]:
    """Lines with a person in one wrong cell each, every cell in turn; half of them have no name in its own."""
    lines = itertools.count()
    for column in register.contract.landed_fields:
        for n, value in enumerate(("full_name", "upper", "national_id", "number", "phone")):
            if column.type == "amount_vnd" and value in {"number", "phone"}:
                continue  # without their 0 these are amounts: docs/security.md, what remains
            (person,) = desk.take(1)
            row = register.row(person, next(lines))
            written: dict[str, Any] = {
                "full_name": person.full_name, "upper": person.full_name.upper(), "national_id": person.numbers[0],
                "number": int(person.numbers[0]), "phone": int(person.numbers[1]),
            }  # fmt: skip
            row[column.name] = written[value]
            if n % 2:
                row |= {"full_name": "", "birth_date": "", "national_id": ""}
            yield row


# The sample form: texts


def texts_of(persons: Sequence[Person]) -> list[str]:
    """Lines of the sample form with a person in each text, told in four ways."""
    return [line(line_number=f"D-{n}", place_note=_told(p, n)) for n, p in enumerate(persons)]


def _told(person: Person, n: int) -> str:
    says = (
        text_of(person),
        f"bị can: {person.full_name} sinh {person.born_on:%d/%m/%Y}",
        f"số {person.numbers[0]} {person.texts[0]}",
        f"chị {person.full_name} điện thoại {person.numbers[1]}",
    )
    return says[n % len(says)]


def _texts(desk: Desk, share: int) -> None:
    few, taken = max(share // 4, 4), "accepted_with_warnings"
    first = sample_csv(*texts_of(desk.take(few)), **desk.key())
    desk.write("so.csv", first, "superseded")
    desk.write("so.csv", first, "duplicate")
    desk.write("so-sua.csv", first.replace("D-1,", "D-1a,"), taken)
    for name, make in (("so.xls", xls), ("so.ods", ods)):
        desk.write(name, make(*texts_of(desk.take(few)), **desk.key()), taken)
    key = desk.key()
    desk.write("so.xlsx", _sample_workbook(desk, desk.take(few), key), taken)
    some = desk.take(2)
    head = f"#note,{text_of(some[0])}\n#signed_by_position,Trưởng Công an huyện {some[1].full_name}\n"
    desk.write("ghi-chu.csv", head + sample_csv(*texts_of(some), **desk.key()), taken)
    # Clean lines around them take the fast path.
    some = desk.take(few)
    blanks = _LONG_BLANK * (STREAM_FROM // len(_LONG_BLANK) // few + 1)
    clean = [line(line_number=f"S-{n}", place_note="Xã Tân Mỹ") for n in range(40 * few)]
    rows = [
        [text, *clean[n * 40 : n * 40 + 40], blanks.rstrip("\n")] for n, text in enumerate(texts_of(some))
    ]
    desk.write("lon.csv", sample_csv(*itertools.chain(*rows), **desk.key()), taken)
    one = desk.take(1)[0]
    plain = without_tones(one.full_name).replace(" ", "_")
    for name in (f"{one.full_name}.csv", f"{plain}_{one.numbers[0]}.csv"):
        desk.write(name, sample_csv(line(), **desk.key()), "accepted")


def _sample_workbook(desk: Desk, persons: Sequence[Person], key: Mapping[str, str]) -> bytes:
    contract = desk.contracts.latest(SAMPLE)
    fixed = {
        "offence": "150",
        "decided_on": "2024-07-01",
        "persons": 1,
        "weight": 1,
        "birth_year": 1990,
        "is_minor": "không",
    }
    rows = [{"line_number": f"D-{n}", "place_note": _told(p, n)} | fixed for n, p in enumerate(persons)]
    return render_template(contract, Period.parse(contract.calendar, key["period"]), key["unit"], values=rows)


def _misplaced(desk: Desk, share: int) -> None:
    """Persons in cells that are none for them: the columns were shifted, a row was pasted over the head."""
    del share
    values: tuple[Callable[[Person], str], ...] = (
        lambda p: p.full_name, lambda p: p.numbers[0], lambda p: p.full_name.upper(), lambda p: p.numbers[1].lstrip("0"),
    )  # fmt: skip
    for place in ("offence", "decided_on", "persons", "weight", "birth_year", "is_minor", "line_number"):
        some = desk.take(len(values))
        wrong = ((value(p), n) for n, (value, p) in enumerate(zip(values, some, strict=True)))
        rows = [line(**{"line_number": f"E-{n}", place: value}) for value, n in wrong]
        desk.write("lech.csv", sample_csv(line(), *rows, **desk.key()), *ANY)
    for head in ("unit", "period", "form", "revision", "document_number", "nil", "secret", "signed_on"):
        one = desk.take(1)[0]
        lines = [t for t in sample_csv(line(), **desk.key()).splitlines() if not t.startswith(f"#{head},")]
        desk.write("dau.csv", "\n".join([f"#{head},{one.full_name}", *lines]) + "\n", *ANY, SECRET)
    one, two, three = desk.take(3)
    text = sample_csv(line(), **desk.key())
    # A heading, a line that is too long, a second head below.
    desk.write("tieu-de.csv", text.replace("place_note", one.full_name), *ANY)
    desk.write("tieu-de.csv", text.replace("line_number,", f"line_number,{one.full_name},"), *ANY)
    desk.write("rong.csv", text + line() + f",{two.full_name},{two.numbers[0]}\n", "returned")
    desk.write("hai.csv", text + f"#unit,{three.full_name}\n{line()}\n", "returned")
    for number, change in enumerate(_CHANGES):
        one = desk.take(1)[0]
        content = edited(template(**desk.key()), partial(change, person=one))
        desk.write(f"bieu{number}.xlsx", content, *ANY)


_CHANGES: tuple[Callable[..., object], ...] = (
    lambda book, person: setattr(book.worksheets[0], "title", person.full_name[:31]),
    lambda book, person: setattr(book.properties, "creator", person.full_name),
    lambda book, person: set_cell("D4", person.full_name)(book),
    lambda book, person: set_cell("D5", person.full_name)(book),
    lambda book, person: set_cell("B16", person.full_name)(book),
    lambda book, person: set_cell("D16", person.full_name)(book),
    lambda book, person: set_cell("D16", f'="{person.full_name}"')(book),
    lambda book, person: set_cell("D17", int(person.numbers[0]))(book),
)


def _unreadable(desk: Desk, share: int) -> None:
    some = desk.take(min(share, 20))
    rows = "\n".join(f"{p.full_name};{p.numbers[0]};{p.born_on:%d/%m/%Y}" for p in some)
    book = openpyxl.Workbook()
    for p in some:
        book.worksheets[0].append([p.full_name, p.numbers[0], p.born_on])
    out = io.BytesIO()
    book.save(out)
    vast = edited(out.getvalue(), lambda b: b.worksheets[0].__setitem__("XFD1048576", 1))
    for name, content in (
        ("khong-bieu.csv", rows.encode()),
        ("khong-bieu.xlsx", out.getvalue()),
        ("cut.xlsx", out.getvalue()[:-900]),
        ("vo-tan.xlsx", vast),
        ("ma-khac.csv", rows.encode("utf-16-be")),
        ("cp1258.csv", rows.encode("cp1258", "replace")),
        ("rong.xlsx", b"%PDF-1.7\n" + rows.encode()),
    ):
        desk.write(name, content, "returned")


def _secret(desk: Desk, share: int) -> None:
    del share
    for name, content in secret_files(desk.key, desk.take(1)[0]):
        # The large ones are `test_state_secrets`'.
        if len(content) < STREAM_FROM // 2:
            desk.write(name, content, SECRET)


def persons_wanted(share: int) -> int:
    """At least as many persons as reports of this share take."""
    return 12 * share + 6 * max(share // 4, 4) + 800


def waiting(reports: Sequence[Report]) -> Iterator[Person]:
    """Whom the vault must hold."""
    return (person for report in reports for person in report.whose)
