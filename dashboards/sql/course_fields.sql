-- question: how do training courses of a field end, and for which fields does nobody know?
-- grain: field_code (NCS major group), and UNKNOWN; no total. source: gold course outcomes x serving courses.
-- Only courses with an observed rate count in rates: a field without one has none. Means are sums of whole millionths.
with outcomes as (
    select
        as_of,
        coalesce(substring(skill_code, 1, 2), 'UNKNOWN') as field_code,
        observed_sessions_count > 0 as is_observed,
        graduates_count, employed_count,
        cast(round(shrunk_rate_0_1 * 1000000) as bigint) as shrunk,
        cast(round(shrunk_low_0_1 * 1000000) as bigint) as low,
        cast(round(shrunk_high_0_1 * 1000000) as bigint) as high
    from gold__course_outcomes
),

past as (
    select as_of, field_code, count(*) as courses_count,
        count(*) filter (is_observed) as observed_courses_count,
        nullif(sum(graduates_count) filter (is_observed), 0) as graduates_count,
        sum(employed_count) filter (is_observed) as employed_count,
        sum(shrunk) filter (is_observed) / nullif(count(shrunk) filter (is_observed), 0) as shrunk_mean,
        sum(low) filter (is_observed) / nullif(count(low) filter (is_observed), 0) as low_mean,
        sum(high) filter (is_observed) / nullif(count(high) filter (is_observed), 0) as high_mean
    from outcomes
    group by as_of, field_code
),

coming_sessions as (
    select as_of, coalesce(substring(skill_code, 1, 2), 'UNKNOWN') as field_code from serving__courses_v1
),

coming as (
    select as_of, field_code, count(*) as coming_sessions_count
    from coming_sessions
    group by as_of, field_code
),

fields as (
    select as_of, field_code from past
    union
    select as_of, field_code from coming
)

select f.as_of, f.field_code, n.name as field_name,
    coalesce(p.courses_count, 0) as courses_count,
    coalesce(p.observed_courses_count, 0) as observed_courses_count,
    coalesce(c.coming_sessions_count, 0) as coming_sessions_count,
    p.graduates_count,
    case when p.graduates_count is not null then p.employed_count end as employed_count,
    round(p.employed_count / p.graduates_count, 4) as raw_rate_0_1,
    round(p.shrunk_mean / 1000000, 4) as shrunk_mean_0_1,
    round(p.low_mean / 1000000, 4) as shrunk_low_mean_0_1,
    round(p.high_mean / 1000000, 4) as shrunk_high_mean_0_1,
    false as is_suppressed
from fields as f
left join past as p on p.as_of = f.as_of and p.field_code = f.field_code
left join coming as c on c.as_of = f.as_of and c.field_code = f.field_code
left join names as n on n.list = 'ncs_major_group' and n.code = f.field_code
order by f.field_code
