{# A dimension that is a code list: its codes in two languages, each with the days on which it is valid. #}
{% macro code_list_dimension(list) %}
select
    c.code,
    c.label_vi,
    c.label_en,
    c.valid_from,
    c.valid_to,
    c.parent,
    c.attributes,
    c.mark
from {{ source('registry', 'code') }} as c
where c.list = '{{ list }}'
{% endmacro %}
