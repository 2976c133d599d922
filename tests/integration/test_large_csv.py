"""A large CSV is streamed: same rows, same findings as the same lines read whole, and memory that does not grow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from ingestion.contracts.loader import load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.rules import holds_identity
from ingestion.contracts.rules.identity import INTRODUCING
from ingestion.gate import Gate, Incoming
from ingestion.parsing import read as reading
from ingestion.parsing.csv_stream import CsvPlan, clean_lines, guarded_text, stream_rows
from ingestion.parsing.place import Located
from ingestion.parsing.table import RowTyper
from warehouse.database import Database
from warehouse.settings import Settings

REGISTER = """
form: police__sample_lines
revision: 1
agency: police
kind: register
title: {vi: "Sổ mẫu (dữ liệu thử)", en: "sample register, load-test data"}
rhythms: [month]
calendar: nd09
effective: {from: 2021-01}
filed_by: [{class: district_police}]
sensitivity: restricted
layout: {sheet: "Sổ mẫu", header_row: 1}
grain: [line_number]
fields:
  - {name: line_number, label: {vi: "Số dòng"}, type: identifier}
  - {name: offence, label: {vi: "Tội danh"}, type: code, code_list: offence}
  - {name: decided_on, label: {vi: "Ngày quyết định"}, type: date}
  - {name: persons, label: {vi: "Số người"}}
  - {name: place_note, label: {vi: "Nơi xảy ra"}, type: text, required: "no"}
rules:
  - {id: text_has_no_identity, kind: no_identity_in_text, fields: ["*texts"], severity: critical, legal_basis: "Law 53/2024 Art. 3.10", mark: V}
"""
HEAD = "#form,police__sample_lines\n#revision,1\n#unit,cah_215\n#period,2024-07\nline_number,offence,decided_on,persons,place_note\n"
ODD = [
    'D-1,150,2024-07-01,1,"Xã A, huyện B"',
    "D-2,151,1/7/2024,02,Thôn 7",
    "D-3,150,2024-02-31,1,",
    "D-4,999,2024-07-01,-1,Bản Mới",
    "D-5,150,2024-07-01,,nạn nhân Trần Thị Mẫu",
    "D-6,150,2024-07-01,1,Xã A,thừa",
    "",
    "D-7,150,2024-07-01,1.200,Xã Hoà Bình",
]


@pytest.fixture
def form(settings: Settings) -> FormContract:
    folder = settings.home / "forms"
    folder.mkdir()
    (folder / "police__sample_lines.v1.yaml").write_text(REGISTER, encoding="utf-8")
    return load_contracts(folder)["police__sample_lines.v1"]


def lines(count: int) -> str:
    plain = "".join(f"L-{n},{150 + n % 5},2024-07-{n % 14 + 1:02d},{n % 9},Xã Tân Mỹ\n" for n in range(count))
    return HEAD + plain + "\n".join(ODD) + "\n"


def landed(database: Database, submission: int) -> list[tuple[object, ...]]:
    with database.connect("loader") as connection:
        return connection.execute(
            "select row_no, at_index, defect_fields, line_number, offence, decided_on, persons, place_note"
            " from landing.police__sample_lines__v1 where submission_id = %s order by row_no",
            [submission],
        ).fetchall()


def findings(database: Database, submission: int) -> list[tuple[object, ...]]:
    with database.connect("loader") as connection:
        return connection.execute(
            "select rule_id, cell, row_no, observed from registry.finding where submission_id = %s order by row_no, rule_id",
            [submission],
        ).fetchall()


def test_a_streamed_file_lands_as_the_same_file_read_whole(
    settings: Settings,
    database: Database,
    form: FormContract,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from warehouse.clock import Clock

    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(month=9))
    whole, streamed = tmp_path / "whole.csv", tmp_path / "streamed.csv"
    whole.write_text(lines(500), encoding="utf-8")
    # Padded over the size from which files are streamed by blank lines, which are no rows.
    streamed.write_text(lines(500) + "\n" * (reading.STREAM_FROM + 1), encoding="utf-8")
    first, second = Gate(settings).receive([Incoming(whole), Incoming(streamed)])
    assert landed(database, first) == landed(database, second)
    assert findings(database, second) == findings(database, first)
    assert ("row_has_the_right_width", "A511", 506, "6") in findings(database, second)
    assert {f[0] for f in findings(database, first)} == {
        "row_has_the_right_width",
        "cell_is_a_date",
        "code_is_known",
        "cell_is_not_negative",
        "text_has_no_identity",
    }


def test_the_fast_path_takes_clean_lines_and_leaves_every_odd_one(form: FormContract) -> None:
    located = Located("across", 5, {f.name: n for n, f in enumerate(form.fields, start=1)})
    plan = CsvPlan(0, 6, ",", located, len(form.fields))
    clean = clean_lines(form, plan)
    assert clean is not None
    taken = (
        "L-1,150,2024-07-01,3,Xã Tân Mỹ",
        "L-1,150,2024-02-28,3,",
        ODD[0],
        "L-1,150,2024-07-01,3,Thôn 7",
        '"L-1","150","2024-07-01","3","Bản 12, quyết định 123/QĐ-CAH ngày 05/07/2024"',
    )
    for line in taken:
        assert clean.fullmatch(line + "\n"), line
    run = "\n".join(taken) + "\n"
    assert clean.fullmatch(run)
    for odd in (
        *ODD[1:],
        "L-1,150,2024-02-29,3,x",
        "L-1,150,2024-07-01,3, x",
        "L-1,150,2024-07-01,3,x ",
        'L-1,150,2024-07-01,3,"x""y"',
        'L-1,150,2024-07-01,3,""',
        ",,,,",
        "L-1,150,2024-07-01,3,Thôn 7, bản A",
        "L-1,150,2024-07-01,3,Xa\u0303 A",
        "L-1,150,2024-07-01,3,số 024 199 000 123",
        "L-1,150,2024-07-01,3,hỏi cháu Lê Thị Mẫu",
        "L-1,150,2024-07-01,3,a@b.vn",
        "L-1,150,2024-07-01,3," + "x" * 1_001,
    ):
        # It ends before the odd line, wherever that stands.
        found = clean.match(run + odd + "\n")
        assert found and found.end() == len(run), odd


INTRODUCED = st.sampled_from(
    [
        *INTRODUCING, "Họ  Tên", "NẠN nhân", "Đông Anh", ":", " ", ", ", "-", ".", "/", "(", ")", "–", "Trần", "Thị", "Mẫu",
        "Ánh", "xã", "bàn", "Thanh", "Việt Nam", "024", "199", "000", "123", "0912", "1.200.000", "+84", "@", "a@b.vn",
    ]
)  # fmt: skip
WORDS = INTRODUCED | st.text("aăâbcđeêhnoôơtuưyÀẠỊỌ09 .-:", max_size=6)


@settings_of_hypothesis(max_examples=1_500, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=12), st.booleans())
def test_no_text_with_an_identity_takes_the_fast_path(words: list[str], spaced: bool) -> None:
    text = (" " if spaced else "").join(words).strip()
    pattern = re.compile(guarded_text(","))
    if pattern.fullmatch(text):
        assert not holds_identity(text)


def test_what_is_not_utf8_is_found_by_its_line_and_nothing_lands(
    settings: Settings, database: Database, form: FormContract, tmp_path: Path
) -> None:
    from warehouse.clock import Clock

    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(month=9))
    path = tmp_path / "mixed.csv"
    data = lines(230_000).encode() + "X-1,150,2024-07-01,1,Xã Tân".encode("cp1258", "replace") + b"\xe3\n"
    assert len(data) > reading.STREAM_FROM
    path.write_bytes(data)
    (submission,) = Gate(settings).receive([Incoming(path)])
    line = data.count(b"\n")
    assert findings(database, submission) == [("text_is_utf8", None, None, str(line))]
    assert landed(database, submission) == []


def test_rows_are_numbered_over_both_paths(form: FormContract, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(b"L-1,150,2024-07-01,3,\nL-2,150,1/7/2024,3,\nL-3,150,2024-07-01,3,\n")
    located = Located("across", 1, {f.name: n for n, f in enumerate(form.fields, start=1)})
    typer = RowTyper(form, None, located, is_nil=False)
    rows = list(stream_rows(path, CsvPlan(0, 2, ",", located, 5), form, typer))
    assert [r.split(b",")[:2] for r in rows] == [[b"1", b"2"], [b"2", b"3"], [b"3", b"4"]]
