"""A register of invented persons, for a home of its own: what a form with personal fields does, in ten lines of YAML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from warehouse.clock import Clock
from warehouse.settings import Settings

FORM = "police__sample_persons"
REGISTER = """
form: police__sample_persons
revision: 1
agency: police
kind: register
title: {vi: "Sổ người mẫu (dữ liệu thử, người không có thật)", en: "sample register of invented persons"}
rhythms: [month]
calendar: nd09
effective: {from: 2021-01}
filed_by: [{class: district_police}]
sensitivity: restricted
legal_basis: "Law 53/2024 Art. 3.10; Law 91/2025/QH15"
layout: {sheet: "Sổ người mẫu", header_row: 1}
grain: [line_number]
fields:
  - {name: line_number, label: {vi: "Số dòng"}, type: identifier}
  - {name: full_name, label: {vi: "Họ tên"}, type: text, sensitivity: personal}
  - {name: birth_date, label: {vi: "Ngày sinh"}, type: date, required: "no", sensitivity: personal}
  - {name: national_id, label: {vi: "Số định danh"}, type: identifier, required: "no", sensitivity: personal}
  - {name: received_on, label: {vi: "Ngày tiếp nhận"}, type: date}
  - {name: age_band, label: {vi: "Nhóm tuổi"}, type: code, code_list: age_band}
  - {name: remark, label: {vi: "Ghi chú"}, type: text, required: "no"}
rules:
  - {id: identity_is_filled, kind: personal_filled, fields: ["*required"], severity: critical, legal_basis: "invented for this test", mark: P}
  - {id: age_band_matches, kind: age_band_follows_birth_date, code: age_band, birth_date: birth_date, date: received_on, severity: critical, legal_basis: "invented for this test", mark: P}
  - {id: cells_are_filled, kind: filled, fields: ["*required"], severity: critical, legal_basis: "invented for this test", mark: P}
  - {id: text_has_no_identity, kind: no_identity_in_text, fields: ["*texts"], severity: critical, legal_basis: "Law 53/2024 Art. 3.10", mark: V}
"""
HEAD = {
    "form": FORM,
    "revision": "1",
    "unit": "cah_215",
    "period": "2024-07",
    "note": "đã gặp Quạch Xíu Mẫu Thử",
}
NAMES = ["line_number", "full_name", "birth_date", "national_id", "received_on", "age_band", "remark"]
ROWS = [
    ["D-1", "Lò Xẻng Mẫu Giả", "1987-05-02", "024199000123", "2024-07-01", "GE18", ""],
    # The same person and values again; the same digits shorter are a CMND and another number.
    ["D-2", "Lò Xẻng Mẫu Giả", "1987-05-02", "024 199 000 123", "2024-07-02", "GE18", "Thôn 7"],
    ["D-3", "Vàng Pủa Mẫu Thử", "1991-01-31", "024199000", "2024-07-01", "GE18", "gặp lò xẻng mẫu giả ở chợ"],
    ["D-4", "Quạch Xíu Mẫu Thử", "2010-07-02", "", "2024-07-01", "A16_17", ""],
    ["D-5", "Quạch Xíu Mẫu Thử", "", "", "2024-07-01", "U", ""],
    ["D-6", "Giàng Khủa Mẫu Giả", "31/02/1990", "c1234567", "2024-07-01", "U", ""],
    ["D-7", "", "", "12345678901", "2024-07-01", "U", ""],
]


def csv_file(path: Path, padding: int = 0, rows: Sequence[Sequence[str]] = ROWS) -> Path:
    lines = [f"#{key},{value}" for key, value in HEAD.items()]
    lines += [",".join(row) for row in [NAMES, *rows]]
    path.write_text("\n".join(lines) + "\n" * (padding + 1), encoding="utf-8")
    return path


def install(settings: Settings) -> None:
    """Gives a home the register, in September 2024."""
    clock = Clock.for_home(settings.home)
    clock.advance_to(clock.now().replace(month=9))
    folder = settings.home / "forms"
    folder.mkdir()
    (folder / f"{FORM}.v1.yaml").write_text(REGISTER, encoding="utf-8")
