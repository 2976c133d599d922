"""How headings are compared, and how text in a legacy Vietnamese encoding is recognised.

Headings match on NFC-normalised, case-folded, whitespace-collapsed text; leading dashes, list numbers' dots and a
closing colon do not count, and the two ways of placing a tone mark (hoà, hòa) are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ingestion.contracts.models import FormContract

_SPACE = re.compile(r"\s+")
_LEAD = re.compile(r"^[\s\-–—•*+]+")
# Old-style and new-style placement of the tone mark in oa, oe, uy.
_TONES = {
    "òa": "oà",
    "óa": "oá",
    "ỏa": "oả",
    "õa": "oã",
    "ọa": "oạ",
    "òe": "oè",
    "óe": "oé",
    "ỏe": "oẻ",
    "õe": "oẽ",
    "ọe": "oẹ",
    "ùy": "uỳ",
    "úy": "uý",
    "ủy": "uỷ",
    "ũy": "uỹ",
    "ụy": "uỵ",
}
_TONE = re.compile("|".join(_TONES))


@lru_cache(maxsize=4_096)
def normalise(text: str) -> str:
    """A heading in the form in which it is compared."""
    folded = _SPACE.sub(" ", unicodedata.normalize("NFC", text).casefold()).strip()
    folded = _LEAD.sub("", folded).rstrip(" :.*")
    return _TONE.sub(lambda m: _TONES[m.group()], folded)


@lru_cache(maxsize=64)
def headings(contract: FormContract) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Field by printed name, and field by heading, label or alias (those that name one field only)."""
    names = {f.name: f.name for f in contract.fields}
    labels: dict[str, str] = {}
    ambiguous: set[str] = set()
    for field in contract.fields:
        heading = contract.heading(field)
        said = {
            normalise(t)
            for t in (heading.vi, heading.en, field.label.vi, field.label.en, *field.also_seen_as)
            if t
        }
        for text in said:
            if labels.setdefault(text, field.name) != field.name:
                ambiguous.add(text)
    return names, {text: name for text, name in labels.items() if text not in ambiguous}


def match(text: object, contract: FormContract) -> str | None:
    """The field that a heading cell names, by its name first and its label else (D53)."""
    if not isinstance(text, str) or not text.strip():
        return None
    names, labels = headings(contract)
    return names.get(text.strip()) or labels.get(normalise(text))


def legacy_encoding(texts: Iterable[str], contract: FormContract) -> str | None:
    """`tcvn3` or `vni` when headings match only after conversion from it; none where that says nothing.

    Detection by the text alone misses short strings, so the form's own headings are the evidence.
    """
    unmatched = [
        t for t in texts if isinstance(t, str) and match(t, contract) is None and any(ord(c) > 127 for c in t)
    ]
    best: tuple[int, str | None] = (0, None)
    for encoding in ("tcvn3", "vni"):
        found = len({m for t in unmatched if (m := match(to_unicode(t, encoding), contract)) is not None})
        best = max(best, (found, encoding), key=lambda pair: pair[0])
    return best[1] if best[0] >= 2 or (best[0] == 1 and len(contract.fields) < 4) else None


# Letters of Latin-1 that Vietnamese does not have: what text of a legacy font shows under a Unicode font.
_NOT_VIETNAMESE = re.compile(
    "[\u00a1-\u00bf\u00c4-\u00c7\u00cb\u00ce-\u00d1\u00d6-\u00d8\u00db\u00dc\u00de\u00df"
    "\u00e4-\u00e7\u00eb\u00ee-\u00f1\u00f6-\u00f8\u00fb\u00fc\u00fe\u00ff]"
)
_VIETNAMESE = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0-\u01b0\u1ea0-\u1ef9]")


def looks_legacy(text: str) -> bool:
    """Whether a text may be of a legacy Vietnamese font: a cheap question before conversion is tried."""
    return _NOT_VIETNAMESE.search(text) is not None and _VIETNAMESE.search(text) is None


def to_unicode(text: str, encoding: str) -> str:
    """Text of a legacy Vietnamese font as Unicode (NFC)."""
    import viparse

    return unicodedata.normalize("NFC", viparse.fix(text, encoding=encoding))
