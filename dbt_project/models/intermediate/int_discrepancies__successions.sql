-- Derived from ingestion/code_lists/unit_succession.csv: change that, not this file.
with successions as (
    select v.*
    from (
        values
        ('cah_221', 'cah_213', date '2025-01-01', 'merge', null::text),
        ('cah_219', 'cah_224', date '2025-01-01', 'split', null::text),
        ('ubh_221', 'ubh_213', date '2025-01-01', 'merge', null::text),
        ('ubh_219', 'ubh_224', date '2025-01-01', 'split', null::text),
        ('cah_213', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_215', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_216', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_217', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_218', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_219', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_220', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_222', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_223', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('cah_224', 'cat_24', date '2025-03-01', 'merge', null::text),
        ('ldtbxh_24', 'syt_24', date '2025-03-01', 'one_to_one', null::text),
        ('stttt_24', 'svhttdl_24', date '2025-03-01', 'one_to_one', null::text)
    ) as v (
        from_unit,
        to_unit,
        on_date,
        kind,
        form
    )
)

select
    s.from_unit,
    s.to_unit,
    s.on_date,
    s.kind,
    s.form
from successions as s
