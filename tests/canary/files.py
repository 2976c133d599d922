"""Reports full of canaries: each format, each place of a file where a name may stand, each fate a file may have.

The form is an installation's own, a register with a text; the reports of the project's registers are in `registers`.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from ingestion.contracts.loader import Contracts
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template
from ingestion.parsing.csv_stream import STREAM_FROM
from tests.canary.spellings import Person, without_tones
from tests.pipeline.broken_files import (
    SAMPLE,
    SAMPLE_YAML,
    SECRET_CELL,
    SHEET,
    edited,
    line,
    ods,
    sample_csv,
    set_cell,
    template,
    with_part,
    xls,
)

# A text that is withheld is no reason to return the report here: reports in force are to be searched as well.
FORM_YAML = SAMPLE_YAML.replace("severity: critical", "severity: warning")
SECRET = "refused_state_secret"
# Of every file its own unit and period.
_KEYS = [
    {"unit": f"cah_{unit}", "period": f"{year}-{month:02}"}
    for year in (2022, 2023, 2024)
    for unit in (215, 216, 217, 218, 219, 220)
    for month in range(1, 13)
]


@dataclass(frozen=True)
class Report:
    """A file of the input folder, whose it is, and the states it may get."""

    path: Path
    persons: tuple[Person, ...]
    states: tuple[str, ...]


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

    def take(self, count: int) -> tuple[Person, ...]:
        taken = tuple(itertools.islice(self._next, count))
        assert len(taken) == count, "more persons are wanted than were invented"
        return taken

    def key(self) -> dict[str, str]:
        return next(self._keys)

    def write(self, name: str, content: bytes | str, persons: Sequence[Person], *states: str) -> Path:
        path = self.folder / f"{len(self.reports):03}" / name
        path.parent.mkdir()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.reports.append(Report(path, tuple(persons), states))
        return path


def text_of(person: Person, n: int = 0) -> str:
    """A note as a clerk writes it, by which the person is known; without a comma, so that any CSV holds it."""
    says = (
        f"Nạn nhân {person.full_name} ở {person.texts[0]}",
        f"bị can: {person.full_name} sinh {person.born_on:%d/%m/%Y}",
        f"số {person.numbers[0]} {person.texts[0]}",
        f"{person.full_name} điện thoại {person.numbers[1]}",
    )
    return says[n % len(says)]


def _lines(persons: Sequence[Person]) -> list[str]:
    return [line(line_number=f"D-{n}", place_note=text_of(p, n)) for n, p in enumerate(persons)]


def _workbook(desk: Desk, persons: Sequence[Person], **key: str) -> bytes:
    contract = desk.contracts.latest(SAMPLE)
    rows = [
        {
            "line_number": f"D-{n}",
            "offence": "150",
            "persons": 1,
            "weight": 1,
            "birth_year": 1990,
            "is_minor": "không",
            "place_note": text_of(p, n),
        }
        for n, p in enumerate(persons)
    ]
    period = Period.parse(contract.calendar, key["period"])
    return render_template(contract, period, key["unit"], values=rows)


def write_reports(desk: Desk, share: int) -> None:
    """Every kind of report once; `share` persons in each of those that are in force, three times as many in the large."""
    for make in (_accepted, _misplaced, _unreadable, _secret):
        make(desk, share)


def _accepted(desk: Desk, share: int) -> None:
    taken = "accepted_with_warnings"
    some = desk.take(share)
    first = sample_csv(*_lines(some), **desk.key())
    desk.write("so.csv", first, some, taken, "superseded")
    desk.write("so.csv", first, some, "duplicate")
    desk.write("so-sua.csv", first.replace("D-1,", "D-1a,"), some, taken)
    for name, make in (("so.xls", xls), ("so.ods", ods)):
        some = desk.take(share)
        desk.write(name, make(*_lines(some), **desk.key()), some, taken)
    some = desk.take(share)
    desk.write("so.xlsx", _workbook(desk, some, **desk.key()), some, taken)
    some = desk.take(share)
    note = {"note": text_of(some[0]), "signed_by_position": f"Trưởng Công an huyện {some[1].full_name}"}
    head = "".join(f"#{k},{v}\n" for k, v in note.items())
    desk.write("ghi-chu.csv", head + sample_csv(*_lines(some), **desk.key()), some, taken)
    some = desk.take(3 * share)
    # Names stand in every part of the file; clean lines around them take the fast path.
    clean = [line(line_number=f"S-{n}", place_note="Xã Tân Mỹ") for n in range(STREAM_FROM // 50)]
    step = len(clean) // len(some)
    for n, person in enumerate(some):
        clean[n * step] = line(line_number=f"P-{n}", place_note=text_of(person, n))
    desk.write("lon.csv", sample_csv(*clean, **desk.key()), some, taken)
    one = desk.take(1)[0]
    for name in (
        f"{one.full_name}.csv",
        f"{without_tones(one.full_name).replace(' ', '_')}_{one.numbers[0]}.csv",
    ):
        desk.write(name, sample_csv(line(), **desk.key()), [one], "accepted")


def _misplaced(desk: Desk, share: int) -> None:
    """Persons in cells that are none for them: the columns were shifted, a row was pasted over the head."""
    for place in ("offence", "decided_on", "persons", "weight", "birth_year", "is_minor", "line_number"):
        for value in (lambda p: p.full_name, lambda p: p.numbers[0], lambda p: p.full_name.upper()):
            some = desk.take(2)
            rows = [line(line_number=f"D-{n}") for n in range(2)]
            rows += [line(**{"line_number": f"E-{n}", place: value(p)}) for n, p in enumerate(some)]
            states = ("returned", "accepted", "accepted_with_warnings")
            desk.write("lech.csv", sample_csv(*rows, **desk.key()), some, *states)
    for head in ("unit", "period", "form", "revision", "document_number", "nil", "secret", "signed_on"):
        one = desk.take(1)[0]
        text = sample_csv(line(), **desk.key())
        lines = [t for t in text.splitlines() if not t.startswith(f"#{head},")]
        content = "\n".join([f"#{head},{one.full_name}", *lines]) + "\n"
        desk.write("dau.csv", content, [one], "returned", "accepted", "accepted_with_warnings", SECRET)
    one, two, three = desk.take(3)
    text = sample_csv(line(), **desk.key())
    # A heading, a line that is too long, a second head below.
    desk.write("tieu-de.csv", text.replace("place_note", one.full_name), [one], "returned")
    desk.write(
        "tieu-de.csv", text.replace("line_number,", f"line_number,{one.full_name},"), [one], "returned"
    )
    desk.write("rong.csv", text + line() + f",{two.full_name},{two.numbers[0]}\n", [two], "returned")
    desk.write("hai.csv", text + f"#unit,{three.full_name}\n{line()}\n", [three], "returned")
    for change in (
        lambda book, p: setattr(book.active, "title", p.full_name[:31]),
        lambda book, p: book.properties.__setattr__("creator", p.full_name),
        lambda book, p: set_cell("D4", p.full_name)(book),
        lambda book, p: set_cell("D5", p.full_name)(book),
        lambda book, p: set_cell("B16", p.full_name)(book),
        lambda book, p: set_cell("D16", p.full_name)(book),
        lambda book, p: set_cell("D16", f'="{p.full_name}"')(book),
        lambda book, p: set_cell("D17", p.numbers[0])(book),
    ):
        _changed_workbook(desk, change)


def _changed_workbook(desk: Desk, change: Callable[[openpyxl.Workbook, Person], object]) -> None:
    one = desk.take(1)[0]
    content = edited(template(**desk.key()), lambda book: change(book, one))
    desk.write("bieu.xlsx", content, [one], "returned", "accepted", "accepted_with_warnings")


def _unreadable(desk: Desk, share: int) -> None:
    some = desk.take(share)
    rows = "\n".join(f"{p.full_name};{p.numbers[0]};{p.born_on:%d/%m/%Y}" for p in some)
    book = openpyxl.Workbook()
    for p in some:
        assert book.active is not None
        book.active.append([p.full_name, p.numbers[0], p.born_on])
    out = io.BytesIO()
    book.save(out)
    vast = edited(out.getvalue(), lambda b: b.active.__setitem__("XFD1048576", 1))
    for name, content in (
        ("khong-bieu.csv", rows.encode()),
        ("khong-bieu.xlsx", out.getvalue()),
        ("cut.xlsx", out.getvalue()[:-900]),
        ("vo-tan.xlsx", vast),
        ("ma-khac.csv", rows.encode("utf-16-be")),
        ("cp1258.csv", rows.encode("cp1258", "replace")),
        ("rong.xlsx", b"%PDF-1.7\n" + rows.encode()),
    ):
        desk.write(name, content, some, "returned")


def secret_files(key: Callable[[], dict[str, str]], p: Person) -> Iterator[tuple[str, bytes | str]]:
    """State secrets in each format, and where one is told only below the table. All but one row of a large file are
    clean."""
    row = line(place_note=text_of(p))
    clean = [line(line_number=f"S-{n}") for n in range(STREAM_FROM // len(line().encode()))]

    def said(*more: str) -> str:
        return f"#secret,x\n{sample_csv(row, *more, **key())}"

    def ticked(book: openpyxl.Workbook) -> None:
        book[SHEET][SECRET_CELL] = "x"
        book[SHEET]["D9"] = text_of(p)

    yield "mat.csv", said()
    yield f"{p.full_name}.csv", said().replace("#secret,x", "#document_number,12/BC-Mật")
    yield "mat-16.csv", said().encode("utf-16")
    yield "mat-cu.csv", said().encode("cp1258", "replace")
    yield "mat.xlsx", edited(template(**key()), ticked)
    # What Excel saves with macros differs in the type of its content alone.
    yield (
        "mat.xlsm",
        with_part(
            "[Content_Types].xml",
            lambda xml: xml.replace(
                b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                b"ms-excel.sheet.macroEnabled.main+xml",
            ),
            edited(template(**key()), ticked),
        ),
    )
    yield "mat.xls", xls(row, "Có nội dung bí mật nhà nước,x", **key())
    yield "mat.ods", ods(row, "Có nội dung bí mật nhà nước,x", **key())
    yield "mat-lon.csv", said(*clean)
    large = sample_csv(row, *clean, **key())
    # Told only in a second report, far below what is read of a large file at first.
    yield "mat-duoi.csv", large + said()
    yield (
        "mat-duoi-dau-cham-phay.csv",
        large + said().replace("#secret,x", '"# document_number";"7/Tuyệt mật"'),
    )
    yield "mat-lon-16.csv", (large + said()).encode("utf-16")


def _secret(desk: Desk, share: int) -> None:
    del share
    one = desk.take(1)[0]
    for name, content in secret_files(desk.key, one):
        desk.write(name, content, [one], SECRET)
