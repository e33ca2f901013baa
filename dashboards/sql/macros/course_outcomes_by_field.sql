-- question: how do training courses of a field end?
-- grain: NCS major group. source: agg.course_fields. argument: field (code or part of a name).
with asked as (
    select case
        when field is null then ''
        when exists (
            select 1 from ops.code_labels
            where column_name = 'field_code'
                and (code = cast(field as varchar) or contains(code_label, cast(field as varchar)))
        ) then cast(field as varchar)
        else error(
            '분야 ''' || cast(field as varchar) || '''을(를) 모릅니다. NCS 대분류 코드나 이름의 일부를 적습니다. '
            || '예: ''20'', ''정보통신'''
        )
    end as part
)

select f.as_of, f.field_code, f.field_name, f.courses_count, f.observed_courses_count, f.coming_sessions_count,
    f.graduates_count, f.employed_count, f.raw_rate_0_1, f.shrunk_mean_0_1, f.shrunk_low_mean_0_1,
    f.shrunk_high_mean_0_1, f.is_suppressed
from agg.course_fields as f
cross join asked as a
where a.part = '' or f.field_code = a.part or contains(f.field_name, a.part)
order by f.shrunk_mean_0_1 desc nulls last, f.field_code
