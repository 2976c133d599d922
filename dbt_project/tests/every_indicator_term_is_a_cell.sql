-- A term that names no measure of a form in force, or a dimension its form lacks, would silently add nothing.
select
    t.indicator,
    t.version,
    t.form,
    t.field
from {{ ref('indicator_term') }} as t
left join {{ ref('indicator') }} as i on t.indicator = i.indicator and t.version = i.version
left join {{ source('registry', 'form_field') }} as c on t.form = c.form and t.field = c.field and c.is_measure
left join {{ source('registry', 'form') }} as f on c.form = f.form and c.revision = f.revision
where
    i.indicator is null
    or c.field is null
    or (i.disaggregated_by is not null and not i.disaggregated_by = any(f.grain))
    or (coalesce(t.row_filter, '') <> '' and not rtrim(split_part(t.row_filter, '=', 1), '!') = any(f.grain))
