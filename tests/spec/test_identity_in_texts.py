"""Free text keeps no identity: what must be withheld, and what a clerk must be able to write."""

from __future__ import annotations

import pytest

from ingestion.contracts.instances import blank_filing
from ingestion.contracts.loader import load_contracts
from ingestion.contracts.models import FormContract
from ingestion.contracts.periods import Period
from ingestion.contracts.rules import NoIdentityInText, holds_identity

GATE_RULES = [
    (form, rule)
    for form in load_contracts().values()
    for rule in form.gate_rules()
    if isinstance(rule, NoIdentityInText)
]

IDENTITIES = [
    "CCCD 024199000123",
    "số 024 199 000 123",
    "số 024.199.000.123 cấp năm 2021",
    "CMND 123456789",
    "CMND 123.456.789",
    "+84.912.345.678",
    "84.912.345.678",
    "liên hệ 0912345678",
    "liên hệ 0912 345 678",
    "+84 912 345 678",
    "điện thoại 84912345678",
    "mail nguyenvana@gmail.com",
    "Họ và tên: Nguyễn Văn Mẫu",
    "họ tên Trần Thị Mẫu",
    "tên là Lò Thị Mẫu",
    "nạn nhân Vàng A Mẫu",
    "Bị can Nguyễn Văn Mẫu bỏ trốn",
    "bà Đặng Thị Mẫu trình báo",
    "cháu Giàng Thị Mẫu, 15 tuổi",
]
INNOCENT = [
    "12/BC-CAH",
    "Báo cáo số 12/BC-CAH ngày 15/07/2024",
    "Kế hoạch 138/KH-UBND",
    "1.200.000.000",
    "kinh phí 1.200.000.000 đồng",
    "15.000.000 đồng",
    "150.000.000 đồng",
    "xem Nghị Quyết số 5",
    "huyện Đông Anh Hà Nội",
    "tỉnh Bà Rịa Vũng Tàu",
    "15/07/2024",
    "01/07/2025 - 31/07/2025",
    "từ 15.06.2024 đến 14.07.2024",
    "thành phố Bắc Giang",
    "huyện Lục Nam, tỉnh Bắc Giang",
    "cửa khẩu Hữu Nghị, Lạng Sơn",
    "Công an huyện Yên Thế",
    "Trung Quốc, Campuchia, Myanmar",
    "Bộ luật Hình sự 2015 (sửa đổi 2017), Điều 150, Điều 151",
    "Nghị định 162/2025/NĐ-CP",
    "1 nạn nhân chuyển về từ Campuchia",
    "2 bị can tại ngoại",
    "nạn nhân người Trung Quốc",
    "không",
    "năm 2024: 12 vụ, 15 bị can",
    "nạn nhân Việt Nam",
    "nạn nhân Campuchia",
    "anh em trong gia đình",
]


@pytest.mark.parametrize("text", IDENTITIES)
def test_identity_is_taken_as_identity(text: str) -> None:
    assert holds_identity(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_official_text_is_not_taken_as_identity(text: str) -> None:
    assert not holds_identity(text)


@pytest.mark.parametrize("case", GATE_RULES, ids=lambda c: c[0].form)
def test_every_gate_rule_is_broken_by_its_counter_example(
    case: tuple[FormContract, NoIdentityInText],
) -> None:
    form, rule = case
    period = Period.parse(form.calendar, "2025-11")
    good = blank_filing(form, (period.date_from, period.date_to), "test")
    bad = rule.counter_example(form, good)

    def texts(filing: object) -> list[object]:
        return [
            filing.envelope.get(name.removeprefix("envelope."))  # type: ignore[attr-defined]
            if name.startswith("envelope.")
            else row[name]
            for name in rule.texts(form)
            for row in filing.rows  # type: ignore[attr-defined]
        ]

    assert not any(rule.offends(t) for t in texts(good))
    assert any(rule.offends(t) for t in texts(bad))


def test_every_form_that_has_free_text_has_the_gate_rule() -> None:
    covered: dict[str, set[str]] = {}
    for form, rule in GATE_RULES:
        covered.setdefault(form.key, set()).update(rule.texts(form))
    for form in load_contracts().values():
        if form.family == "province":
            assert {f.name for f in form.landed_fields if f.type == "text"} <= covered[form.key]
            assert "envelope.note" in covered[form.key]
