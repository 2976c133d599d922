{# Two rows of one key must not hold on one day: a join on a day would find both. #}
{% test validity_does_not_overlap(model, key) %}
select
    a.{{ key }},
    a.valid_from
from {{ model }} as a
inner join {{ model }} as b on a.{{ key }} = b.{{ key }} and a.valid_from < b.valid_from
where a.valid_to >= b.valid_from
union all
select
    c.{{ key }},
    c.valid_from
from {{ model }} as c
where c.valid_to < c.valid_from
{% endtest %}
