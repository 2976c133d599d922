"""The rule kind that keeps identities out of free text. It runs at the gate, before landing (D2)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

from ingestion.contracts.rules.base import Check, Filing, Rule, Sentence

if TYPE_CHECKING:
    from ingestion.contracts.models import FormContract

# Amounts as they are written, 1.200.000.000: by their digits alone they would be identity numbers. What begins with 0,
# with the country code of a telephone or after the name of a paper stays a number of identity.
_AMOUNT = re.compile(
    r"(?<![\d.+])(?<!(?i:cmnd) )(?<!(?i:cccd) )(?<!(?i:cmt) )(?<!(?i:chứng minh) )(?<!(?i:căn cước) )"
    r"(?!84\.[35789])[1-9]\d{0,2}(?:\.\d{3}){2,}(?!\.?\d)"
)
# 12 digits of a CCCD or 9 of a CMND, however they are spaced; a Vietnamese telephone number; an e-mail address.
_SEPARATED = r"(?:\d[\s.\-]?)"
_IDENTITY = re.compile(
    rf"(?<!\d){_SEPARATED}{{11}}\d(?!\d)"
    rf"|(?<!\d){_SEPARATED}{{8}}\d(?!\d)"
    r"|(?<!\d)(?:\+?84|0)[\s.\-]?(?:3|5|7|8|9)(?:[\s.\-]?\d){8}(?!\d)"
    r"|[\w.+-]+@[\w-]+\.[\w.]+"
)
# «họ tên: Nguyễn Văn A», «tên là Nguyễn Văn A», «nạn nhân Nguyễn Thị B»: an introducing word and capitalised syllables.
UPPER = "A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
INTRODUCING = (
    "họ tên", "họ và tên", "tên là", "nạn nhân", "bị can", "cháu", "em", "chị", "anh", "bà", "ông",
)  # fmt: skip
# Words in capitals that follow an introducing word and are no name: countries, and the province Bà Rịa – Vũng Tàu.
_NO_NAME = (
    r"(?:Việt Nam|Trung Quốc|Hàn Quốc|Đài Loan|Thái Lan|Nhật Bản|Ấn Độ|Hoa Kỳ|Cam Pu Chia|Mi An Ma|Hồng Kông"
    r"|Ma Cao|Rịa)\b"
)
_INTRODUCING = "|".join(INTRODUCING).replace(" ", r"\s+")
_NAMED = re.compile(
    rf"(?<!\w)(?<!Đông )(?:(?i:{_INTRODUCING})\s*:?\s*)"
    rf"(?!{_NO_NAME})[{UPPER}]\w*(?:\s+[{UPPER}]\w*){{1,4}}"
)


@lru_cache(maxsize=65_536)
def holds_identity(text: str) -> bool:
    """Whether a free text holds an identity number, a telephone number, an e-mail address or a person's name."""
    return bool(_IDENTITY.search(_AMOUNT.sub("", text)) or _NAMED.search(text))


def name_words(value: object) -> str | None:
    """A person's name as it is compared: its words in small letters; None for a single word, which names places too."""
    words = _words(value) if isinstance(value, str) else []
    return " ".join(words) if len(words) > 1 else None


def holds_name(text: str, names: frozenset[str]) -> bool:
    """Whether a text holds one of the names of its own file, in any case."""
    words = _words(text)
    return any(
        " ".join(words[at : at + size]) in names
        for size in _lengths(names)
        for at in range(len(words) - size + 1)
    )


@lru_cache(maxsize=8)
def _lengths(names: frozenset[str]) -> frozenset[int]:
    """How many words the names of a file have; counted once a file, not once a text."""
    return frozenset(name.count(" ") + 1 for name in names)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())


# Family names (recalled): with their tones, and those that no common word is written like when the tones are left out.
_FAMILY_NAMES = (
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đoàn vương trịnh trương đinh lâm phùng"
    " tạ nông bế lưu triệu giáp hứa quách lương lục mạc giàng sùng thào hà tô lò lường"
    " nguyen tran pham hoang huynh phan vu dang bui ngo duong doan vuong trinh truong dinh phung nong luu trieu giap"
)
_FAMILIES = frozenset(_FAMILY_NAMES.split())
# Words in capitals at the head of a document's name: «Báo Cáo Tháng 7».
_TITLES = frozenset(
    {"bao", "báo", "bieu", "biểu", "mau", "mẫu", "so", "sổ", "phu", "phụ", "danh", "ke", "kế", "cong", "công"}
)
_WORD = re.compile(r"[^\W\d_]+")
# «12/BC-CAT»: abbreviations of bodies are in capitals too.
_DOCUMENT_NUMBER = re.compile(r"\s*\d+[a-zđ]?\s*/")
WITHHELD = "…"


@lru_cache(maxsize=65_536)
def may_name_a_person(text: str) -> bool:
    """Whether a short text that stands where no person belongs may be one all the same: a wrong cell, a file's name.

    Wider than the rule on purpose: what is taken for a name is only not repeated, and the cell is named anyway.
    """
    if holds_identity(text) or _BARE_DIGITS.search(text):
        return True
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    if len(words) < 2:
        return False
    is_document = words[0].lower() in _TITLES or _DOCUMENT_NUMBER.match(text)
    is_capital = not is_document and all(w[0].isupper() for w in words)
    return is_capital or any(w.lower() in _FAMILIES for w in words[:-1])


# A CCCD begins with the 0 of its province, a telephone with 0; both lose it where a spreadsheet takes them for numbers.
_PAPER = re.compile(r"(?<!\d)0(?:\d{9}|\d{11}|\d\d(?:[ .\-]\d{3}){3})(?!\d)|^\d{9,12}$")
_BARE_DIGITS = re.compile(r"(?<!\d)\d{9,12}(?!\d)")


def is_no_number_of_a_document(text: str) -> bool:
    """Whether what stands where the number of a file or document belongs is a person's: a name, a paper, a telephone.

    Such a number has a digit, or is one word, and more than nine to twelve digits alone; a place may stand behind it, a
    family name before another word may not.
    """
    if _PAPER.search(text):
        return True
    words = text.split()
    if len(words) < 2:
        return False
    if not any(c.isdigit() for c in text) or _NAMED.search(text):
        return True
    pairs = pairwise(words) if not _DOCUMENT_NUMBER.match(text) else ()
    return any(a.lower() in _FAMILIES and a[0].isupper() and b[0].isupper() for a, b in pairs)


def withheld(text: str) -> str:
    """The text, or a sign in its place where it may name a person."""
    return WITHHELD if may_name_a_person(text) else text


class NoIdentityInText(Rule):
    """Free text holds no name, identity number or telephone (Law 53/2024 art. 3.10).

    `fields`: `["*texts"]` = every text field and the envelope's note. An offending text lands as NULL, state
    *withheld*; the finding names the cell, never the value.
    """

    kind: Literal["no_identity_in_text"]
    fields: tuple[str, ...]

    runs_in: ClassVar[Literal["gate", "sql"]] = "gate"
    kind_says = Sentence(
        vi="Ô chữ không có họ tên, số giấy tờ, số điện thoại.",
        en="free text holds no name, identity number or telephone",
    )

    def texts(self, form: FormContract) -> tuple[str, ...]:
        if self.fields == ("*texts",):
            return (*(f.name for f in form.landed_fields if f.type == "text"), "envelope.note")
        return self.fields

    def fields_used(self) -> tuple[str, ...]:
        return tuple(f for f in self.fields if not f.startswith(("*", "envelope.")))

    def offends(self, value: object, names: frozenset[str] = frozenset()) -> bool:
        """`names`: those of the same file, as `name_words` gives them."""
        return isinstance(value, str) and (
            holds_identity(value) or (bool(names) and holds_name(value, names))
        )

    def checks(self, form: FormContract) -> tuple[Check, ...]:
        return ()

    def counter_example(self, form: FormContract, good: Filing) -> Filing:
        bad = good.copy()
        name = self.texts(form)[0]
        text = "Nạn nhân Trần Thị Mẫu, số 024 199 000 123"
        if name.startswith("envelope."):
            bad.envelope[name.removeprefix("envelope.")] = text
        else:
            self.row_for(bad)[name] = text
        return bad
