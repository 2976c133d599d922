"""E-mail to the bodies by SMTP: addresses by unit, one connection for all messages of a run.

Addresses and passwords stand in no message of ours, no log and no event; what is said is `reminder`'s.
"""

from __future__ import annotations

import csv
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from ingestion.contracts.code_lists import load_code_list
from warehouse.errors import ConfigurationError
from warehouse.settings import Settings

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_SECONDS = 30


def contacts(settings: Settings) -> tuple[dict[str, str], list[str]]:
    """Addresses by unit from the home's contacts.csv, and a line for each row that is none. No file: nothing.

    Raises `ConfigurationError` for a file that cannot be read.
    """
    path = settings.contacts_file
    if not path.exists():
        return {}, []
    found: dict[str, str] = {}
    faults: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not {"unit", "email"} <= set(reader.fieldnames or ()):
                raise ConfigurationError(
                    f"{path} must have the columns unit and email.", vi=f"{path} phải có cột unit và email."
                )
            for row in reader:
                unit, email = (row["unit"] or "").strip(), (row["email"] or "").strip()
                if not load_code_list("unit").known(unit):
                    faults.append(f"{path.name}, line {reader.line_num}: {unit[:40]} is not a unit")
                elif not _ADDRESS.fullmatch(email):
                    faults.append(f"{path.name}, line {reader.line_num}: {unit} has no address")
                else:
                    found[unit] = email
    except (OSError, UnicodeDecodeError, csv.Error):
        raise ConfigurationError(
            f"{path} cannot be read: it is a CSV file in UTF-8 with the columns unit and email.",
            vi=f"Không đọc được {path}: cần tệp CSV mã UTF-8 có cột unit và email.",
        ) from None
    return found, faults


class Mailer:
    """An open connection to the mail server."""

    def __init__(self, server: smtplib.SMTP, sender: str) -> None:
        self._server, self._sender = server, sender

    def send(self, to: str, subject: str, text: str) -> str | None:
        """None when the server took the message, else why not, in one line without the address."""
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message["Date"], message["Message-ID"] = (
            formatdate(localtime=True),
            make_msgid(domain="kho138.invalid"),
        )
        # An answer of a machine to a machine is no answer.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            self._server.send_message(message)
        except smtplib.SMTPRecipientsRefused:
            return "the mail server refuses the address"
        except smtplib.SMTPResponseException as error:
            return f"the mail server answered {error.smtp_code}"
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return f"the mail server failed ({type(error).__name__})"
        return None


def check_configured(settings: Settings) -> None:
    """Raises `ConfigurationError` where nothing says how mail is sent."""
    if settings.smtp_host is None or settings.smtp_from is None:
        raise ConfigurationError(
            "No mail server is configured: set KHO138_SMTP_HOST and KHO138_SMTP_FROM, or write letters with -o.",
            vi="Chưa cấu hình máy chủ thư: đặt KHO138_SMTP_HOST và KHO138_SMTP_FROM, hoặc in công văn bằng -o.",
        )


@contextmanager
def mailer(settings: Settings) -> Iterator[Mailer]:
    """Raises `ConfigurationError` where the server is not configured, does not answer or does not let us in."""
    check_configured(settings)
    assert settings.smtp_host is not None and settings.smtp_from is not None
    try:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS)
    except (OSError, smtplib.SMTPException) as error:
        raise ConfigurationError(
            f"The mail server {settings.smtp_host}:{settings.smtp_port} does not answer ({type(error).__name__}).",
            vi=f"Máy chủ thư {settings.smtp_host}:{settings.smtp_port} không trả lời.",
        ) from None
    try:
        _log_in(server, settings)
        yield Mailer(server, settings.smtp_from)
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _log_in(server: smtplib.SMTP, settings: Settings) -> None:
    try:
        if settings.smtp_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user is not None:
            server.login(settings.smtp_user, _password(settings))
    except (OSError, smtplib.SMTPException) as error:
        raise ConfigurationError(
            f"The mail server does not let us in ({type(error).__name__}): check KHO138_SMTP_STARTTLS, _USER and"
            " _PASSWORD_FILE.",
            vi="Máy chủ thư từ chối đăng nhập: kiểm tra KHO138_SMTP_STARTTLS, _USER và _PASSWORD_FILE.",
        ) from None


def _password(settings: Settings) -> str:
    path = settings.smtp_password_file
    try:
        return "" if path is None else path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            f"KHO138_SMTP_PASSWORD_FILE: {path} cannot be read.",
            vi=f"KHO138_SMTP_PASSWORD_FILE: không đọc được {path}.",
        ) from None
