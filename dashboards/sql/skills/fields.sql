-- question: how do training courses of a field end, and for which fields does nobody know?
-- grain: field, and SHOWN: the fields whose numbers are shown, together. source: agg.course_fields.
-- units: people, shares.
with shown as (
    select 'SHOWN' as field_code, null as field_name, sum(courses_count) as courses_count,
        sum(observed_courses_count) as observed_courses_count, sum(coming_sessions_count) as coming_sessions_count,
        sum(graduates_count) as graduates_count, sum(employed_count) / sum(graduates_count) as raw_rate_0_1,
        null as shrunk_mean_0_1, null as shrunk_low_mean_0_1, null as shrunk_high_mean_0_1, false as is_suppressed
    from agg.course_fields
    where graduates_count is not null
    having count(*) > 0
),

fields as (
    select field_code, field_name, courses_count, observed_courses_count, coming_sessions_count, graduates_count,
        raw_rate_0_1, shrunk_mean_0_1, shrunk_low_mean_0_1, shrunk_high_mean_0_1, is_suppressed
    from agg.course_fields
)

select *
from (select * from shown union all select * from fields)
order by (field_code <> 'SHOWN'), raw_rate_0_1 desc nulls last, field_code
