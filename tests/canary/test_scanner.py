"""The scanner itself: a planted leak of each spelling and in each place is found, and nothing is found where none is."""

from __future__ import annotations

import base64
import gzip
import json
import re
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest

from tests.canary.persons import canaries
from tests.canary.scanner import _BLOCK, Scanner, summary
from tests.canary.spellings import Person, without_tones
from warehouse.database import Database

PERSONS = canaries(20, start=1_234)
ONE = PERSONS[7]
NAME = ONE.full_name
WORDS = NAME.split()
GIVEN_FIRST = " ".join([WORDS[-1], *WORDS[:-1]])
CITIZEN, PHONE = ONE.numbers


@pytest.fixture(scope="module")
def everyone() -> Scanner:
    return Scanner(PERSONS)


@pytest.fixture
def scanner(everyone: Scanner) -> Scanner:
    everyone.hits.clear()
    return everyone


def found(scanner: Scanner) -> set[str]:
    """Fields that were found; of the one person only."""
    assert {h.person for h in scanner.hits} <= {7}, summary(scanner.hits)
    return {h.field for h in scanner.hits}


SPELT: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "NFD": lambda t: unicodedata.normalize("NFD", t),
    "NFD, upper case": lambda t: unicodedata.normalize("NFD", t.upper()),
    "without tones": without_tones,
    "without tones, lower case": lambda t: without_tones(t).lower(),
}
ENCODED: dict[str, Callable[[str], bytes]] = {
    "raw": str.encode,
    "base64": lambda t: base64.b64encode(t.encode()),
    "base64 one byte on": lambda t: base64.b64encode(b"x" + t.encode() + b"yz"),
    "base64 two bytes on": lambda t: base64.b64encode(b"xy" + t.encode() + b"z"),
    "base64 for URLs": lambda t: base64.urlsafe_b64encode(t.encode()),
    "hex": lambda t: t.encode().hex().encode(),
    "hex, upper case": lambda t: t.encode().hex().upper().encode(),
    "UTF-16": lambda t: t.encode("utf-16"),
    "UTF-16, big end first": lambda t: t.encode("utf-16-be"),
    "URL": lambda t: quote(t).encode(),
    "URL, small escapes": lambda t: re.sub("%..", lambda e: e[0].lower(), quote(t)).encode(),
    "XML": lambda t: t.encode("ascii", "xmlcharrefreplace"),
    "JSON": lambda t: json.dumps(t).encode(),
    "JSON in JSON": lambda t: json.dumps(json.dumps(t)).encode(),
}


@pytest.mark.parametrize(
    "order", [NAME, GIVEN_FIRST, " ".join(reversed(WORDS))], ids=["name", "given first", "reversed"]
)
@pytest.mark.parametrize("spelt", SPELT)
@pytest.mark.parametrize("encoded", ENCODED)
def test_a_name_is_found_in_each_order_letters_and_encoding(
    scanner: Scanner, order: str, spelt: str, encoded: str
) -> None:
    scanner.bytes_in(b"\x00before " + ENCODED[encoded](SPELT[spelt](order)) + b" after", "x")
    assert "full_name" in found(scanner)


@pytest.mark.parametrize("value", [CITIZEN, PHONE, CITIZEN.lstrip("0")])
@pytest.mark.parametrize("encoded", ENCODED)
def test_a_number_is_found_in_each_encoding(scanner: Scanner, value: str, encoded: str) -> None:
    scanner.bytes_in(ENCODED[encoded](value), "x")
    assert found(scanner) == {"number"}


@pytest.mark.parametrize("sign", [" ", ".", "-"])
def test_a_number_in_groups_an_address_and_a_file_name_are_found(scanner: Scanner, sign: str) -> None:
    grouped = sign.join(CITIZEN[n : n + 3] for n in range(0, 12, 3))
    scanner.bytes_in(f"so {grouped}.".encode(), "x")
    scanner.bytes_in(ONE.texts[0].upper().encode(), "x")
    scanner.bytes_in(without_tones(NAME).lower().replace(" ", "_").encode() + b".xlsx", "x")
    assert found(scanner) == {"number", "text", "full_name"}


@pytest.mark.parametrize("spelt", ["%d/%m/%Y", "%Y-%m-%d", "%d%m%Y", "%d.%m.%Y"])
def test_a_birth_date_counts_with_a_part_of_the_name_and_not_alone(scanner: Scanner, spelt: str) -> None:
    day = f"{ONE.born_on:{spelt}}"
    scanner.bytes_in(f"sinh ngày {day}, quê quán Bắc Giang".encode(), "x")
    assert found(scanner) == set()
    scanner.bytes_in(f"{' '.join(WORDS[-2:])}, sinh ngày {day}".encode(), "x")
    assert found(scanner) == {"birth_date"}


def test_other_people_places_and_codes_are_not_found(scanner: Scanner) -> None:
    text = "Nguyễn Thị Hường, xã Tân Mỹ, Bắc Giang, 024199000123, 0912345678, cah_215, 2024-07-31 " * 50
    for data in (text.encode(), text.encode("utf-16"), base64.b64encode(text.encode())):
        scanner.bytes_in(data, "x")
    assert not scanner.hits


def plant_text(folder: Path) -> None:
    (folder / "run.log").write_text(f"INFO filing\nDETAIL: Key ({NAME}) exists\n", encoding="utf-8")


def plant_file_name(folder: Path) -> None:
    (folder / f"{NAME}.xlsx").touch()


def plant_folder_name(folder: Path) -> None:
    (folder / without_tones(NAME).replace(" ", "_")).mkdir()


def plant_hidden(folder: Path) -> None:
    (folder / ".cache").mkdir()
    (folder / ".cache" / ".x").write_bytes(NAME.encode())


def plant_workbook(folder: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["C7"] = NAME
    book.save(folder / "receipt.xlsx")


def plant_packed_twice(folder: Path) -> None:
    plant_workbook(folder)
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(folder / "receipt.xlsx", "receipt.xlsx")
    (folder / "receipt.xlsx").unlink()


def plant_member_name(folder: Path) -> None:
    with zipfile.ZipFile(folder / "x.ods", "w") as packed:
        packed.writestr(f"{NAME}.xml", "<x/>")


def plant_gzip(folder: Path) -> None:
    (folder / "dump.sql.gz").write_bytes(gzip.compress(NAME.encode()))


def plant_over_a_border(folder: Path) -> None:
    half = len(NAME.encode()) // 2
    (folder / "large.bin").write_bytes(b"\0" * (_BLOCK - half) + NAME.encode() + b"\0" * 1000)


def plant_sqlite(folder: Path) -> None:
    """In the middle of a value that fills several pages."""
    with sqlite3.connect(folder / "runs.db") as connection:
        connection.execute("create table event_logs (id integer, event text)")
        connection.execute("insert into event_logs values (1, ?)", ["x" * 4070 + NAME + "y" * 9000])
    connection.close()


PLACES = [f for name, f in sorted(globals().items()) if name.startswith("plant_")]


@pytest.mark.parametrize("plant", PLACES)
def test_a_leak_is_found_wherever_a_file_has_it(
    scanner: Scanner, tmp_path: Path, plant: Callable[[Path], None]
) -> None:
    plant(tmp_path)
    scanner.folder(tmp_path)
    assert found(scanner) == {"full_name"}
    scanner.hits.clear()
    scanner.folder(tmp_path, leave_out=list(tmp_path.iterdir()))
    assert not scanner.hits


def test_a_leak_is_found_in_each_kind_of_column(scanner: Scanner, database: Database) -> None:
    columns = {
        "text": f"'{NAME}'",
        "jsonb": f"jsonb_build_object('a', jsonb_build_array('{NAME}'))",
        "bytea": f"convert_to('{NAME}', 'utf8')",
        "text[]": f"array['x', '{NAME}']",
        "numeric": CITIZEN,
    }
    with database.connect_admin() as admin:
        for n, (kind, value) in enumerate(columns.items()):
            admin.execute(f"create table quality.planted (x {kind})")
            admin.execute(f"insert into quality.planted values ({value})")
            scanner.database(admin)
            assert {h.where for h in scanner.hits} == {"quality.planted"}, kind
            assert found(scanner) == ({"number"} if n == 4 else {"full_name"})
            admin.execute("drop table quality.planted")
            scanner.hits.clear()
        admin.execute("create table quality.planted (x text)")
        admin.execute(f"comment on table quality.planted is '{NAME}'")
        scanner.database(admin)
        assert {h.where for h in scanner.hits} == {"pg_catalog.pg_description"}
        scanner.hits.clear()
        scanner.database(admin, leave_out=["quality"])
        admin.execute("comment on table quality.planted is null")
        scanner.hits.clear()
        assert scanner.database(admin) > 20
        assert not scanner.hits


def test_persons_differ_and_their_names_are_no_words(everyone: Scanner) -> None:
    many = canaries(10_000)
    assert (
        len({p.full_name for p in many})
        == len({p.core for p in many})
        == len({p.numbers for p in many})
        == 10_000
    )
    assert isinstance(ONE, Person)
    assert ONE.core in ONE.full_name
