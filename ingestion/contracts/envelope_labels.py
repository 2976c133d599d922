"""Names by which a workbook says whose report it is: the hidden sheet and the labels of the visible head.

Templates print them and the reader looks for them, so they stand below both. Reading the answers is
`ingestion.parsing.envelope`'s, drawing them `ingestion.derive.xlsx_template`'s.
"""

from __future__ import annotations

HIDDEN_SHEET = "_kho138"

# Labels of the visible head, in the order in which templates print them.
LABELS = {
    "unit": "Mã đơn vị báo cáo",
    "period": "Mã kỳ báo cáo",
    "is_nil_return": "Không phát sinh trong kỳ",
    "has_state_secret": "Có nội dung bí mật nhà nước",
    "document_number": "Số văn bản",
    "signed_on": "Ngày ký",
    "signed_by_position": "Chức vụ người ký",
    "note": "Ghi chú (không ghi họ tên)",
}
