"""Code lists: what is valid when, the support matrix, and the errors of broken files."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from ingestion.contracts.code_lists import (
    FOLDER,
    SERIES_START,
    CodeListError,
    all_code_lists,
    known_lists,
    load_code_list,
)
from ingestion.contracts.support_eligibility import is_eligible, load_support_eligibility
from ingestion.contracts.units import (
    load_successions,
    successors_of,
)

D = dt.date
LAST_OLD, FIRST_NEW = D(2025, 6, 30), D(2025, 7, 1)


def codes(name: str, day: dt.date) -> list[str]:
    return [code.code for code in load_code_list(name).valid_on(day)]


def test_every_list_of_the_forms_loads_with_titles_in_both_languages() -> None:
    lists = all_code_lists()
    assert set(lists) == known_lists()
    assert {
        "offence", "offence_clause", "crime_report_source", "crime_report_outcome", "investigation_outcome",
        "prosecution_outcome", "trial_outcome", "discontinuation_reason", "trial_instance", "appeal_result",
        "sentence_band", "person_kind", "sex", "age_band", "ethnicity_group", "country", "border_dimension",
        "exploitation", "victim_status", "return_mode", "receiving_body", "evidence_source", "support_regime",
        "beneficiary_status", "support_setting", "provider", "protection_measure", "inspection_subject",
        "outlet_kind", "plan_kind", "incident_kind", "discrepancy_cause", "time_limit", "recruitment_method",
        "returning_body", "agency", "area", "unit", "outlet",
    } <= set(lists)  # fmt: skip
    for found in lists.values():
        assert found.title.vi and found.title.en
        assert len(found.codes) > 1


def test_no_list_has_a_day_without_codes_since_the_series_began() -> None:
    for name, found in all_code_lists().items():
        for day in (SERIES_START, LAST_OLD, FIRST_NEW, D(2031, 12, 31)):
            assert found.valid_on(day), (name, day)


def test_an_offence_is_valid_by_the_date_of_the_act() -> None:
    offences = load_code_list("offence")
    assert offences.get("119-1999", D(2017, 12, 31)) is not None
    assert offences.get("119-1999", D(2018, 1, 1)) is None
    assert offences.get("150", D(2017, 12, 31)) is None
    assert codes("offence", D(2018, 1, 1)) == ["150", "151", "152", "153", "154"]
    assert offences.known("119-1999")
    assert not offences.known("155")
    assert offences.lines("119-1999")[0].extra["article"] == "119"


def test_the_class_of_a_clause_follows_from_its_maximum() -> None:
    clauses = [clause for clause in load_code_list("offence_clause") if clause.extra["max_years"]]
    assert len(clauses) == 15
    for clause in clauses:
        years = clause.extra["max_years"]
        expected = (
            "extremely_serious"
            if years == "life" or int(years) > 15
            else "very_serious"
            if int(years) > 7
            else "serious"
        )
        assert clause.extra["class"] == expected, clause.code
        assert clause.parent == clause.code.split(".")[0]
    of_class = {
        name: {c.code for c in clauses if c.extra["class"] == name} for name in ("serious", "very_serious")
    }
    assert of_class["serious"] == {"152.1", "152.2", "153.1", "154.1"}
    assert of_class["very_serious"] == {"150.1", "150.2", "151.1", "152.3", "153.2", "153.3", "154.2"}


def test_support_regimes_change_on_the_first_of_july_2025() -> None:
    assert codes("support_regime", LAST_OLD) == ["1", "2", "3", "4", "5", "6", "ALL"]
    assert codes("support_regime", FIRST_NEW) == ["a", "b", "c", "d", "dd", "e", "g", "h", "i", "k", "ALL"]
    regimes = load_code_list("support_regime")
    month_2025_07 = [code.code for code in regimes.valid_within(D(2025, 6, 15), D(2025, 7, 14))]
    assert len(month_2025_07) == 17
    assert len(regimes.valid_within(D(2025, 5, 15), D(2025, 6, 14))) == 7


def test_the_bridge_between_the_regimes_is_the_same_read_from_both_sides() -> None:
    regimes = load_code_list("support_regime")
    pairs = {(line.code, other) for line in regimes for other in line.names("bridge")}
    assert pairs == {(b, a) for a, b in pairs}
    assert ("1", "e") in pairs and ("5", "i") in pairs
    assert not regimes.lines("c")[0].names("bridge")


def test_a_status_of_the_new_law_is_not_valid_before_it() -> None:
    statuses = load_code_list("victim_status")
    assert statuses.get("DI_CUNG", LAST_OLD) is None
    assert statuses.get("DI_CUNG", FIRST_NEW) is not None
    before, after = statuses.get("DANG_XD", LAST_OLD), statuses.get("DANG_XD", FIRST_NEW)
    assert before is not None and before.label_vi == "Đang xác minh"
    assert after is not None and after.label_vi == "Người đang trong quá trình xác định là nạn nhân"
    within = statuses.valid_within(D(2025, 6, 15), D(2025, 7, 14))
    assert [code for code in within if code.code == "DANG_XD"] == [after]


def test_the_support_matrix_is_that_of_article_37() -> None:
    regimes = codes("support_regime", FIRST_NEW)[:-1]
    open_to = {
        status: "".join(regime + " " for regime in regimes if is_eligible(status, regime, FIRST_NEW)).split()
        for status in codes("beneficiary_status", FIRST_NEW)
    }
    assert open_to == {
        "NAN_NHAN": regimes,
        "NN_NGUOI_NUOC_NGOAI": ["a", "b", "c", "d", "dd", "g"],
        "DI_CUNG": ["a", "b", "c", "d", "dd", "e", "g", "h"],
        "DANG_XD_TRONG_NUOC": ["a", "b", "c", "d", "dd", "e", "g"],
        "DANG_XD_NUOC_NGOAI": ["a", "b", "c", "d"],
    }
    assert is_eligible("DI_CUNG", "i", FIRST_NEW) is False
    assert is_eligible("NAN_NHAN", "1", LAST_OLD) is None
    assert {row.mark for row in load_support_eligibility()} == {"V"}


def test_code_24_is_bac_giang_and_then_bac_ninh() -> None:
    areas = load_code_list("area")
    before, after = areas.get("24", LAST_OLD), areas.get("24", FIRST_NEW)
    assert before is not None and before.label_vi == "Tỉnh Bắc Giang"
    assert after is not None and after.label_vi == "Tỉnh Bắc Ninh"
    assert areas.get("BG_CU", FIRST_NEW) is not None
    town = areas.get("222", D(2024, 2, 1))
    assert town is not None and town.label_vi == "Thị xã Việt Yên"
    assert areas.get("221", D(2025, 1, 15)) is None
    assert areas.get("224", D(2024, 12, 31)) is None


def test_a_succession_may_hold_for_one_form_only(tmp_path: Path) -> None:
    folder = broken_folder(
        tmp_path,
        "unit_succession",
        append("ldtbxh_24,snv_24,2025-03-01,split,social_services__programme_activities,P,"),
    )
    activities = successors_of("ldtbxh_24", "social_services__programme_activities", folder)
    assert [row.to_unit for row in activities] == ["syt_24", "snv_24"]
    supports = successors_of("ldtbxh_24", "social_services__victim_supports", folder)
    assert [row.to_unit for row in supports] == ["syt_24"]
    assert [row.to_unit for row in successors_of("ldtbxh_24", folder=folder)] == ["syt_24"]


def test_time_limits_are_marked_derived_after_the_law_of_2025() -> None:
    limits = load_code_list("time_limit")
    assert {line.extra["stage"] for line in limits} == {
        "TIN_BAO", "DIEU_TRA", "DT_BO_SUNG", "TRUY_TO", "CHUAN_BI_XX", "MO_PHIEN_TOA", "BAT_DAU_XM",
        "THIET_YEU",
    }  # fmt: skip
    before, after = (
        limits.get("TRUY_TO.very_serious", LAST_OLD),
        limits.get("TRUY_TO.very_serious", FIRST_NEW),
    )
    assert before is not None and after is not None
    assert (before.mark, after.mark) == ("V", "D")
    assert (after.extra["limit_days"], after.extra["max_days"]) == ("30", "45")
    assert limits.get("THIET_YEU", LAST_OLD) is None
    for line in limits:
        assert line.extra["limit_months"].isdigit() and line.extra["limit_days"].isdigit()


def test_sentence_bands_tile_the_months_of_prison() -> None:
    bands = [band.extra for band in load_code_list("sentence_band") if band.extra["months_from"]]
    edges = [(int(band["months_from"]), int(band["months_to"])) for band in bands]
    assert edges[0][0] == 1 and edges[-1][1] == 360
    assert all(a[1] + 1 == b[0] for a, b in pairwise(edges))


def test_discrepancy_causes_are_tried_in_one_order() -> None:
    causes = load_code_list("discrepancy_cause").codes
    assert [cause.extra["order"] for cause in causes] == [str(number) for number in range(1, 25)]
    assert (causes[0].code, causes[10].code, causes[-1].code) == ("DUPLICATE", "CUT_OFF", "UNEXPLAINED")


def test_countries_include_those_of_the_known_cases_and_an_unknown() -> None:
    countries = load_code_list("country")
    for code in ("VN", "CN", "KH", "LA", "MM", "TH", "MY", "TW", "KR", "JP", "SG", "ID", "PH", "RU", "XX"):
        assert countries.known(code), code
    assert all(len(code.code) == 2 for code in countries)


def test_codes_are_sorted_and_found_without_reading_the_file_again() -> None:
    assert load_code_list("sex") is load_code_list("sex")
    assert len({*load_code_list("sex"), *load_code_list("sex")}) == 4
    assert [line.valid_from for line in load_code_list("area").lines("222")] == [SERIES_START, D(2024, 2, 1)]
    assert load_code_list("area").lines("999") == ()


def test_an_unknown_list_is_refused_by_name() -> None:
    with pytest.raises(CodeListError, match="Không có danh mục mã “gioi_tinh”"):
        load_code_list("gioi_tinh")


def append(line: str) -> Callable[[str], str]:
    return lambda text: text + line + "\n"


def replace(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("file", "edit", "complaint"),
    [
        (
            "sex",
            append("F,Nữ,Female,,,,P,"),
            "line {last}: code F is already valid on some of these days by line 2",
        ),
        ("area", replace("224,Thị xã Chũ", "213,Thị xã Chũ"), "line 19: code 213 is already valid"),
        (
            "offence_clause",
            append("155.1,Khoản,Clause,,,155,P,,"),
            "line {last}: parent “155” of 155.1 is not in",
        ),
        (
            "area",
            append("99999,Xã,Commune,,,999,P,commune,"),
            "line {last}: parent “999” of 99999 is not in list area",
        ),
        ("sex", append("Z,Khác,Other,,,,X,"), "line {last}: the mark is V, D, P or R, not “X”"),
        ("sex", append("Z,Khác,Other,01/07/2025,,,P,"), "line {last}: valid_from “01/07/2025” is not a date"),
        (
            "sex",
            append("Z,Khác,Other,2025-07-01,2025-06-30,,P,"),
            "line {last}: valid_to 2025-06-30 lies before",
        ),
        ("sex", append("Z,,Other,,,,P,"), "line {last}: label_vi is empty"),
        ("sex", append("Z Z,Khác,Other,,,,P,"), "line {last}: the code “Z Z” has a space or a semicolon"),
        ("sex", append("Z,Khác,Other"), "line {last}: 3 cells instead of 8"),
        ("sex", replace("label_vi", "ten"), "line 1: the columns must be code,label_vi"),
        (
            "unit",
            append("cah_299,A,B,,,,P,district_police,299,B1,false"),
            "line {last}: area “299” of cah_299 is not in",
        ),
    ],
)
def test_a_broken_list_names_file_line_and_fault(
    tmp_path: Path, file: str, edit: Callable[[str], str], complaint: str
) -> None:
    folder = broken_folder(tmp_path, file, edit)
    with pytest.raises(CodeListError) as caught:
        all_code_lists(folder)
    last = len((folder / f"{file}.csv").read_text(encoding="utf-8").splitlines())
    assert str(caught.value).startswith(f"{file}.csv, {complaint.format(last=last)}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (
            append("cah_999,cat_24,2025-03-01,merge,,P,"),
            "unit “cah_999” is not valid on the day before 2025-03-01",
        ),
        (append("cat_24,cah_213,2025-03-01,merge,,P,"), "unit “cah_213” is not valid on 2025-03-01"),
        (
            append("cah_213,cat_24,2025-03-01,join,,P,"),
            "the kind is one of one_to_one, split, merge, not “join”",
        ),
        (append("cah_213,cat_24,,merge,,P,"), "on_date is empty"),
    ],
)
def test_a_broken_succession_names_file_line_and_fault(
    tmp_path: Path, edit: Callable[[str], str], complaint: str
) -> None:
    folder = broken_folder(tmp_path, "unit_succession", edit)
    with pytest.raises(CodeListError) as caught:
        load_successions(folder)
    last = len((folder / "unit_succession.csv").read_text(encoding="utf-8").splitlines())
    assert str(caught.value) == f"unit_succession.csv, line {last}: {complaint}"


def test_a_support_matrix_with_a_regime_not_yet_in_force_is_refused(tmp_path: Path) -> None:
    folder = broken_folder(tmp_path, "support_eligibility", append("NAN_NHAN,a,2025-06-30,,V"))
    with pytest.raises(
        CodeListError, match=r"line \d+: “a” is not valid in list support_regime on 2025-06-30"
    ):
        load_support_eligibility(folder)


def test_a_file_that_is_missing_not_declared_or_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = broken_folder(tmp_path, "sex", append(""))
    (folder / "moi.csv").write_text("code\n", encoding="utf-8")
    with pytest.raises(CodeListError, match=r"^moi\.csv is not declared"):
        all_code_lists(folder)
    (folder / "moi.csv").unlink()
    (folder / "sex.csv").write_bytes((FOLDER / "sex.csv").read_text(encoding="utf-8").encode("utf-16"))
    with pytest.raises(CodeListError, match=r"^sex\.csv: the file must be saved as UTF-8$"):
        load_code_list("sex", folder)
    (folder / "sex.csv").unlink()
    with pytest.raises(CodeListError, match=r"^sex\.csv: the file is missing$"):
        load_code_list("sex", folder)


def test_a_list_saved_by_a_spreadsheet_program_still_loads(tmp_path: Path) -> None:
    folder = broken_folder(tmp_path, "sex", lambda text: "\ufeff" + text.replace("\n", "\r\n"))
    assert load_code_list("sex", folder).codes == load_code_list("sex").codes


def broken_folder(tmp_path: Path, file: str, edit: Callable[[str], str]) -> Path:
    """A copy of all lists in which one file was edited."""
    folder = tmp_path / "code_lists"
    shutil.copytree(FOLDER, folder)
    path = folder / f"{file}.csv"
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before
    path.write_text(after, encoding="utf-8", newline="")
    return folder
