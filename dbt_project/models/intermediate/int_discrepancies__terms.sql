-- Derived from ingestion/cross_rules or a contract: change that, not this file.
with rules as (
    select v.*
    from (
        values
        (
            'X1',
            'months_equal_longer_period',
            'unit',
            'quarter half year',
            'ENTRY_ERROR AREA_STATE SPLIT_MERGE REQUALIFICATION LATE_REPORT CORRECTION CARRY_OVER',
            null::integer,
            'right',
            'Số quý, 6 tháng, năm khớp với các tháng trong kỳ.',
            'a quarter, half or year agrees with its months',
            'C6; Nghị định 09/2019/NĐ-CP, Điều 12',
            'V'
        ),
        (
            'X2',
            'opening_equals_previous_closing',
            'unit',
            'month quarter half year',
            'ENTRY_ERROR AREA_STATE REQUALIFICATION LATE_REPORT CORRECTION',
            null::integer,
            'right',
            'Số kỳ trước chuyển sang bằng số còn lại của kỳ trước.',
            'an opening equals the closing of the period before',
            'C1, C2',
            'D'
        ),
        (
            'X3',
            'units_transfers_cancel',
            'province',
            'month',
            'ENTRY_ERROR CUT_OFF LATE_REPORT CORRECTION',
            null::integer,
            'right',
            'Chuyển đến và chuyển đi trong tỉnh bằng nhau giữa các đơn vị.',
            'transfers between units of the province cancel',
            'C1; Nghị định 09/2019/NĐ-CP, Điều 12',
            'D'
        ),
        (
            'X6',
            'sent_files_are_received',
            'province',
            'month year',
            'TRANSFER SPLIT_MERGE REQUALIFICATION CUT_OFF LATE_REPORT CORRECTION COUNTING_UNIT MISSING_LINE',
            1,
            'right',
            'Hồ sơ Công an chuyển đề nghị truy tố bằng hồ sơ Viện kiểm sát thụ lý.',
            'files sent to the procuracy are received there',
            'TTLT 05/2018/TTLT-VKSNDTC-TANDTC-BCA-BQP (đối chiếu thống kê hình sự)',
            'D'
        ),
        (
            'X7',
            'returned_files_come_back',
            'province',
            'month year',
            'REQUALIFICATION NOT_ACCEPTED CUT_OFF LATE_REPORT CORRECTION',
            1,
            'right',
            'Hồ sơ Viện kiểm sát trả điều tra bổ sung được Công an nhận lại.',
            'files that the procuracy returns come back to the police',
            'C5',
            'V'
        ),
        (
            'X8',
            'indicted_cases_are_accepted',
            'province',
            'month year',
            'TRANSFER SPLIT_MERGE REQUALIFICATION RETURNED_FILE CUT_OFF LATE_REPORT CORRECTION COUNTING_UNIT',
            1,
            'right',
            'Vụ án Viện kiểm sát truy tố bằng vụ án Toà án thụ lý sơ thẩm.',
            'indicted cases are accepted by first-instance courts',
            'TTLT 05/2018/TTLT-VKSNDTC-TANDTC-BCA-BQP (đối chiếu thống kê hình sự)',
            'D'
        ),
        (
            'X9',
            'court_returns_are_accepted',
            'province',
            'month year',
            'REQUALIFICATION NOT_ACCEPTED CUT_OFF LATE_REPORT CORRECTION',
            1,
            'right',
            'Hồ sơ Toà án trả được Viện kiểm sát nhận.',
            'files that courts return are taken in by the procuracy',
            'C5',
            'V'
        ),
        (
            'X11',
            'identified_victims_are_supported',
            'province',
            'half year',
            'TRANSFER CUT_OFF LATE_REPORT CORRECTION NOT_YET_DUE DECLINED OUT_OF_PROVINCE_SOURCE LINK_MISSING',
            3,
            'right',
            'Nạn nhân được xác định thì được hỗ trợ.',
            'identified victims are supported',
            'Kế hoạch của tỉnh, I.2¶3',
            'D'
        )
    ) as v (
        rule,
        rule_id,
        scope,
        kinds,
        causes,
        cut_off_months,
        owner_side,
        sentence_vi,
        sentence_en,
        legal_basis,
        mark
    )
),

terms as (
    select v.*
    from (
        values
        (
            'X1', 'courts__trials.cases_opening', 'equal', 'left', 'first_month',
            'courts__trials', 'tand', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_opening', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_accepted', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_accepted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_accepted', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_accepted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_other_in', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_other_in', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_other_out', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_other_out', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_tried', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_tried',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_tried', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_tried',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_discontinued', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_discontinued', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_suspended', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_suspended', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_returned', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_returned',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_returned', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_returned',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_closing', 'equal', 'left', 'last_month',
            'courts__trials', 'tand', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_closing', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_closing_overdue', 'equal', 'left', 'last_month',
            'courts__trials', 'tand', 'cases_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.cases_closing_overdue', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'cases_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.mobile_trials', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'mobile_trials',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.mobile_trials', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'mobile_trials',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.closed_trials', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'closed_trials',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.closed_trials', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'closed_trials',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.trials_with_child_victims', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'trials_with_child_victims',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.trials_with_child_victims', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'trials_with_child_victims',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.trials_protecting_child_victims', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'trials_protecting_child_victims',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.trials_protecting_child_victims', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'trials_protecting_child_victims',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.appeals_upheld', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'appeals_upheld',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.appeals_upheld', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'appeals_upheld',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.appeals_amended', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'appeals_amended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.appeals_amended', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'appeals_amended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.appeals_quashed', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'appeals_quashed',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.appeals_quashed', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'appeals_quashed',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_opening', 'equal', 'left', 'first_month',
            'courts__trials', 'tand', 'defendants_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_opening', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_accepted', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'defendants_accepted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_accepted', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_accepted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_other_in', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'defendants_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_other_in', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_other_out', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'defendants_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_other_out', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_tried', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'defendants_tried',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_tried', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_tried',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_discontinued', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'defendants_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_discontinued', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_suspended', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'defendants_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_suspended', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_returned', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'defendants_returned',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_returned', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_returned',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_closing', 'equal', 'left', 'last_month',
            'courts__trials', 'tand', 'defendants_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.defendants_closing', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'defendants_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_acquitted', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_acquitted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_acquitted', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_acquitted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_exempt', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_exempt',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_exempt', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_exempt',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_non_custodial', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_non_custodial',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_non_custodial', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_non_custodial',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_suspended', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_suspended', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_to_3', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_to_3',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_to_3', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_to_3',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_3_to_7', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_3_to_7',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_3_to_7', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_3_to_7',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_7_to_15', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_7_to_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_7_to_15', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_7_to_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_over_15', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_over_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_over_15', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_over_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_life', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'sentenced_life',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.sentenced_life', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'sentenced_life',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_female', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'tried_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_female', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'tried_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_14_15', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'tried_14_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_14_15', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'tried_14_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_16_17', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'tried_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_16_17', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'tried_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_18_over', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'tried_18_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_18_over', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'tried_18_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_entities', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'tried_entities',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'courts__trials.tried_entities', 'equal', 'right', 'same',
            'courts__trials', 'tand', 'tried_entities',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_opening', 'equal', 'left', 'first_month',
            'police__crime_reports', 'nd09', 'reports_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_opening', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_received', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_received', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_classified', 'not_below_sum', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_classified',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_classified', 'not_below_sum', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_classified',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_resumed', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_resumed',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_resumed', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_resumed',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_transferred_in', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_transferred_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_transferred_in', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_transferred_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.transferred_in_within_province', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.transferred_in_within_province', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_transferred_out', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_transferred_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_transferred_out', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_transferred_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.transferred_out_within_province', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.transferred_out_within_province', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_initiated', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_initiated', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_not_initiated', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_not_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_not_initiated', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_not_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_handled_otherwise', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_handled_otherwise',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_handled_otherwise', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_handled_otherwise',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_suspended', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'reports_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_suspended', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_closing', 'equal', 'left', 'last_month',
            'police__crime_reports', 'nd09', 'reports_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_closing', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_closing_overdue', 'equal', 'left', 'last_month',
            'police__crime_reports', 'nd09', 'reports_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.reports_closing_overdue', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'reports_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.suspended_opening', 'equal', 'left', 'first_month',
            'police__crime_reports', 'nd09', 'suspended_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.suspended_opening', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'suspended_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.suspended_closing', 'equal', 'left', 'last_month',
            'police__crime_reports', 'nd09', 'suspended_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__crime_reports.suspended_closing', 'equal', 'right', 'same',
            'police__crime_reports', 'nd09', 'suspended_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.incidents_detected', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'incidents_detected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.incidents_detected', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'incidents_detected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.subjects_detected', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'subjects_detected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.subjects_detected', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'subjects_detected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.victims_in_incidents', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'victims_in_incidents',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.victims_in_incidents', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'victims_in_incidents',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_opening', 'equal', 'left', 'first_month',
            'police__investigations', 'nd09', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_opening', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_initiated', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_initiated', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_cross_border', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_cross_border',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_cross_border', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_cross_border',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_resumed', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_resumed',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_resumed', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_resumed',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_returned_in', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_returned_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_returned_in', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_returned_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_transferred_in', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_transferred_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_transferred_in', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_transferred_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.transferred_in_within_province', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.transferred_in_within_province', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_split_in', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_split_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_split_in', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_split_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_requalified_in', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_requalified_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_requalified_in', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_requalified_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_transferred_out', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_transferred_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_transferred_out', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_transferred_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.transferred_out_within_province', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.transferred_out_within_province', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_merged_out', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_merged_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_merged_out', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_merged_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_requalified_out', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_requalified_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_requalified_out', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_requalified_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_sent_to_procuracy', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_sent_to_procuracy',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_sent_to_procuracy', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_sent_to_procuracy',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_discontinued', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_discontinued', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_suspended', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_suspended', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_closing', 'equal', 'left', 'last_month',
            'police__investigations', 'nd09', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_closing', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_closing_overdue', 'equal', 'left', 'last_month',
            'police__investigations', 'nd09', 'cases_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_closing_overdue', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'cases_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.suspended_opening', 'equal', 'left', 'first_month',
            'police__investigations', 'nd09', 'suspended_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.suspended_opening', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'suspended_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.suspended_closing', 'equal', 'left', 'last_month',
            'police__investigations', 'nd09', 'suspended_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.suspended_closing', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'suspended_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_cleared', 'not_below_sum', 'left', 'months',
            'police__investigations', 'nd09', 'cases_cleared',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.cases_cleared', 'not_below_sum', 'right', 'same',
            'police__investigations', 'nd09', 'cases_cleared',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_opening', 'equal', 'left', 'first_month',
            'police__investigations', 'nd09', 'accused_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_opening', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_initiated', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_initiated', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_initiated',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_initiated_female', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_initiated_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_initiated_female', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_initiated_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_initiated_under_18', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_initiated_under_18',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_initiated_under_18', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_initiated_under_18',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_other_in', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_other_in', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_other_out', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_other_out', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_sent_to_procuracy', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_sent_to_procuracy',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_sent_to_procuracy', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_sent_to_procuracy',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_discontinued', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_discontinued', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_discontinued_not_guilty', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_discontinued_not_guilty',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_discontinued_not_guilty', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_discontinued_not_guilty',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_suspended', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_suspended', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_closing', 'equal', 'left', 'last_month',
            'police__investigations', 'nd09', 'accused_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.accused_closing', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'accused_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_opening', 'equal', 'left', 'first_month',
            'police__investigations', 'nd09', 'wanted_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_opening', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'wanted_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_issued', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'wanted_issued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_issued', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'wanted_issued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_arrested', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'wanted_arrested',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_arrested', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'wanted_arrested',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_closing', 'equal', 'left', 'last_month',
            'police__investigations', 'nd09', 'wanted_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__investigations.wanted_closing', 'equal', 'right', 'same',
            'police__investigations', 'nd09', 'wanted_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verifying_opening', 'equal', 'left', 'first_month',
            'police__victims_identified', 'nd09', 'verifying_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verifying_opening', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'verifying_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_received', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_received', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'victims_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_self_return', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'received_self_return',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_self_return', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'received_self_return',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_rescued', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'received_rescued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_rescued', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'received_rescued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_handed_over', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'received_handed_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_handed_over', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'received_handed_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_in_country', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'received_in_country',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_in_country', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'received_in_country',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_from_other_bodies', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'received_from_other_bodies',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.received_from_other_bodies', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'received_from_other_bodies',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_in', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'transferred_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_in', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'transferred_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_in_within_province', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_in_within_province', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_out', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'transferred_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_out', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'transferred_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_out_within_province', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.transferred_out_within_province', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verification_begun_in_3_days', 'not_below_sum', 'left', 'months',
            'police__victims_identified', 'nd09', 'verification_begun_in_3_days',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verification_begun_in_3_days', 'not_below_sum', 'right', 'same',
            'police__victims_identified', 'nd09', 'verification_begun_in_3_days',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_identified', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_identified',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_identified', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'victims_identified',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.not_victims', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'not_victims',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.not_victims', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'not_victims',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verification_stopped', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'verification_stopped',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verification_stopped', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'verification_stopped',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verifying_closing', 'equal', 'left', 'last_month',
            'police__victims_identified', 'nd09', 'verifying_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.verifying_closing', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'verifying_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.accompanying_minors_received', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'accompanying_minors_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.accompanying_minors_received', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'accompanying_minors_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_rescued', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_rescued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_rescued', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'victims_rescued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_needing_protection', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_needing_protection',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_needing_protection', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'victims_needing_protection',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_protected', 'not_below_sum', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_protected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_protected', 'not_below_sum', 'right', 'same',
            'police__victims_identified', 'nd09', 'victims_protected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.relatives_protected', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'relatives_protected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.relatives_protected', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'relatives_protected',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_given_first_essentials', 'between_max_and_sum', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_given_first_essentials',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_given_first_essentials', 'between_max_and_sum', 'right', 'same',
            'police__victims_identified', 'nd09', 'victims_given_first_essentials',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_referred', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_referred',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.victims_referred', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'victims_referred',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_female', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_female', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_male', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_male',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_male', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_male',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_sex_other', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_sex_other',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_sex_other', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_sex_other',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_under_16', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_under_16',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_under_16', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_under_16',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_16_17', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_16_17', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_18_over', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_18_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_18_over', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_18_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_age_unknown', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_age_unknown',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_age_unknown', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_age_unknown',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_kinh', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_kinh',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_kinh', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_kinh',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_other_ethnic', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_other_ethnic',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_other_ethnic', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_other_ethnic',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_ethnic_unknown', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_ethnic_unknown',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_ethnic_unknown', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_ethnic_unknown',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_sexual', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_sexual',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_sexual', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_sexual',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_labour', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_labour',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_labour', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_labour',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_marriage', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_marriage',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_marriage', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_marriage',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_organ', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_organ',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_organ', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_organ',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_adoption_birth', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_adoption_birth',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_adoption_birth', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_adoption_birth',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_other_purpose', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_other_purpose',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_other_purpose', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_other_purpose',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_in_vietnam', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_in_vietnam',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_in_vietnam', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_in_vietnam',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_china', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_china',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_china', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_china',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_cambodia', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_cambodia',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_cambodia', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_cambodia',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_other_country', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_other_country',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_other_country', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_other_country',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_foreigners', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'identified_foreigners',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'police__victims_identified.identified_foreigners', 'equal', 'right', 'same',
            'police__victims_identified', 'nd09', 'identified_foreigners',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_opening', 'equal', 'left', 'first_month',
            'procuracy__prosecutions', 'vks', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_opening', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_received', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_received', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_returned_in', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_returned_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_returned_in', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_returned_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_back_from_investigation', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_back_from_investigation',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_back_from_investigation', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_back_from_investigation',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_other_in', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_other_in', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_other_out', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_other_out', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_indicted', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_indicted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_indicted', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_indicted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_discontinued', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_discontinued', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_suspended', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_suspended', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_returned_to_police', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_returned_to_police',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_returned_to_police', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_returned_to_police',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_passed_back_after_court', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_passed_back_after_court',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_passed_back_after_court', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_passed_back_after_court',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_closing', 'equal', 'left', 'last_month',
            'procuracy__prosecutions', 'vks', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_closing', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_closing_overdue', 'equal', 'left', 'last_month',
            'procuracy__prosecutions', 'vks', 'cases_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.cases_closing_overdue', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'cases_closing_overdue',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_opening', 'equal', 'left', 'first_month',
            'procuracy__prosecutions', 'vks', 'accused_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_opening', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_received', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_received', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_received',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_other_in', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_other_in', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_other_in',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_other_out', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_other_out', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_other_out',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_indicted', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_indicted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_indicted', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_indicted',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_discontinued', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_discontinued', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_discontinued',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_discontinued_not_guilty', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_discontinued_not_guilty',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_discontinued_not_guilty', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_discontinued_not_guilty',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_suspended', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_suspended', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_suspended',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_returned', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_returned',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_returned', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_returned',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_closing', 'equal', 'left', 'last_month',
            'procuracy__prosecutions', 'vks', 'accused_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.accused_closing', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'accused_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_female', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'indicted_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_female', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'indicted_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_14_15', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'indicted_14_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_14_15', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'indicted_14_15',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_16_17', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'indicted_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_16_17', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'indicted_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_18_over', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'indicted_18_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_18_over', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'indicted_18_over',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_entities', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'indicted_entities',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'procuracy__prosecutions.indicted_entities', 'equal', 'right', 'same',
            'procuracy__prosecutions', 'vks', 'indicted_entities',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_supported', 'between_max_and_sum', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_supported',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_supported', 'between_max_and_sum', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_supported',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_first_supported', 'equal', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_first_supported',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_first_supported', 'equal', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_first_supported',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.support_acts', 'equal', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'support_acts',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.support_acts', 'equal', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'support_acts',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_female', 'between_max_and_sum', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_female', 'between_max_and_sum', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_female',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_under_16', 'between_max_and_sum', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_under_16',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_under_16', 'between_max_and_sum', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_under_16',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_16_17', 'between_max_and_sum', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_16_17', 'between_max_and_sum', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_16_17',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_in_facility', 'between_max_and_sum', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_in_facility',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_in_facility', 'between_max_and_sum', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_in_facility',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_in_community', 'between_max_and_sum', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_in_community',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_in_community', 'between_max_and_sum', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_in_community',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_abroad', 'between_max_and_sum', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'persons_abroad',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.persons_abroad', 'between_max_and_sum', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'persons_abroad',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.support_cost', 'equal', 'left', 'months',
            'social_services__victim_supports', 'nd09', 'support_cost',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X1', 'social_services__victim_supports.support_cost', 'equal', 'right', 'same',
            'social_services__victim_supports', 'nd09', 'support_cost',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'courts__trials.cases_opening', 'equal', 'left', 'same',
            'courts__trials', 'tand', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'courts__trials.cases_opening', 'equal', 'right', 'previous',
            'courts__trials', 'tand', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'courts__trials.defendants_opening', 'equal', 'left', 'same',
            'courts__trials', 'tand', 'defendants_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'courts__trials.defendants_opening', 'equal', 'right', 'previous',
            'courts__trials', 'tand', 'defendants_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__crime_reports.reports_opening', 'equal', 'left', 'same',
            'police__crime_reports', 'nd09', 'reports_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__crime_reports.reports_opening', 'equal', 'right', 'previous',
            'police__crime_reports', 'nd09', 'reports_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__crime_reports.suspended_opening', 'equal', 'left', 'same',
            'police__crime_reports', 'nd09', 'suspended_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__crime_reports.suspended_opening', 'equal', 'right', 'previous',
            'police__crime_reports', 'nd09', 'suspended_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.cases_opening', 'equal', 'left', 'same',
            'police__investigations', 'nd09', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.cases_opening', 'equal', 'right', 'previous',
            'police__investigations', 'nd09', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.suspended_opening', 'equal', 'left', 'same',
            'police__investigations', 'nd09', 'suspended_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.suspended_opening', 'equal', 'right', 'previous',
            'police__investigations', 'nd09', 'suspended_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.accused_opening', 'equal', 'left', 'same',
            'police__investigations', 'nd09', 'accused_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.accused_opening', 'equal', 'right', 'previous',
            'police__investigations', 'nd09', 'accused_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.wanted_opening', 'equal', 'left', 'same',
            'police__investigations', 'nd09', 'wanted_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__investigations.wanted_opening', 'equal', 'right', 'previous',
            'police__investigations', 'nd09', 'wanted_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__victims_identified.verifying_opening', 'equal', 'left', 'same',
            'police__victims_identified', 'nd09', 'verifying_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'police__victims_identified.verifying_opening', 'equal', 'right', 'previous',
            'police__victims_identified', 'nd09', 'verifying_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'procuracy__prosecutions.cases_opening', 'equal', 'left', 'same',
            'procuracy__prosecutions', 'vks', 'cases_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'procuracy__prosecutions.cases_opening', 'equal', 'right', 'previous',
            'procuracy__prosecutions', 'vks', 'cases_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'procuracy__prosecutions.accused_opening', 'equal', 'left', 'same',
            'procuracy__prosecutions', 'vks', 'accused_opening',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X2', 'procuracy__prosecutions.accused_opening', 'equal', 'right', 'previous',
            'procuracy__prosecutions', 'vks', 'accused_closing',
            '{}'::jsonb, 1, '*'
        ),
        (
            'X3', 'victims', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'victims', 'equal', 'right', 'months',
            'police__victims_identified', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'victims', 'equal', 'right', 'ended',
            'police__victims_identified', 'nd09', 'verifying_closing',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'reports', 'equal', 'left', 'months',
            'police__crime_reports', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'reports', 'equal', 'right', 'months',
            'police__crime_reports', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'reports', 'equal', 'right', 'ended',
            'police__crime_reports', 'nd09', 'reports_closing',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'cases', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'transferred_in_within_province',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'cases', 'equal', 'right', 'months',
            'police__investigations', 'nd09', 'transferred_out_within_province',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X3', 'cases', 'equal', 'right', 'ended',
            'police__investigations', 'nd09', 'cases_closing',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X6', 'cases', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'cases_sent_to_procuracy',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X6', 'cases', 'equal', 'right', 'months',
            'procuracy__prosecutions', 'vks', 'cases_received',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X6', 'cases', 'equal', 'right', 'months',
            'procuracy__prosecutions', 'vks', 'cases_back_from_investigation',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X6', 'accused', 'equal', 'left', 'months',
            'police__investigations', 'nd09', 'accused_sent_to_procuracy',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X6', 'accused', 'equal', 'right', 'months',
            'procuracy__prosecutions', 'vks', 'accused_received',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X7', 'cases', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_returned_to_police',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X7', 'cases', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_passed_back_after_court',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X7', 'cases', 'equal', 'right', 'months',
            'police__investigations', 'nd09', 'cases_returned_in',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X8', 'cases', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'cases_indicted',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X8', 'cases', 'equal', 'right', 'months',
            'courts__trials', 'tand', 'cases_accepted',
            '{"instance": "ST"}'::jsonb, 1, 'offence'
        ),
        (
            'X8', 'accused', 'equal', 'left', 'months',
            'procuracy__prosecutions', 'vks', 'accused_indicted',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X8', 'accused', 'equal', 'right', 'months',
            'courts__trials', 'tand', 'defendants_accepted',
            '{"instance": "ST"}'::jsonb, 1, 'offence'
        ),
        (
            'X9', 'cases', 'equal', 'left', 'months',
            'courts__trials', 'tand', 'cases_returned',
            '{"instance": "ST"}'::jsonb, 1, 'offence'
        ),
        (
            'X9', 'cases', 'equal', 'right', 'months',
            'procuracy__prosecutions', 'vks', 'cases_returned_in',
            '{}'::jsonb, 1, 'offence'
        ),
        (
            'X11', 'persons', 'equal', 'left', 'months',
            'police__victims_identified', 'nd09', 'victims_identified',
            '{}'::jsonb, 1, null::text
        ),
        (
            'X11', 'persons', 'equal', 'right', 'months',
            'social_services__victim_supports', 'nd09', 'persons_first_supported',
            '{"regime": "ALL"}'::jsonb, 1, null::text
        )
    ) as v (
        rule,
        measure,
        comparison,
        side,
        relation,
        form,
        calendar,
        field,
        rows,
        sign,
        row_by
    )
)

select
    r.rule,
    r.rule_id,
    r.scope,
    string_to_array(r.kinds, ' ') as kinds,
    string_to_array(r.causes, ' ') as causes,
    r.cut_off_months,
    r.owner_side,
    r.sentence_vi,
    r.sentence_en,
    r.legal_basis,
    r.mark,
    t.measure,
    t.comparison,
    t.side,
    t.relation,
    t.form,
    t.calendar,
    t.field,
    t.rows,
    t.sign,
    t.row_by
from rules as r
inner join terms as t on r.rule = t.rule
