"""How a person's values may be written down: every order, letter case, Unicode form and encoding that a leak may have."""

from __future__ import annotations

import base64
import datetime as dt
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Person:
    """A canary. `core`: the words of the name, next to each other in it, that nobody and nothing else has: whoever
    finds them finds the name, in whatever order its other words stand. `numbers`: identity papers and telephones;
    `texts`: addresses and the like."""

    full_name: str
    core: str
    born_on: dt.date
    numbers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def parts(self) -> list[str]:
        """What a name shares with others: beside a birth date it is a person all the same."""
        words = self.full_name.split()
        at = words.index(self.core.split()[0])
        return [" ".join(words[max(at - 1, 0) : at + 1]), " ".join(words[at + 1 : at + 3])]


def without_tones(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")


def letters(text: str) -> set[str]:
    """A text in each case and Unicode form, and without tone marks."""
    plain = without_tones(text)
    forms = {
        unicodedata.normalize(form, cased)
        for cased in (text, text.upper(), text.lower())
        for form in ("NFC", "NFD")
    }
    return forms | {plain, plain.upper(), plain.lower()}


def joined(text: str) -> set[str]:
    """As a file's name or an identifier joins the words."""
    plain = without_tones(text)
    return {word.replace(" ", sign) for word in (text, plain, plain.lower()) for sign in ("_", "-", ".", "")}


def grouped(number: str) -> set[str]:
    return {sign.join(number[i : i + 3] for i in range(0, len(number), 3)) for sign in (" ", ".", "-")}


def dates(day: dt.date) -> set[str]:
    return {
        f"{day:%d/%m/%Y}",
        f"{day:%Y-%m-%d}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%d%m%Y}",
        f"{day:%Y%m%d}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day}-{day.month}-{day.year}",
    }


def encodings(text: str) -> Iterator[tuple[str, bytes]]:
    """Every encoding of one spelling, with its name; base64 without the letters that its neighbours decide."""
    raw = text.encode()
    yield "raw", raw
    yield "utf-16", text.encode("utf-16-le")
    yield "utf-16", text.encode("utf-16-be")
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        middle = coded[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        yield "base64", middle
        if b"+" in middle or b"/" in middle:
            yield "base64", middle.translate(bytes.maketrans(b"+/", b"-_"))
    if not text.isalnum() or not text.isascii():
        url = quote(text, safe="")
        yield "url", url.encode()
        yield "url", url.replace("%20", "+").encode()
        yield "url", _small(url)
    if not text.isascii():
        escaped = json.dumps(text)[1:-1]
        yield "json", escaped.encode()
        yield "json", escaped.replace("\\", "\\\\").encode()
        # As writers of workbooks spell letters in XML.
        yield "xml", text.encode("ascii", "xmlcharrefreplace")
        yield "xml", "".join(c if c.isascii() else f"&#x{ord(c):x};" for c in text).encode()


def _small(url: str) -> bytes:
    """Escapes in small letters; the letters themselves as they are."""
    head, *rest = url.split("%")
    return "%".join([head, *(p[:2].lower() + p[2:] for p in rest)]).encode()


def spellings(person: Person) -> Iterator[tuple[str, str, bytes]]:
    """(field, encoding, bytes) of everything that is a person's by itself."""
    first, second = person.core.split()
    for core in {person.core, f"{second} {first}"}:
        for spelt in letters(core):
            for encoding, found in encodings(spelt):
                yield "full_name", encoding, found
        for spelt in joined(core):
            yield "full_name", "raw", spelt.encode()
    for number in person.numbers:
        # A spreadsheet's number has lost the zeros before it.
        for spelt in {number, number.lstrip("0")}:
            for encoding, found in encodings(spelt):
                yield "number", encoding, found
        for spelt in grouped(number):
            yield "number", "raw", spelt.encode()
    for text in person.texts:
        for spelt in letters(text):
            for encoding, found in encodings(spelt):
                yield "text", encoding, found


def parts_beside_a_birth_date(person: Person) -> set[bytes]:
    return {s.encode() for part in person.parts() for s in letters(part) | joined(part)}
