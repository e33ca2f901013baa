-- question: which occupations are recommended first, and do they crowd?
-- grain: occupation_code, plus TOTAL and NO_ANSWER. source: serving occupations of people x serving occupations.
with people as (
    select
        as_of,
        case when answer_code <> 'OK' then 'NO_ANSWER' else coalesce(occupation_code_1, 'UNKNOWN') end as occupation_code,
        cast(round(score_0_1_1 * 1000000) as bigint) as millionths
    from serving__seeker_occupations_v1
),

grouped as (
    select as_of, coalesce(occupation_code, 'TOTAL') as occupation_code, count(*) as people_count,
        sum(millionths) as millionths, count(millionths) as answered_count
    from people
    group by grouping sets ((as_of, occupation_code), (as_of))
)

select g.as_of, g.occupation_code, o.occupation_name, g.people_count,
    case when g.answered_count >= 10 then round(g.millionths / 1000000 / g.answered_count, 4) end as score_mean_0_1,
    false as is_suppressed
from grouped as g
left join serving__occupations_v1 as o on o.occupation_code = g.occupation_code
order by g.occupation_code
