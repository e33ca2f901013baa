-- question: which missing skills do the first recommended courses close?
-- grain: skill_code, plus TOTAL, UNKNOWN and NO_ANSWER. source: serving courses of people x serving courses.
with people as (
    select
        as_of,
        case when answer_code <> 'OK' then 'NO_ANSWER' else coalesce(skill_code_1, 'UNKNOWN') end as skill_code,
        session_id_1 as session_id,
        cast(round(score_0_1_1 * 1000000) as bigint) as score_millionths,
        cast(round(outcome_0_1_1 * 1000000) as bigint) as outcome_millionths
    from serving__seeker_courses_v1
),

grouped as (
    select as_of, coalesce(skill_code, 'TOTAL') as skill_code, count(*) as people_count,
        count(distinct session_id) as sessions_count,
        sum(score_millionths) as score_sum, count(score_millionths) as score_count,
        sum(outcome_millionths) as outcome_sum, count(outcome_millionths) as outcome_count
    from people
    group by grouping sets ((as_of, skill_code), (as_of))
),

skill_names as (
    select skill_code, max(skill_name) as skill_name from serving__courses_v1 group by skill_code
)

select g.as_of, g.skill_code, n.skill_name, g.people_count, g.sessions_count,
    case when g.score_count >= 10 then round(g.score_sum / 1000000 / g.score_count, 4) end as score_mean_0_1,
    case when g.outcome_count >= 10 then round(g.outcome_sum / 1000000 / g.outcome_count, 4) end as outcome_mean_0_1,
    false as is_suppressed
from grouped as g
left join skill_names as n on n.skill_code = g.skill_code
order by g.skill_code
