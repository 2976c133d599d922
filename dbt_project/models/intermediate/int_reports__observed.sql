-- Derived from contracts: change the contract, not this file.
--   all_bodies__incidents.v1
--   all_bodies__plans.v1
--   courts__trials.v1
--   police__crime_reports.v1
--   police__investigations.v1
--   police__registered_victims.v1
--   police__victims_identified.v1
--   procuracy__prosecutions.v1
--   social_services__registered_supports.v1
--   social_services__victim_supports.v1
--   unodc__trafficking_counts.v1
select
    'all_bodies__incidents'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'incident_number=' || coalesce(r.incident_number::text, '')
    )::text as row_key,
    jsonb_build_object(
        'incident_number', r.incident_number
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_all_bodies__incidents') }} as r
cross join
    lateral (
        values
        ('subjects', 'S', r.subjects::numeric, 'missing'),
        ('victims', 'S', r.victims::numeric, 'missing'),
        ('victims_under_16', 'S', r.victims_under_16::numeric, 'missing'),
        ('victims_16_17', 'S', r.victims_16_17::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'all_bodies__plans'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'plan_number=' || coalesce(r.plan_number::text, '')
    )::text as row_key,
    jsonb_build_object(
        'plan_number', r.plan_number
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_all_bodies__plans') }} as r
cross join
    lateral (
        values
        ('tasks_listed', 'S', r.tasks_listed::numeric, 'missing'),
        ('budget_planned', 'S', r.budget_planned::numeric, 'absent')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'courts__trials'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'instance=' || coalesce(r.instance::text, ''),
        'offence=' || coalesce(r.offence::text, '')
    )::text as row_key,
    jsonb_build_object(
        'instance', r.instance,
        'offence', r.offence
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_courts__trials') }} as r
cross join
    lateral (
        values
        ('cases_opening', 'O', r.cases_opening::numeric, 'missing'),
        ('cases_accepted', 'S', r.cases_accepted::numeric, 'missing'),
        ('cases_other_in', 'S', r.cases_other_in::numeric, 'missing'),
        ('cases_other_out', 'S', r.cases_other_out::numeric, 'missing'),
        ('cases_to_try', 'D', r.cases_to_try::numeric, 'missing'),
        ('cases_tried', 'S', r.cases_tried::numeric, 'missing'),
        ('cases_discontinued', 'S', r.cases_discontinued::numeric, 'missing'),
        ('cases_suspended', 'S', r.cases_suspended::numeric, 'missing'),
        ('cases_returned', 'S', r.cases_returned::numeric, 'missing'),
        ('cases_closing', 'C', r.cases_closing::numeric, 'missing'),
        ('cases_closing_overdue', 'C', r.cases_closing_overdue::numeric, 'missing'),
        ('mobile_trials', 'S', r.mobile_trials::numeric, 'missing'),
        ('closed_trials', 'S', r.closed_trials::numeric, 'missing'),
        ('trials_with_child_victims', 'S', r.trials_with_child_victims::numeric, 'missing'),
        ('trials_protecting_child_victims', 'S', r.trials_protecting_child_victims::numeric, 'missing'),
        ('appeals_upheld', 'S', r.appeals_upheld::numeric, 'absent'),
        ('appeals_amended', 'S', r.appeals_amended::numeric, 'absent'),
        ('appeals_quashed', 'S', r.appeals_quashed::numeric, 'absent'),
        ('defendants_opening', 'O', r.defendants_opening::numeric, 'missing'),
        ('defendants_accepted', 'S', r.defendants_accepted::numeric, 'missing'),
        ('defendants_other_in', 'S', r.defendants_other_in::numeric, 'missing'),
        ('defendants_other_out', 'S', r.defendants_other_out::numeric, 'missing'),
        ('defendants_to_try', 'D', r.defendants_to_try::numeric, 'missing'),
        ('defendants_tried', 'S', r.defendants_tried::numeric, 'missing'),
        ('defendants_discontinued', 'S', r.defendants_discontinued::numeric, 'missing'),
        ('defendants_suspended', 'S', r.defendants_suspended::numeric, 'missing'),
        ('defendants_returned', 'S', r.defendants_returned::numeric, 'missing'),
        ('defendants_closing', 'C', r.defendants_closing::numeric, 'missing'),
        ('sentenced_acquitted', 'S', r.sentenced_acquitted::numeric, 'missing'),
        ('sentenced_exempt', 'S', r.sentenced_exempt::numeric, 'missing'),
        ('sentenced_non_custodial', 'S', r.sentenced_non_custodial::numeric, 'missing'),
        ('sentenced_suspended', 'S', r.sentenced_suspended::numeric, 'missing'),
        ('sentenced_to_3', 'S', r.sentenced_to_3::numeric, 'missing'),
        ('sentenced_3_to_7', 'S', r.sentenced_3_to_7::numeric, 'missing'),
        ('sentenced_7_to_15', 'S', r.sentenced_7_to_15::numeric, 'missing'),
        ('sentenced_over_15', 'S', r.sentenced_over_15::numeric, 'missing'),
        ('sentenced_life', 'S', r.sentenced_life::numeric, 'missing'),
        ('tried_female', 'S', r.tried_female::numeric, 'missing'),
        ('tried_14_15', 'S', r.tried_14_15::numeric, 'missing'),
        ('tried_16_17', 'S', r.tried_16_17::numeric, 'missing'),
        ('tried_18_over', 'S', r.tried_18_over::numeric, 'missing'),
        ('tried_entities', 'S', r.tried_entities::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'police__crime_reports'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'source_kind=' || coalesce(r.source_kind::text, '')
    )::text as row_key,
    jsonb_build_object(
        'source_kind', r.source_kind
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_police__crime_reports') }} as r
cross join
    lateral (
        values
        ('reports_opening', 'O', r.reports_opening::numeric, 'missing'),
        ('reports_received', 'S', r.reports_received::numeric, 'missing'),
        ('reports_classified', 'K', r.reports_classified::numeric, 'missing'),
        ('reports_resumed', 'S', r.reports_resumed::numeric, 'missing'),
        ('reports_transferred_in', 'S', r.reports_transferred_in::numeric, 'missing'),
        ('transferred_in_within_province', 'S', r.transferred_in_within_province::numeric, 'missing'),
        ('reports_transferred_out', 'S', r.reports_transferred_out::numeric, 'missing'),
        ('transferred_out_within_province', 'S', r.transferred_out_within_province::numeric, 'missing'),
        ('reports_to_resolve', 'D', r.reports_to_resolve::numeric, 'missing'),
        ('reports_initiated', 'S', r.reports_initiated::numeric, 'missing'),
        ('reports_not_initiated', 'S', r.reports_not_initiated::numeric, 'missing'),
        ('reports_handled_otherwise', 'S', r.reports_handled_otherwise::numeric, 'missing'),
        ('reports_resolved', 'D', r.reports_resolved::numeric, 'missing'),
        ('reports_suspended', 'S', r.reports_suspended::numeric, 'missing'),
        ('reports_closing', 'C', r.reports_closing::numeric, 'missing'),
        ('reports_closing_overdue', 'C', r.reports_closing_overdue::numeric, 'missing'),
        ('suspended_opening', 'O', r.suspended_opening::numeric, 'missing'),
        ('suspended_closing', 'C', r.suspended_closing::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'police__investigations'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'offence=' || coalesce(r.offence::text, '')
    )::text as row_key,
    jsonb_build_object(
        'offence', r.offence
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_police__investigations') }} as r
cross join
    lateral (
        values
        ('incidents_detected', 'S', r.incidents_detected::numeric, 'missing'),
        ('subjects_detected', 'S', r.subjects_detected::numeric, 'missing'),
        ('victims_in_incidents', 'S', r.victims_in_incidents::numeric, 'missing'),
        ('cases_opening', 'O', r.cases_opening::numeric, 'missing'),
        ('cases_initiated', 'S', r.cases_initiated::numeric, 'missing'),
        ('cases_cross_border', 'S', r.cases_cross_border::numeric, 'missing'),
        ('cases_resumed', 'S', r.cases_resumed::numeric, 'missing'),
        ('cases_returned_in', 'S', r.cases_returned_in::numeric, 'missing'),
        ('cases_transferred_in', 'S', r.cases_transferred_in::numeric, 'missing'),
        ('transferred_in_within_province', 'S', r.transferred_in_within_province::numeric, 'missing'),
        ('cases_split_in', 'S', r.cases_split_in::numeric, 'missing'),
        ('cases_requalified_in', 'S', r.cases_requalified_in::numeric, 'missing'),
        ('cases_transferred_out', 'S', r.cases_transferred_out::numeric, 'missing'),
        ('transferred_out_within_province', 'S', r.transferred_out_within_province::numeric, 'missing'),
        ('cases_merged_out', 'S', r.cases_merged_out::numeric, 'missing'),
        ('cases_requalified_out', 'S', r.cases_requalified_out::numeric, 'missing'),
        ('cases_to_investigate', 'D', r.cases_to_investigate::numeric, 'missing'),
        ('cases_sent_to_procuracy', 'S', r.cases_sent_to_procuracy::numeric, 'missing'),
        ('cases_discontinued', 'S', r.cases_discontinued::numeric, 'missing'),
        ('cases_suspended', 'S', r.cases_suspended::numeric, 'missing'),
        ('cases_closing', 'C', r.cases_closing::numeric, 'missing'),
        ('cases_closing_overdue', 'C', r.cases_closing_overdue::numeric, 'missing'),
        ('suspended_opening', 'O', r.suspended_opening::numeric, 'missing'),
        ('suspended_closing', 'C', r.suspended_closing::numeric, 'missing'),
        ('cases_cleared', 'K', r.cases_cleared::numeric, 'missing'),
        ('accused_opening', 'O', r.accused_opening::numeric, 'missing'),
        ('accused_initiated', 'S', r.accused_initiated::numeric, 'missing'),
        ('accused_initiated_female', 'S', r.accused_initiated_female::numeric, 'missing'),
        ('accused_initiated_under_18', 'S', r.accused_initiated_under_18::numeric, 'missing'),
        ('accused_other_in', 'S', r.accused_other_in::numeric, 'missing'),
        ('accused_other_out', 'S', r.accused_other_out::numeric, 'missing'),
        ('accused_to_investigate', 'D', r.accused_to_investigate::numeric, 'missing'),
        ('accused_sent_to_procuracy', 'S', r.accused_sent_to_procuracy::numeric, 'missing'),
        ('accused_discontinued', 'S', r.accused_discontinued::numeric, 'missing'),
        ('accused_discontinued_not_guilty', 'S', r.accused_discontinued_not_guilty::numeric, 'missing'),
        ('accused_suspended', 'S', r.accused_suspended::numeric, 'missing'),
        ('accused_closing', 'C', r.accused_closing::numeric, 'missing'),
        ('wanted_opening', 'O', r.wanted_opening::numeric, 'missing'),
        ('wanted_issued', 'S', r.wanted_issued::numeric, 'missing'),
        ('wanted_arrested', 'S', r.wanted_arrested::numeric, 'missing'),
        ('wanted_closing', 'C', r.wanted_closing::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'police__registered_victims'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'victim_number=' || coalesce(r.victim_number::text, '')
    )::text as row_key,
    jsonb_build_object(
        'victim_number', r.victim_number
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_police__registered_victims') }} as r
cross join
    lateral (
        values
        ('relatives_protected', 'S', r.relatives_protected::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'police__victims_identified'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    ''::text as row_key,
    jsonb_build_object() as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_police__victims_identified') }} as r
cross join
    lateral (
        values
        ('verifying_opening', 'O', r.verifying_opening::numeric, 'missing'),
        ('victims_received', 'S', r.victims_received::numeric, 'missing'),
        ('received_self_return', 'S', r.received_self_return::numeric, 'missing'),
        ('received_rescued', 'S', r.received_rescued::numeric, 'missing'),
        ('received_handed_over', 'S', r.received_handed_over::numeric, 'missing'),
        ('received_in_country', 'S', r.received_in_country::numeric, 'missing'),
        ('received_from_other_bodies', 'S', r.received_from_other_bodies::numeric, 'missing'),
        ('transferred_in', 'S', r.transferred_in::numeric, 'missing'),
        ('transferred_in_within_province', 'S', r.transferred_in_within_province::numeric, 'missing'),
        ('transferred_out', 'S', r.transferred_out::numeric, 'missing'),
        ('transferred_out_within_province', 'S', r.transferred_out_within_province::numeric, 'missing'),
        ('victims_to_verify', 'D', r.victims_to_verify::numeric, 'missing'),
        ('verification_begun_in_3_days', 'K', r.verification_begun_in_3_days::numeric, 'absent'),
        ('victims_identified', 'S', r.victims_identified::numeric, 'missing'),
        ('not_victims', 'S', r.not_victims::numeric, 'missing'),
        ('verification_stopped', 'S', r.verification_stopped::numeric, 'missing'),
        ('verifying_closing', 'C', r.verifying_closing::numeric, 'missing'),
        ('accompanying_minors_received', 'S', r.accompanying_minors_received::numeric, 'absent'),
        ('victims_rescued', 'S', r.victims_rescued::numeric, 'missing'),
        ('victims_needing_protection', 'S', r.victims_needing_protection::numeric, 'missing'),
        ('victims_protected', 'K', r.victims_protected::numeric, 'missing'),
        ('relatives_protected', 'S', r.relatives_protected::numeric, 'missing'),
        ('victims_given_first_essentials', 'U', r.victims_given_first_essentials::numeric, 'missing'),
        ('victims_referred', 'S', r.victims_referred::numeric, 'missing'),
        ('identified_female', 'S', r.identified_female::numeric, 'missing'),
        ('identified_male', 'S', r.identified_male::numeric, 'missing'),
        ('identified_sex_other', 'S', r.identified_sex_other::numeric, 'missing'),
        ('identified_under_16', 'S', r.identified_under_16::numeric, 'missing'),
        ('identified_16_17', 'S', r.identified_16_17::numeric, 'missing'),
        ('identified_18_over', 'S', r.identified_18_over::numeric, 'missing'),
        ('identified_age_unknown', 'S', r.identified_age_unknown::numeric, 'missing'),
        ('identified_kinh', 'S', r.identified_kinh::numeric, 'missing'),
        ('identified_other_ethnic', 'S', r.identified_other_ethnic::numeric, 'missing'),
        ('identified_ethnic_unknown', 'S', r.identified_ethnic_unknown::numeric, 'missing'),
        ('identified_sexual', 'S', r.identified_sexual::numeric, 'missing'),
        ('identified_labour', 'S', r.identified_labour::numeric, 'missing'),
        ('identified_marriage', 'S', r.identified_marriage::numeric, 'missing'),
        ('identified_organ', 'S', r.identified_organ::numeric, 'missing'),
        ('identified_adoption_birth', 'S', r.identified_adoption_birth::numeric, 'missing'),
        ('identified_other_purpose', 'S', r.identified_other_purpose::numeric, 'missing'),
        ('identified_in_vietnam', 'S', r.identified_in_vietnam::numeric, 'missing'),
        ('identified_china', 'S', r.identified_china::numeric, 'missing'),
        ('identified_cambodia', 'S', r.identified_cambodia::numeric, 'missing'),
        ('identified_other_country', 'S', r.identified_other_country::numeric, 'missing'),
        ('identified_foreigners', 'S', r.identified_foreigners::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'procuracy__prosecutions'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'offence=' || coalesce(r.offence::text, '')
    )::text as row_key,
    jsonb_build_object(
        'offence', r.offence
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_procuracy__prosecutions') }} as r
cross join
    lateral (
        values
        ('cases_opening', 'O', r.cases_opening::numeric, 'missing'),
        ('cases_received', 'S', r.cases_received::numeric, 'missing'),
        ('cases_returned_in', 'S', r.cases_returned_in::numeric, 'missing'),
        ('cases_back_from_investigation', 'S', r.cases_back_from_investigation::numeric, 'missing'),
        ('cases_other_in', 'S', r.cases_other_in::numeric, 'missing'),
        ('cases_other_out', 'S', r.cases_other_out::numeric, 'missing'),
        ('cases_to_decide', 'D', r.cases_to_decide::numeric, 'missing'),
        ('cases_indicted', 'S', r.cases_indicted::numeric, 'missing'),
        ('cases_discontinued', 'S', r.cases_discontinued::numeric, 'missing'),
        ('cases_suspended', 'S', r.cases_suspended::numeric, 'missing'),
        ('cases_returned_to_police', 'S', r.cases_returned_to_police::numeric, 'missing'),
        ('cases_passed_back_after_court', 'S', r.cases_passed_back_after_court::numeric, 'missing'),
        ('cases_closing', 'C', r.cases_closing::numeric, 'missing'),
        ('cases_closing_overdue', 'C', r.cases_closing_overdue::numeric, 'missing'),
        ('accused_opening', 'O', r.accused_opening::numeric, 'missing'),
        ('accused_received', 'S', r.accused_received::numeric, 'missing'),
        ('accused_other_in', 'S', r.accused_other_in::numeric, 'missing'),
        ('accused_other_out', 'S', r.accused_other_out::numeric, 'missing'),
        ('accused_to_decide', 'D', r.accused_to_decide::numeric, 'missing'),
        ('accused_indicted', 'S', r.accused_indicted::numeric, 'missing'),
        ('accused_discontinued', 'S', r.accused_discontinued::numeric, 'missing'),
        ('accused_discontinued_not_guilty', 'S', r.accused_discontinued_not_guilty::numeric, 'missing'),
        ('accused_suspended', 'S', r.accused_suspended::numeric, 'missing'),
        ('accused_returned', 'S', r.accused_returned::numeric, 'missing'),
        ('accused_closing', 'C', r.accused_closing::numeric, 'missing'),
        ('indicted_female', 'S', r.indicted_female::numeric, 'missing'),
        ('indicted_14_15', 'S', r.indicted_14_15::numeric, 'missing'),
        ('indicted_16_17', 'S', r.indicted_16_17::numeric, 'missing'),
        ('indicted_18_over', 'S', r.indicted_18_over::numeric, 'missing'),
        ('indicted_entities', 'S', r.indicted_entities::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'social_services__registered_supports'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'support_number=' || coalesce(r.support_number::text, '')
    )::text as row_key,
    jsonb_build_object(
        'support_number', r.support_number
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_social_services__registered_supports') }} as r
cross join
    lateral (
        values
        ('support_cost', 'S', r.support_cost::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'social_services__victim_supports'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'regime=' || coalesce(r.regime::text, ''),
        'beneficiary_status=' || coalesce(r.beneficiary_status::text, '')
    )::text as row_key,
    jsonb_build_object(
        'regime', r.regime,
        'beneficiary_status', r.beneficiary_status
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_social_services__victim_supports') }} as r
cross join
    lateral (
        values
        ('persons_supported', 'U', r.persons_supported::numeric, 'missing'),
        ('persons_first_supported', 'S', r.persons_first_supported::numeric, 'missing'),
        ('support_acts', 'S', r.support_acts::numeric, 'missing'),
        ('persons_female', 'U', r.persons_female::numeric, 'missing'),
        ('persons_under_16', 'U', r.persons_under_16::numeric, 'missing'),
        ('persons_16_17', 'U', r.persons_16_17::numeric, 'missing'),
        ('persons_in_facility', 'U', r.persons_in_facility::numeric, 'missing'),
        ('persons_in_community', 'U', r.persons_in_community::numeric, 'missing'),
        ('persons_abroad', 'U', r.persons_abroad::numeric, 'missing'),
        ('support_cost', 'S', r.support_cost::numeric, 'missing')
    ) as c (field, time_behaviour, value, if_blank)
union all
select
    'unodc__trafficking_counts'::text as form,
    r.submission_id,
    r.unit,
    r.calendar,
    r.period,
    r.period_kind,
    r.window_from,
    r.window_to,
    r.known_from,
    r.known_to,
    r.row_no,
    r.at_index,
    concat_ws(
        ';',
        'country_code=' || coalesce(r.country_code::text, ''),
        'country=' || coalesce(r.country::text, ''),
        'indicator=' || coalesce(r.indicator::text, ''),
        'dimension=' || coalesce(r.dimension::text, ''),
        'category=' || coalesce(r.category::text, ''),
        'sex=' || coalesce(r.sex::text, ''),
        'age=' || coalesce(r.age::text, ''),
        'year=' || coalesce(r.year::text, '')
    )::text as row_key,
    jsonb_build_object(
        'country_code', r.country_code,
        'country', r.country,
        'indicator', r.indicator,
        'dimension', r.dimension,
        'category', r.category,
        'sex', r.sex,
        'age', r.age,
        'year', r.year
    ) as dims,
    c.field,
    c.time_behaviour,
    c.value,
    case
        when c.value is not null then 'value'
        when c.field = any(r.defect_fields) then 'missing'
        else c.if_blank
    end as value_state
from {{ ref('stg_unodc__trafficking_counts') }} as r
cross join
    lateral (
        values
        (
            'observed_count',
            'S',
            r.observed_count::numeric,
            case r.observed_count_state when 'suppressed' then 'suppressed' else 'missing' end
        )
    ) as c (field, time_behaviour, value, if_blank)
