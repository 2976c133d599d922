{# The areas in whose figures a unit counts: the province, and until a day the unit's own (T13). A lateral subquery. #}
{% macro areas_of_unit(unit, last_day) %}
lateral (
    select '{{ var("province") }}'::text as area
    union
    select c.attributes ->> 'area' as area
    from {{ source('registry', 'code') }} as c
    where
        c.list = 'unit'
        and c.code = {{ unit }}
        and {{ last_day }} between c.valid_from and c.valid_to
        and {{ last_day }} <= '{{ var("filing_unit_gives_area_until") }}'::date
        and c.attributes ->> 'area' is not null
)
{%- endmacro %}
