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
    r.submission_id,
    'all_bodies__incidents__v1' as relation
from {{ source('landing', 'all_bodies__incidents__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'all_bodies__plans__v1' as relation
from {{ source('landing', 'all_bodies__plans__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'courts__trials__v1' as relation
from {{ source('landing', 'courts__trials__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'police__crime_reports__v1' as relation
from {{ source('landing', 'police__crime_reports__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'police__investigations__v1' as relation
from {{ source('landing', 'police__investigations__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'police__registered_victims__v1' as relation
from {{ source('landing', 'police__registered_victims__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'police__victims_identified__v1' as relation
from {{ source('landing', 'police__victims_identified__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'procuracy__prosecutions__v1' as relation
from {{ source('landing', 'procuracy__prosecutions__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'social_services__registered_supports__v1' as relation
from {{ source('landing', 'social_services__registered_supports__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'social_services__victim_supports__v1' as relation
from {{ source('landing', 'social_services__victim_supports__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
union all
select
    r.submission_id,
    'unodc__trafficking_counts__v1' as relation
from {{ source('landing', 'unodc__trafficking_counts__v1') }} as r
left join {{ source('registry', 'submission') }} as s on r.submission_id = s.submission_id
where s.submission_id is null
