"""Adding a form is adding one YAML file: from the file to the staging model, with nothing else touched."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from ingestion.contracts.loader import load_contracts
from ingestion.contracts.periods import Period
from ingestion.derive.xlsx_template import render_template
from ingestion.gate import Incoming
from orchestration.building import build
from orchestration.filing import file_reports
from warehouse.clock import Clock
from warehouse.database import Database
from warehouse.settings import Settings

CONTRACT = """
form: womens_union__sample_meetings
revision: 1
agency: womens_union
family: province
title: {vi: "Biểu thử: Buổi truyền thông", en: "sample form: communication sessions"}
rhythms: [month, quarter]
calendar: nd09
effective: {from: 2021-01}
filed_by: [{class: womens_union}]
due: {womens_union: 3}
sensitivity: public
layout: {sheet: "Biểu thử", header_row: 8, orientation: down, ends_at: "Người lập biểu"}
fields:
  - {name: sessions, label: {vi: "Số buổi truyền thông"}}
  - {name: participants, label: {vi: "Số lượt người dự"}}
  - {name: participants_female, label: {vi: "Trong đó: nữ"}}
rules:
  - {id: women_are_among_participants, kind: of_which_not_above, severity: critical,
     pairs: [{parts: [participants_female], whole: participants}], legal_basis: "invented for this test", mark: P}
"""


def filled(form: str, folder: Path, settings: Settings, **cells: int) -> Path:
    """The real template, filled by hand in the cells that a clerk sees."""
    contract = load_contracts(settings.home / "forms").latest(form)
    path = folder / f"{cells['participants_female']}.xlsx"
    path.write_bytes(render_template(contract, Period.parse("nd09", "2024-03"), "hlhpn_24"))
    book = openpyxl.load_workbook(path)
    sheet = book["Biểu thử"]
    labels = {f.label.vi: f.name for f in contract.fields}
    for row in sheet.iter_rows(min_row=8):
        name = labels.get(str(row[1].value))
        if name is not None:
            row[3].value = cells[name]
    book.save(path)
    return path


def test_one_file_takes_a_new_form_from_template_to_staging(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(month=9))
    forms = settings.home / "forms"
    forms.mkdir()
    (forms / "womens_union__sample_meetings.v1.yaml").write_text(CONTRACT, encoding="utf-8")

    form = "womens_union__sample_meetings"
    bad = filled(form, tmp_path, settings, sessions=2, participants=40, participants_female=41)
    good = filled(form, tmp_path, settings, sessions=2, participants=40, participants_female=31)
    returned, accepted = file_reports(settings, [Incoming(bad), Incoming(good)])
    assert [(f["rule_id"], f["field"]) for f in returned["findings"] if f["severity"] == "critical"] == [
        ("women_are_among_participants", "participants_female")
    ]
    assert (returned["state"], accepted["state"]) == (
        "returned",
        "accepted_with_warnings" if accepted["findings"] else "accepted",
    )

    report = build(settings)
    assert report["state"] == "published", report
    with database.connect("builder") as connection:
        staged = connection.execute(
            f"select unit, period, sessions, participants, participants_female from staging.stg_{form}"
        ).fetchall()
        observed = connection.execute(
            "select field, value from intermediate.int_reports__observed where form = %s order by field",
            [form],
        ).fetchall()
    assert staged == [("hlhpn_24", "2024-03", 2, 40, 31)]
    assert [(f, int(v)) for f, v in observed] == [
        ("participants", 40),
        ("participants_female", 31),
        ("sessions", 2),
    ]
