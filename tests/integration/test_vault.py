"""Personal values at the gate: encrypted in the vault, pseudonyms in the rows, and nothing of them anywhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from persons import FORM, HEAD, NAMES, REGISTER, ROWS, csv_file, install

from ingestion.contracts.loader import ContractError, load_contract
from ingestion.gate import Gate, Incoming
from ingestion.parsing import read as reading
from warehouse.database import Database
from warehouse.keys import load_ring
from warehouse.settings import Settings

VALUES = [
    "Xẻng", "xẻng", "Pủa", "Xíu", "xíu", "Khủa", "1987-05-02", "02/05/1987", "1991-01-31", "2010-07-02", "31/02/1990",
    "024199000", "024 199 000", "1234567", "12345678901",
]  # fmt: skip


def xlsx_file(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, hidden = book.add_worksheet("Sổ người mẫu"), book.add_worksheet("_kho138")
        for at, row in enumerate([NAMES, *ROWS]):
            sheet.write_row(at, 0, row)
        for at, pair in enumerate(HEAD.items()):
            hidden.write_row(at, 0, pair)
        hidden.hide()
    return path


def xls_file(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet, hidden = book.add_sheet("Sổ người mẫu"), book.add_sheet("_kho138")
    for at, row in enumerate([NAMES, *ROWS]):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    for at, pair in enumerate(HEAD.items()):
        for column, value in enumerate(pair):
            hidden.write(at, column, value)
    hidden.visibility = 1
    book.save(str(path))
    return path


@pytest.fixture
def ready(settings: Settings) -> Settings:
    install(settings)
    return settings


def everything_outside_the_vault(database: Database) -> str:
    """All that any relation but the vault's holds, as text."""
    with database.connect_admin() as admin:
        tables = admin.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema', 'vault')"
        ).fetchall()
        found = [
            admin.execute(f"select array_agg(t::text)::text from {name} as t").fetchone()
            for (name,) in tables
        ]
    return "\n".join(str(row) for row in found)


@pytest.mark.parametrize("kind", ["csv", "streamed", "xlsx", "xls"])
def test_a_register_lands_without_its_persons(
    ready: Settings, database: Database, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / f"so.{'csv' if kind == 'streamed' else kind}"
    match kind:
        case "csv":
            csv_file(path)
        case "streamed":
            csv_file(path, reading.STREAM_FROM)
        case "xlsx":
            xlsx_file(path)
        case _:
            xls_file(path)
    (submission,) = Gate(ready).receive([Incoming(path)])
    with database.connect("loader") as connection:
        rows = connection.execute(
            "select line_number, birth_year_band, national_id_key, person_key, remark, defect_fields"
            f" from landing.{FORM}__v1 where submission_id = %s order by row_no",
            [submission],
        ).fetchall()
        findings = set(
            connection.execute(
                "select rule_id, row_no, field from registry.finding where submission_id = %s", [submission]
            ).fetchall()
        )
        (sha, note), *_ = connection.execute(
            "select file_sha256, note from registry.submission where submission_id = %s", [submission]
        ).fetchall()
    ring = load_ring(ready.key_path)
    number, person = ring.active("national_id").pseudonym, ring.active("person").pseudonym
    bands = [row[1] for row in rows]
    numbers = [
        "cccd:024199000123",
        "cccd:024199000123",
        "cmnd:024199000",
        None,
        None,
        "passport:C1234567",
        None,
    ]
    assert bands == ["1985-1989", "1985-1989", "1990-1994", "2010-2014", None, None, None]
    assert [row[2] for row in rows] == [n and number(n) for n in numbers]
    assert [row[3] for row in rows if row[2]] == [person(n) for n in numbers if n]
    keys = [row[3] for row in rows]
    assert len(set(keys)) == 6 and None not in keys
    assert not {row[2] for row in rows} & set(keys)
    assert [row[4] for row in rows] == [None, "Thôn 7", None, None, None, None, None] and note is None
    # A workbook's note stands in its visible head, which these have not.
    of_note = {("text_has_no_identity", None, "envelope.note")} if path.suffix == ".csv" else set()
    assert findings == of_note | {
        ("text_has_no_identity", 3, "remark"),
        ("age_band_matches", 4, "age_band"),
        ("cell_is_a_date", 6, "birth_date"),
        ("identity_number_is_well_formed", 7, "national_id"),
        ("identity_is_filled", 7, "full_name"),
    }
    text = everything_outside_the_vault(database)
    assert FORM in text and [v for v in VALUES if v in text] == []

    with database.connect("owner") as connection:
        kept = connection.execute(
            "select person_key, key_id, nonce, ciphertext from vault.identity where submission_id = %s",
            [submission],
        ).fetchall()
    vault = ring.active("vault")
    opened = {
        key: json.loads(AESGCM(vault.material).decrypt(nonce, sealed, f"{sha}|{vault.key_id}".encode()))
        for key, _, nonce, sealed in kept
    }
    # Rows one and two differ in how the number is spaced, which is kept as it was typed: two ciphertexts, one person.
    assert len(kept) == 7 and opened.keys() == set(keys)
    assert opened[keys[3]] == {"birth_date": "2010-07-02", "full_name": "Quạch Xíu Mẫu Thử"}
    assert opened[keys[6]] == {"national_id": "12345678901"}


def test_a_person_who_comes_again_with_the_same_values_is_stored_once(
    ready: Settings, database: Database, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "so.csv", rows=[[f"E-{n}", *ROWS[0][1:]] for n in range(40)])
    Gate(ready).receive([Incoming(path)])
    with database.connect("owner") as connection:
        assert connection.execute("select count(*) from vault.identity").fetchone() == (1,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('legal_basis: "Law 53/2024 Art. 3.10; Law 91/2025/QH15"\n', ""), "legal_basis"),
        (("grain: [line_number]", "grain: [national_id]"), "outside the grain"),
        (("code: age_band, birth_date: birth_date", "code: age_band, birth_date: birth_date, when: []"), ""),
        (('fields: ["*required"], severity: critical, legal_basis: "invented for this test", mark: P}\n  - {id: text',
          'fields: [full_name], severity: critical, legal_basis: "invented for this test", mark: P}\n  - {id: text'),
         "full_name never lands"),
    ],
)  # fmt: skip
def test_a_contract_whose_personal_fields_would_land_or_lack_a_basis_does_not_load(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    path = tmp_path / f"{FORM}.v1.yaml"
    assert change[0] in REGISTER
    path.write_text(REGISTER.replace(*change), encoding="utf-8")
    if not said:
        assert load_contract(path).pseudonym_columns == ("birth_year_band", "national_id_key", "person_key")
        return
    with pytest.raises(ContractError, match=said):
        load_contract(path)
