-- question: how does the 6-month probability differ by the major group of the wanted occupation?
-- grain: wanted_occupation_group_code, plus TOTAL, UNKNOWN and NO_ANSWER. source: serving employment x features__seekers.
-- Means are sums of whole millionths, so the number of threads does not change a digit.
with people as (
    select
        e.as_of,
        case when e.answer_code <> 'OK' then 'NO_ANSWER' else coalesce(s.wanted_occupation_group_code, 'UNKNOWN') end as wanted_occupation_group_code,
        cast(round(e.probability_0_1 * 1000000) as bigint) as millionths
    from serving__seeker_employment_v1 as e
    left join features__seekers as s on s.seeker_key = e.seeker_key
),

grouped as (
    select as_of, coalesce(wanted_occupation_group_code, 'TOTAL') as wanted_occupation_group_code, count(*) as people_count, count(millionths) as answered_count,
        sum(millionths) as millionths, quantile_cont(millionths, [0.1, 0.25, 0.5, 0.75, 0.9]) as quantiles
    from people
    group by grouping sets ((as_of, wanted_occupation_group_code), (as_of))
),

named as (
    select g.*, n.name as occupation_group_name
    from grouped as g
    left join names as n on n.list = 'occupation_group' and n.code = g.wanted_occupation_group_code
)

select
    as_of, wanted_occupation_group_code, occupation_group_name, people_count,
    case when answered_count >= 10 then round(millionths / 1000000 / answered_count, 4) end as mean_0_1,
    case when answered_count >= 10 then round(quantiles[1] / 1000000, 2) end as p10_0_1,
    case when answered_count >= 10 then round(quantiles[2] / 1000000, 2) end as p25_0_1,
    case when answered_count >= 10 then round(quantiles[3] / 1000000, 2) end as p50_0_1,
    case when answered_count >= 10 then round(quantiles[4] / 1000000, 2) end as p75_0_1,
    case when answered_count >= 10 then round(quantiles[5] / 1000000, 2) end as p90_0_1,
    false as is_suppressed
from named
order by wanted_occupation_group_code
