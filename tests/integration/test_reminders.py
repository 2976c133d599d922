"""Reminders: who must file now, what the letter and the e-mail say, to whom they go, and that they go once a day."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from docx import Document

from extracts.letters.reminder import INVENTED, letter, mail_text
from ingestion.registry.late import LateBody, late_bodies
from orchestration.cli import main
from orchestration.regime import registry_of
from orchestration.reminders import Wanted, remind
from tests.integration.office import CRIME, PROSECUTIONS, Office
from warehouse.database import Database
from warehouse.errors import Kho138Error
from warehouse.settings import Settings

JULY = dt.date(2024, 7, 20)
LATE, RETURNED = (CRIME, "cah_215", "2024-06"), (CRIME, "cah_215", "2024-07")
FILED, WAITING = (CRIME, "cah_216", "2024-07"), (CRIME, "cah_215", "2024-08")
ASKED = (PROSECUTIONS, "vks_24", "2024-05")
# Words of blame, which nobody says to a body that is only asked.
BLAME = ("đôn đốc", "vi phạm", "quá hạn", "chậm", "khẩn trương", "hết thời hạn", "phải")


class Postbox:
    """A real SMTP server on a free port, which refuses one address."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Any]] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("gone"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    box.controller.start()
    yield box
    box.controller.stop()


@pytest.fixture
def office(settings: Settings, database: Database) -> Office:
    """20 July 2024: a district is late with two reports (one was returned), the procuracy has not sent one."""
    office = Office(settings)
    office.owe(LATE, RETURNED, FILED, WAITING, ASKED)
    office.file(RETURNED, office.due(RETURNED) - dt.timedelta(days=1), "returned")
    office.file(FILED, office.due(FILED))
    office.at(JULY)
    return office


def with_mail(settings: Settings, postbox: Postbox, **contacts: str) -> Settings:
    lines = ["unit,email", *(f"{unit},{email}" for unit, email in contacts.items())]
    settings.contacts_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = {
        "smtp_host": "127.0.0.1",
        "smtp_port": postbox.port,
        "smtp_from": "bcd138@example.vn",
        "smtp_starttls": False,
    }
    return settings.model_copy(update=told)


def late(office: Office, at: dt.datetime, **chosen: str) -> list[LateBody]:
    with registry_of(office.settings) as (connection, contracts, _):
        return late_bodies(connection, contracts, at, **chosen)


def text_of(content: bytes) -> str:
    """All text of a letter, tables in their place, a line a paragraph."""
    document = Document(io.BytesIO(content))
    lines = []
    for part in document.iter_inner_content():
        if hasattr(part, "rows"):
            lines += [" | ".join(c.text.replace("\n", "; ") for c in row.cells) for row in part.rows]
        else:
            lines.append(part.text)
    return "\n".join(lines)


def test_who_is_late_is_grouped_by_the_body_that_must_file(office: Office) -> None:
    police, procuracy = late(office, office.at(JULY))
    assert (police.unit, police.is_requested) == ("cah_215", False)
    assert [(r.period, r.state, r.days_late) for r in police.reports] == [
        ("2024-06", "missing", 32),
        ("2024-07", "returned", 4),
    ]
    assert (procuracy.unit, procuracy.is_requested) == ("vks_24", True)
    assert [b.unit for b in late(office, office.at(JULY), unit="cah_215")] == ["cah_215"]
    assert [b.unit for b in late(office, office.at(JULY), body="B2")] == ["vks_24"]
    # On the deadline itself nobody is late.
    assert "2024-07" not in [r.period for b in late(office, office.due(RETURNED)) for r in b.reports]
    for wrong in ({"unit": "cah_999"}, {"body": "B99"}):
        with pytest.raises(Kho138Error):
            late(office, office.at(JULY), **wrong)


def test_a_unit_that_ended_is_reminded_by_its_successor(settings: Settings, database: Database) -> None:
    office = Office(settings)
    office.owe((CRIME, "cah_215", "2025-01"))
    before, after = office.at(dt.date(2025, 2, 20)), office.at(dt.date(2025, 3, 10))
    assert [b.unit for b in late(office, before)] == ["cah_215"]
    (heir,) = late(office, after)
    assert heir.unit == "cat_24"
    said = text_of(letter(heir, after, after.date(), is_invented=True))
    assert "Kính gửi: Công an tỉnh Bắc Giang" in said
    assert "Của Công an huyện Yên Thế" in said


def test_a_unit_that_ended_without_an_heir_is_named_and_not_written_to(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    office = Office(settings)
    office.owe(("all_bodies__plans", "ubh_215", "2025"))
    office.at(dt.date(2025, 7, 10))
    (told,) = remind(settings, Wanted(tmp_path / "letters"))["reminders"]
    assert (told["unit"], told["has_ended"], told["letter"]) == ("ubh_215", True, {"state": "no_successor"})
    assert list((tmp_path / "letters").iterdir()) == [] and office.events("remind") == []


def test_the_letter_says_what_is_missing_in_the_official_layout(office: Office) -> None:
    at = office.at(JULY)
    content = letter(late(office, at)[0], at, at.date(), is_invented=True)
    said = text_of(content)
    for words in (
        "UBND TỈNH BẮC GIANG; BAN CHỈ ĐẠO 138",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM; Độc lập - Tự do - Hạnh phúc",
        "Số:          /CV-BCĐ138",
        "V/v đôn đốc gửi báo cáo về phòng, chống mua bán người",
        "Bắc Giang, ngày        tháng 7 năm 2024",
        "Kính gửi: Công an huyện Yên Thế",
        "Nghị định 09/2019/NĐ-CP",
        "còn 2 báo cáo",
        "1 | Biểu 02: Tố giác, tin báo về tội phạm, kiến nghị khởi tố | Tháng 6 năm 2024 (15/5/2024–14/6/2024)"
        " | 18/06/2024 | 32 | ",
        "| 16/07/2024 | 4 | Trả lại, chờ gửi lại",
        "Nơi nhận:; - Như trên;",
        "TL. TRƯỞNG BAN",
        INVENTED,
    ):
        assert words in said, words
    assert "{" not in said
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    assert section.page_width is not None and section.left_margin is not None
    assert (round(section.page_width.mm), round(section.left_margin.mm)) == (210, 30)
    assert document.styles["Normal"].font.name == "Times New Roman"  # type: ignore[attr-defined]
    assert "w:tblHeader" in document.tables[1].rows[0]._tr.xml
    assert INVENTED in section.header.paragraphs[0].text
    assert INVENTED not in text_of(letter(late(office, at)[0], at, at.date(), is_invented=False))


def test_a_body_that_is_only_asked_reads_no_word_of_blame(office: Office) -> None:
    at = office.at(JULY)
    asked = late(office, at)[1]
    for said in (
        text_of(letter(asked, at, at.date(), is_invented=True)),
        mail_text(asked, at, is_invented=True)[1],
    ):
        assert "trân trọng đề nghị Viện kiểm sát nhân dân tỉnh Bắc Giang" in said
        assert [word for word in BLAME if word in said.lower()] == []
    assert [word for word in BLAME if word in mail_text(asked, at, is_invented=True)[0]] == []


def test_letters_are_written_one_a_body_and_recorded_once_a_day(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "cong-van"
    first = remind(office.settings, Wanted(folder, by="Đội Tổng hợp"))
    assert [r["letter"]["state"] for r in first["reminders"]] == ["written", "written"]
    names = ["nhac-bao-cao_cah_215_2024-07-20.docx", "nhac-bao-cao_vks_24-de-nghi_2024-07-20.docx"]
    assert sorted(p.name for p in folder.iterdir()) == names
    assert "Kính gửi: Công an huyện Yên Thế" in text_of((folder / names[0]).read_bytes())
    events = office.events("remind")
    assert [(unit, by) for unit, by, _ in events] == [("cah_215", "Đội Tổng hợp"), ("vks_24", "Đội Tổng hợp")]
    assert (events[0][2]["channel"], events[0][2]["obligations"]) == (
        "letter",
        ["police__crime_reports|cah_215|nd09|2024-06", "police__crime_reports|cah_215|nd09|2024-07"],
    )
    again = remind(office.settings, Wanted(folder))
    assert [r["letter"]["state"] for r in again["reminders"]] == ["already_today"] * 2
    assert len(office.events("remind")) == 2
    office.at(JULY + dt.timedelta(days=1))
    remind(office.settings, Wanted(folder))
    assert len(office.events("remind")) == 4


def test_e_mails_go_to_whom_has_an_address_once_a_day_and_the_others_are_named(
    office: Office, postbox: Postbox
) -> None:
    home = with_mail(office.settings, postbox, cah_215="yenthe@example.vn", cah_999="x@example.vn")
    folder = home.home / "letters"
    dry = remind(home, Wanted(folder, send=True, dry_run=True))
    would = dry["reminders"][0]
    assert (would["email"]["state"], would["email"]["to"]) == ("would_be_sent", "yenthe@example.vn")
    assert would["letter"]["state"] == "would_be_written" and not folder.exists()
    assert (postbox.mails, office.events("remind")) == ([], [])

    told = remind(home, Wanted(send=True, by="Đội Tổng hợp"))
    assert [r["email"]["state"] for r in told["reminders"]] == ["sent", "no_address"]
    assert told["faults"] == ["contacts.csv, line 3: cah_999 is not a unit"]
    ((to, mail),) = postbox.mails
    assert (to, mail["From"]) == (["yenthe@example.vn"], "bcd138@example.vn")
    assert mail["Subject"] == f"[{INVENTED}] V/v đôn đốc gửi báo cáo về phòng, chống mua bán người"
    body = mail.get_content()
    assert "Kính gửi: Công an huyện Yên Thế" in body and "thời hạn 16/07/2024 (Trả lại, chờ gửi lại)" in body
    ((unit, by, details),) = office.events("remind")
    assert (unit, by, details["channel"]) == ("cah_215", "Đội Tổng hợp", "email")
    assert "example.vn" not in json.dumps(details)

    again = remind(home, Wanted(send=True))
    assert again["reminders"][0]["email"] == {"state": "already_today"}
    assert len(postbox.mails) == 1
    office.at(JULY + dt.timedelta(days=1))
    remind(home, Wanted(send=True))
    assert len(postbox.mails) == 2


def test_a_refused_address_stops_nobody_else_and_is_no_event(office: Office, postbox: Postbox) -> None:
    home = with_mail(office.settings, postbox, cah_215="gone@example.vn", vks_24="vks@example.vn")
    told = remind(home, Wanted(send=True))
    assert [r["email"]["state"] for r in told["reminders"]] == ["failed", "sent"]
    assert "gone@" not in json.dumps(told["reminders"][0]["email"])
    assert [unit for unit, _, _ in office.events("remind")] == ["vks_24"]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "KHO138_SMTP_HOST"),
        ({"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_from": "a@b.vn"}, "does not answer"),
    ],
)
def test_sending_without_a_server_is_one_line_and_no_event(
    office: Office, changes: dict[str, Any], line: str
) -> None:
    with pytest.raises(Kho138Error, match=line):
        remind(office.settings.model_copy(update=changes), Wanted(send=True))
    assert office.events("remind") == []


def test_the_command_line_reminds(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("home", "database_name", "postgres_home", "system_folder"):
        monkeypatch.setenv(f"KHO138_{name.upper()}", str(getattr(office.settings, name)))
    monkeypatch.setenv("KHO138_POSTGRES_OPTIONS", json.dumps(office.settings.postgres_options))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["kho138", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    code, out, _ = call("remind", "--unit", "cah_215", "--lang", "vi")
    assert code == 0
    assert "cah_215  Công an huyện Yên Thế  (đôn đốc)" in out and "bị trả lại" in out
    code, out, _ = call("remind", "--json", "-o", str(tmp_path), "--by", "Ất")
    assert (code, [r["letter"]["state"] for r in json.loads(out)["reminders"]]) == (0, ["written"] * 2)
    code, out, err = call("remind", "--send")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    code, out, _ = call("remind", "--dry-run")
    assert code == 1 and "contacts.csv has no address" in out
    code, out, _ = call("remind", "--as-of", "2024-07-01", "--json")
    assert [r["period"] for b in json.loads(out)["reminders"] for r in b["reports"]] == ["2024-06", "2024-05"]
    assert call("remind", "--unit", "cah_999")[0] == 2


def test_a_letter_of_many_reports_becomes_pages_with_a_head_on_each(office: Office, tmp_path: Path) -> None:
    program = shutil.which("libreoffice")
    at = office.at(JULY)
    (first, _) = late(office, at)
    many = replace(first, reports=first.reports * 20)
    (tmp_path / "thu.docx").write_bytes(letter(many, at, at.date(), is_invented=True))
    if program is None:
        pytest.skip("not run: LibreOffice is not installed")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    subprocess.run(
        [program, home, "--headless", "--convert-to", "pdf", "thu.docx"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    if not (tmp_path / "thu.pdf").exists():
        pytest.skip("not run: LibreOffice is here without Writer")
    text = subprocess.run(
        ["pdftotext", "-layout", "thu.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    pages = text.split("\f")[:-1]
    assert len(pages) >= 3
    assert all("Biểu báo cáo" in page for page in pages[:-1])
    assert all(INVENTED in page for page in pages)


def test_contacts_are_read_as_a_table_of_two_columns(office: Office) -> None:
    from extracts.letters.mail import contacts

    with office.settings.contacts_file.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["unit", "email"], ["cah_215", "a@b.vn"], ["cah_216", "không có"]])
    assert contacts(office.settings) == (
        {"cah_215": "a@b.vn"},
        ["contacts.csv, line 3: cah_216 has no address"],
    )
    office.settings.contacts_file.write_text("đơn vị;thư\n", encoding="utf-8")
    with pytest.raises(Kho138Error, match="columns unit and email"):
        contacts(office.settings)
