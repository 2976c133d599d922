"""The load-test register: a CSV of as many lines as asked, every value from its seed, none of a real person or case.

Lines keep every rule of `forms/police__load_test_lines.v1.yaml`, so that the gate has all of them to land and judge.
Places repeat as they do in a province (some thousands of hamlets); remarks carry document numbers and days, so that
few are the same.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

from ingestion.contracts.loader import load_contract
from ingestion.contracts.models import FormContract

FORMS = Path(__file__).parent / "forms"
FORM, UNIT, PERIOD = "police__load_test_lines", "cah_215", "2024-07"
FIRST_DAY, LAST_DAY = dt.date(2021, 1, 1), dt.date(2024, 7, 14)

_HAMLETS = ("Thôn", "Bản", "Xóm", "Tổ dân phố", "Khu")
_NAMES = (
    "Tân", "Mỹ", "Đồng", "Phúc", "Hoà", "Bình", "Yên", "Sơn", "Lạc", "Nghĩa", "Hương", "Quý", "Thượng", "Hạ",
    "Kim", "Đức", "Vĩnh", "Trường", "Giáo", "Liêm", "Cẩm", "Lý", "Đông", "Phú",
)  # fmt: skip
_DISTRICTS = ("Lục Nam", "Lục Ngạn", "Sơn Động", "Yên Thế", "Tân Yên", "Hiệp Hoà", "Lạng Giang")
_OFFENCES, _OFFENCE_WEIGHTS = ("150", "151", "152", "153", "154"), (55, 25, 3, 12, 5)
_PURPOSES, _PURPOSE_WEIGHTS = (
    (
        "TINH_DUC",
        "LAO_DONG",
        "HON_NHAN",
        "CON_NUOI",
        "BO_PHAN",
        "MANG_THAI",
        "AN_XIN",
        "PHAM_TOI",
        "KHAC",
        "U",
    ),
    (30, 18, 14, 6, 2, 3, 2, 15, 6, 4),
)
_OUTCOMES, _OUTCOME_WEIGHTS = (
    ("DE_NGHI_TRUY_TO", "DINH_CHI", "TAM_DINH_CHI", "CHUYEN", "DANG_DT"),
    (45, 5, 10, 8, 32),
)
_REMARKS = (
    "Quyết định số {n}/QĐ-CAH ngày {d}",
    "Theo công văn {n}/CV-VKS ngày {d} của Viện kiểm sát",
    "Phối hợp với Bộ đội biên phòng, biên bản {n}/BB ngày {d}",
    "Chuyển theo thẩm quyền, công văn {n}/CV-CAH ngày {d}",
    "Đang xác minh thêm tại {p}; báo cáo {n}/BC-CAH",
    "Đã bàn giao hồ sơ (số {n}) ngày {d}",
)


def register_form() -> FormContract:
    """The contract of the load-test register."""
    return load_contract(FORMS / f"{FORM}.v1.yaml")


def lines(count: int, seed: int = 138) -> Iterator[list[object]]:
    """`count` lines in the order of the form's fields."""
    rng = random.Random(seed)
    days = [FIRST_DAY + dt.timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    iso = [d.isoformat() for d in days]
    printed = [d.strftime("%d/%m/%Y") for d in days]
    communes = [
        f"xã {rng.choice(_NAMES)} {rng.choice(_NAMES)}, huyện {rng.choice(_DISTRICTS)}" for _ in range(190)
    ]
    places = [
        f"{rng.choice(_HAMLETS)} {rng.choice((str(rng.randint(1, 24)), rng.choice(_NAMES)))}, {commune}"
        for commune in communes
        for _ in range(24)
    ]
    offences = rng.choices(_OFFENCES, _OFFENCE_WEIGHTS, k=4096)
    purposes = rng.choices(_PURPOSES, _PURPOSE_WEIGHTS, k=4093)
    outcomes = rng.choices(_OUTCOMES, _OUTCOME_WEIGHTS, k=4091)
    last = len(days) - 1
    for n in range(1, count + 1):
        a, b = rng.random(), rng.random()
        received = int(a * last)
        opened = min(last, received + int(b * 40))
        outcome = outcomes[n % 4091]
        decided = min(last, opened + int(a * b * 300)) if outcome != "DANG_DT" else None
        accused = 1 + int(a * b * 7)
        women, men = int(b * 4), int(a * 2)
        place = places[int(b * len(places))]
        remark = ""
        if outcome == "CHUYEN" or n % 5 < 2:
            shape = _REMARKS[int(a * 997) % len(_REMARKS)]
            remark = shape.format(n=n % 9973 + 1, d=printed[opened], p=place.partition(",")[0])
        yield [
            f"LT-{n:07d}",
            iso[received],
            iso[opened] if b > 0.08 else "",
            iso[decided] if decided is not None else "",
            offences[n % 4096],
            purposes[n % 4093],
            outcome,
            accused,
            int(a * accused),
            women + men,
            women,
            men,
            1000 * int(a * b * 900_000) if b > 0.6 else "",
            place,
            remark,
        ]


def write_register(folder: Path, count: int) -> tuple[Path, Path]:
    """The register as the gate takes it (with its envelope), and the same lines alone as a raw COPY takes them."""
    form = register_form()
    names = [f.name for f in form.fields]
    filed, bare = folder / f"register_{count}.csv", folder / f"bare_{count}.csv"
    with filed.open("w", encoding="utf-8", newline="") as head:
        head.write(f"#form,{FORM}\n#revision,1\n#unit,{UNIT}\n#period,{PERIOD}\n")
        head.write(f"#note,load-test data\n{','.join(names)}\n")
        with bare.open("w", encoding="utf-8", newline="") as alone:
            writer = csv.writer(alone, lineterminator="\n")
            writer.writerows(lines(count))
        with bare.open(encoding="utf-8", newline="") as alone:
            while block := alone.read(2**22):
                head.write(block)
    return filed, bare
