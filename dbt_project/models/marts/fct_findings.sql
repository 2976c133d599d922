-- Findings by rule and place, in the rule's own words. The message as the body read it stays in the registry: it may
-- repeat what a cell held, and that may be personal.
select
    f.finding_id,
    f.submission_id,
    f.rule_id,
    f.severity,
    f.is_ledger,
    f.sheet,
    f.cell,
    f.row_no,
    f.field,
    coalesce(r.sentence_vi, b.sentence_vi)::text as sentence_vi,
    coalesce(r.sentence_en, b.sentence_en)::text as sentence_en,
    f.found_at
from {{ source('registry', 'finding') }} as f
inner join {{ source('registry', 'submission') }} as s on f.submission_id = s.submission_id
left join lateral (
    -- A file that was returned before its revision was read is told the newest sentence.
    select
        k.sentence_vi,
        k.sentence_en
    from {{ source('registry', 'form_rule') }} as k
    where k.form = s.form and k.rule_id = f.rule_id
    order by coalesce(k.revision = s.revision, false) desc, k.revision desc
    limit 1
) as r on true
left join {{ ref('builtin_rule') }} as b on f.rule_id = b.rule_id
where not s.has_state_secret
