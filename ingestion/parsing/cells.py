"""One cell: from what stands in the file to the declared type, or to a defect that says what is wrong.

The only place where a value is typed; the fast path for clean CSV lines (`csv_stream`) accepts nothing that this
module would change. Numbers typed as text follow the layout's language (`vi`: 1.206,5; `en`: 1,206.5). A dash is not
zero, a blank is not zero: both stay what they are.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingestion.contracts.code_lists import load_code_list
from ingestion.contracts.models import FormContract, FormField
from ingestion.contracts.rules import is_no_number_of_a_document, may_name_a_person
from ingestion.parsing.headers import normalise

LONGEST_TEXT = 2_000
LONGEST_IDENTIFIER = 200
TOO_LONG = "cell_is_not_too_long"
LARGEST_AMOUNT = 10**15
# Nothing that is counted here comes to 100 million; numbers of identity papers begin there.
LARGEST_COUNT = 10**8
EARLIEST_BIRTH = dt.date(1900, 1, 1)
EARLIEST_DATE, LATEST_DATE = dt.date(1990, 1, 1), dt.date(2100, 12, 31)
_EPOCH = dt.date(1899, 12, 30)

_GROUPED = {"vi": re.compile(r"^\d{1,3}(\.\d{3})+$"), "en": re.compile(r"^\d{1,3}(,\d{3})+$")}
_DATE_TEXT = re.compile(
    r"^(?:ngày\s+)?(\d{1,2})\s*(?:[/.\-]|\s+tháng\s+)\s*(\d{1,2})\s*(?:[/.\-]|\s+năm\s+)\s*(\d{4})$"
)
_ISO_TEXT = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ERRORS = {"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!"}
YES = {"x", "có", "co", "yes", "true", "1", "☑", "☒", "✓", "✔", "v"}
NO = {"", "không", "khong", "no", "false", "0", "☐"}


@dataclass(frozen=True)
class Typed:
    """A cell as it lands: `value` (None = empty), `state` of a suppressible count, `defect` = built-in rule broken."""

    value: Any = None
    state: str | None = None
    defect: str | None = None
    # An unknown code is kept as it stands and reported, unless a person may be named in it; a defect lands as NULL.
    kept: bool = False


EMPTY = Typed()


def shown(value: object) -> str:
    """A cell as a clerk sees it, cut to a length that fits a message."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y")
    return _CONTROL.sub(" ", str(value)).strip()[:60]


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_formula_text(value: object) -> bool:
    """Text that a spreadsheet would run as a formula."""
    return isinstance(value, str) and bool(re.match(r"^\s*(?:[=@]|[+\-]\s*[A-Za-z(@=])", value))


def _number(value: object, style: str) -> float | None:
    """A number from a cell or its text; None when it is none."""
    if isinstance(value, bool | dt.date | dt.datetime | dt.time | dt.timedelta):
        return None
    if isinstance(value, int | float):
        return float(value)
    text = unicodedata.normalize("NFKC", str(value)).replace("\u2212", "-").replace(" ", "").strip("'")
    negative = text.startswith("-")
    text = text.lstrip("+-") if len(text) > 1 else text
    if _GROUPED[style].match(text):
        text = text.replace(".", "").replace(",", "")
    elif style == "vi":
        # One dot that groups no thousands is how Excel's English settings write a decimal.
        text = text.replace(".", "").replace(",", ".") if "," in text else text
    else:
        text = text.replace(",", "")
    # No figure of nine digits and more begins with 0; what does is a number of a paper or a telephone.
    if not re.fullmatch(r"(?!0\d{8})\d+(?:\.\d+)?", text):
        return None
    return -float(text) if negative else float(text)


def _count(value: object, field: FormField, style: str) -> Typed:
    number = _number(value, style)
    if number is None or not number.is_integer() or abs(number) >= LARGEST_AMOUNT:
        return Typed(defect="cell_is_a_whole_number")
    if number < 0:
        return Typed(defect="cell_is_not_negative")
    if number >= LARGEST_COUNT and field.type != "amount_vnd":
        return Typed(defect="count_is_no_identity_number")
    return Typed(int(number))


def _suppressible(value: object, field: FormField, style: str) -> Typed:
    if isinstance(value, str) and re.fullmatch(r"<\s*\d+", value.strip()):
        return Typed(None, state="suppressed")
    typed = _count(value, field, style)
    return typed if typed.defect else Typed(typed.value, state="value")


def _decimal(value: object, field: FormField, style: str) -> Typed:
    number = _number(value, style)
    if number is None:
        return Typed(defect="cell_is_a_number")
    return Typed(defect="count_is_no_identity_number") if abs(number) >= LARGEST_COUNT else Typed(number)


def _year(value: object, field: FormField, style: str) -> Typed:
    number = _number(value, style)
    if number is None or not number.is_integer() or not 1900 <= number <= 2100:
        return Typed(defect="cell_is_a_year")
    return Typed(int(number))


def as_date(value: object, earliest: dt.date = EARLIEST_DATE) -> dt.date | None:
    """A date from a date cell, a serial number, d/m/yyyy text or ISO text; None when it is none."""
    day: dt.date | None = None
    if isinstance(value, dt.datetime):
        day = value.date()
    elif isinstance(value, dt.date):
        day = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if float(value).is_integer() and 1 <= value <= 100_000:
            day = _EPOCH + dt.timedelta(days=int(value))
    elif isinstance(value, str):
        text = " ".join(unicodedata.normalize("NFC", value).casefold().split())
        if match := _DATE_TEXT.match(text):
            day_no, month, year = (int(g) for g in match.groups())
        elif match := _ISO_TEXT.match(value.strip()):
            year, month, day_no = (int(g) for g in match.groups())
        elif text.isdigit() and len(text) == 5:
            return as_date(int(text), earliest)
        else:
            return None
        try:
            day = dt.date(year, month, day_no)
        except ValueError:
            return None
    return day if day is not None and earliest <= day <= LATEST_DATE else None


def _date(value: object, field: FormField, style: str) -> Typed:
    # A personal date is a birth date: people were born before the first day of any case.
    day = as_date(value, EARLIEST_BIRTH if field.sensitivity == "personal" else EARLIEST_DATE)
    return Typed(defect="cell_is_a_date") if day is None else Typed(day)


def _text(value: object, field: FormField, style: str) -> Typed:
    if is_formula_text(value):
        return Typed(defect="cell_is_a_value_not_a_formula")
    text = " ".join(unicodedata.normalize("NFC", shown_whole(value)).split(" ")).strip()
    if field.type == "identifier" and field.sensitivity != "personal" and is_no_number_of_a_document(text):
        return Typed(defect="identifier_names_no_person")
    return Typed(defect=TOO_LONG) if len(text) > longest_of(field) else Typed(text or None)


def longest_of(field: FormField) -> int:
    """Characters that a text cell may have: as its contract says, else as many as land."""
    return field.longest or (LONGEST_IDENTIFIER if field.type == "identifier" else LONGEST_TEXT)


def shown_whole(value: object) -> str:
    """A cell as text, whole: 12.0 as 12, a date as d/m/yyyy."""
    # PostgreSQL keeps no NUL, and a terminal obeys the other control characters.
    return shown(value) if isinstance(value, float | dt.date | dt.datetime) else _CONTROL.sub(" ", str(value))


def as_yes_or_no(value: object) -> bool | None:
    """True, False (blank included), or None when it is neither."""
    if isinstance(value, bool):
        return value
    if value is None:
        return False
    text = normalise(shown_whole(value))
    return True if text in YES else False if text in NO else None


def _boolean(value: object, field: FormField, style: str) -> Typed:
    answer = as_yes_or_no(value)
    return Typed(defect="cell_is_yes_or_no") if answer is None else Typed(answer)


@lru_cache(maxsize=256)
def _codes(name: str) -> Mapping[str, str]:
    """Code by what a clerk may write: the code, its label, `code – label`."""
    by_text: dict[str, str] = {}
    for code in load_code_list(name).codes:
        for text in (code.code, code.label_vi, code.label_en, f"{code.code} – {code.label_vi}"):
            by_text.setdefault(normalise(text), code.code)
        by_text[code.code] = code.code
    return by_text


def _code(value: object, field: FormField, style: str) -> Typed:
    text = unicodedata.normalize("NFC", shown_whole(value)).strip()
    codes = _codes(str(field.code_list))
    known = codes.get(text) or codes.get(normalise(text)) or codes.get(text.split(" – ")[0].strip())
    if known is not None:
        return Typed(known)
    if may_name_a_person(text):
        return Typed(defect="code_is_known")
    return Typed(text[:LONGEST_IDENTIFIER], defect="code_is_known", kept=True)


_BY_TYPE: dict[str, Callable[[object, FormField, str], Typed]] = {
    "count": _count,
    "amount_vnd": _count,
    "suppressible_count": _suppressible,
    "number": _decimal,
    "year": _year,
    "date": _date,
    "text": _text,
    "identifier": _text,
    "boolean": _boolean,
    "code": _code,
}


def type_cell(value: object, field: FormField, form: FormContract) -> Typed:
    """A cell of the file as its field's type."""
    if is_blank(value):
        return EMPTY
    if isinstance(value, str):
        if value.strip() in _ERRORS:
            return Typed(defect="cell_is_not_an_error")
        if field.type not in {"text", "identifier"} and is_formula_text(value):
            return Typed(defect="cell_is_a_value_not_a_formula")
    return _BY_TYPE[field.type](value, field, form.layout.numbers)


def copy_text(value: Any) -> str:
    """A typed value as one field of a CSV line for COPY: empty = NULL, text quoted where it must be."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | float | dt.date):
        return str(value)
    text = str(value)
    if text == "" or any(c in text for c in ',"\r\n') or text != text.strip() or text == "\\.":
        return '"' + text.replace('"', '""') + '"'
    return text
