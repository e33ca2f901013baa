-- question: how does the 6-month probability differ by the region people live in?
-- grain: home_region_code, plus TOTAL, UNKNOWN and NO_ANSWER. source: serving employment x features__seekers.
-- Means are sums of whole millionths, so the number of threads does not change a digit.
with people as (
    select
        e.as_of,
        case when e.answer_code <> 'OK' then 'NO_ANSWER' else coalesce(s.home_region_code, 'UNKNOWN') end as home_region_code,
        cast(round(e.probability_0_1 * 1000000) as bigint) as millionths
    from serving__seeker_employment_v1 as e
    left join features__seekers as s on s.seeker_key = e.seeker_key
),

grouped as (
    select as_of, coalesce(home_region_code, 'TOTAL') as home_region_code, count(*) as people_count, count(millionths) as answered_count,
        sum(millionths) as millionths, quantile_cont(millionths, [0.1, 0.25, 0.5, 0.75, 0.9]) as quantiles
    from people
    group by grouping sets ((as_of, home_region_code), (as_of))
),

named as (
    select g.*, n.name as region_name
    from grouped as g
    left join names as n on n.list = 'region' and n.code = g.home_region_code
)

select
    as_of, home_region_code, region_name, people_count,
    case when answered_count >= 10 then round(millionths / 1000000 / answered_count, 4) end as mean_0_1,
    case when answered_count >= 10 then round(quantiles[1] / 1000000, 2) end as p10_0_1,
    case when answered_count >= 10 then round(quantiles[2] / 1000000, 2) end as p25_0_1,
    case when answered_count >= 10 then round(quantiles[3] / 1000000, 2) end as p50_0_1,
    case when answered_count >= 10 then round(quantiles[4] / 1000000, 2) end as p75_0_1,
    case when answered_count >= 10 then round(quantiles[5] / 1000000, 2) end as p90_0_1,
    false as is_suppressed
from named
order by home_region_code
