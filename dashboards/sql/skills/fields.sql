-- question: how do training courses of a field end, and for which fields does nobody know?
-- grain: field. source: agg.course_fields. units: people, shares.
select field_code, field_name, courses_count, observed_courses_count, coming_sessions_count, graduates_count,
    raw_rate_0_1, shrunk_mean_0_1, shrunk_low_mean_0_1, shrunk_high_mean_0_1, is_suppressed
from agg.course_fields
order by (field_code <> 'TOTAL'), raw_rate_0_1 desc nulls last, field_code
