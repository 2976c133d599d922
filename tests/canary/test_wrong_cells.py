"""Persons in cells that are none for them: a count, a code, the number of a document, the name of a sheet.

What stood there lands nowhere, and no answer repeats it; the cell is named.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from ingestion.contracts.loader import load_contracts
from ingestion.contracts.rules import is_no_number_of_a_document, may_name_a_person
from ingestion.gate import Gate, Incoming
from ingestion.parsing.csv_stream import _PLAIN, STREAM_FROM
from ingestion.receipt import render_receipt
from tests.canary.persons import canaries
from tests.canary.scanner import Scanner, summary
from tests.pipeline.broken_files import SAMPLE, SAMPLE_YAML, edited, line, sample_csv, set_cell, template
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.settings import Settings

ONE = canaries(1, start=6_420)[0]
CITIZEN, PHONE = ONE.numbers
COUNT, NUMBER = "count_is_no_identity_number", "identifier_names_no_person"


@pytest.fixture
def home(settings: Settings) -> Settings:
    """A home with the sample register, after the periods of all files; no rule of the form guards its numbers."""
    (settings.home / "forms").mkdir()
    (settings.home / "forms" / f"{SAMPLE}.v1.yaml").write_text(SAMPLE_YAML, encoding="utf-8")
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(year=2025, month=9))
    return settings


def filed(home: Settings, path: Path, content: bytes | str) -> int:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Gate(home).receive([Incoming(path)])[0]


def nothing_is_found(home: Settings) -> None:
    scanner = Scanner([ONE])
    with Database(home).connect_admin() as admin:
        scanner.database(admin)
    scanner.folder(home.home)
    assert scanner.bytes_seen > 10_000
    assert not scanner.hits, "\n".join(summary(scanner.hits))


WRONG = [
    ("persons", CITIZEN, "cell_is_a_whole_number"),
    ("persons", CITIZEN.lstrip("0"), COUNT),
    ("persons", "241840624", COUNT),
    ("weight", CITIZEN, "cell_is_a_number"),
    ("weight", PHONE.lstrip("0"), COUNT),
    ("line_number", ONE.full_name, NUMBER),
    ("line_number", ONE.full_name.lower(), NUMBER),
    ("line_number", f"D-7 {ONE.full_name}", NUMBER),
    ("line_number", CITIZEN, NUMBER),
    ("line_number", PHONE, NUMBER),
    ("offence", ONE.full_name, "code_is_known"),
    ("offence", CITIZEN, "code_is_known"),
    ("offence", CITIZEN.lstrip("0"), "code_is_known"),
    ("line_number", CITIZEN.lstrip("0"), NUMBER),
    ("decided_on", CITIZEN.lstrip("0"), "cell_is_a_date"),
    ("birth_year", PHONE.lstrip("0"), "cell_is_a_year"),
]


@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_person_in_a_wrong_cell_lands_nowhere_and_is_not_repeated(
    home: Settings, database: Database, tmp_path: Path, is_streamed: bool
) -> None:
    rows = [line(**({"line_number": f"D-{n}"} | {field: value})) for n, (field, value, _) in enumerate(WRONG)]
    text = sample_csv(*rows) + (" " * 4_000 + "\n") * (STREAM_FROM // 4_000 + 1 if is_streamed else 0)
    submission = filed(home, tmp_path / "so.csv", text)
    with database.connect("loader") as connection:
        landed = connection.execute(
            f"select to_jsonb(t) from landing.{SAMPLE}__v1 as t where submission_id = %s order by row_no",
            [submission],
        ).fetchall()
        found = connection.execute(
            "select row_no, field, rule_id from registry.finding where submission_id = %s order by row_no",
            [submission],
        ).fetchall()
        kept = connection.execute(
            "select count(*), count(raw_text) filter (where raw_text <> '…') from landing.cell_defect"
            " where submission_id = %s",
            [submission],
        ).fetchone()
    assert found == [(n, field, rule) for n, (field, _, rule) in enumerate(WRONG, start=1)]
    assert kept == (len(WRONG), 0)
    for (row,), (field, _, _) in zip(landed, WRONG, strict=True):
        assert [name for name, value in row.items() if value is None] == [field]
        assert row["defect_fields"] == [field]
    nothing_is_found(home)


def test_a_sheet_named_after_a_person_is_called_by_its_number(
    home: Settings, database: Database, tmp_path: Path
) -> None:
    def renamed(book: openpyxl.Workbook) -> None:
        book.worksheets[0].title = ONE.full_name[:31]

    content = edited(template(), set_cell("D16", -3), renamed)
    submission = filed(home, tmp_path / "bieu.xlsx", content)
    with database.connect("loader") as connection:
        found = connection.execute(
            "select rule_id, sheet, cell from registry.finding where submission_id = %s and rule_id like 'cell_is%%'",
            [submission],
        ).fetchall()
        (cell_map,) = connection.execute(
            "select cell_map from registry.submission where submission_id = %s", [submission]
        ).fetchall()[0]
    assert found == [("cell_is_not_negative", "#1", "D16")]
    assert cell_map["sheet"] == "#1"
    nothing_is_found(home)
    # The clerk's copy has the sheet under its own name, the cell marked all the same.
    book = openpyxl.load_workbook(io.BytesIO(render_receipt(home, submission)))
    assert book[ONE.full_name[:31]]["D16"].comment is not None


def test_no_form_has_a_sheet_that_may_be_a_persons() -> None:
    assert [c.form for c in load_contracts().values() if may_name_a_person(c.layout.sheet)] == []


@pytest.mark.parametrize(
    "number",
    ["12/QĐ-CSĐT", "2026-00012", "01-2026-00012-3", "HS 12/2026", "hồ sơ 12", "Kế hoạch số 12/KH-UBND", "NN-202600001",
     "12/GXN-CAT Nguyễn Du", "VN 001 ABC", "Sổ 4, tờ 12"],
)  # fmt: skip
def test_numbers_of_documents_are_none_of_a_person(number: str) -> None:
    assert not is_no_number_of_a_document(number)


PARTS = st.sampled_from(
    [
        ONE.full_name,
        CITIZEN,
        PHONE,
        "024.184.062.455",
        "024",
        "184",
        "062",
        "455",
        "Trần",
        "A",
        "12",
        "/",
        "-",
        " ",
        ".",
        "0",
    ]
)


@settings_of_hypothesis(max_examples=1_000, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=9).map("".join))
def test_nothing_of_a_person_takes_the_fast_path(text: str) -> None:
    found = re.match(_PLAIN["identifier"], text + ",")
    if found and found[0] == text:
        assert not is_no_number_of_a_document(text)
    if re.fullmatch(_PLAIN["count"], text):
        assert int(text) < 10**8
