-- question: how many openings, seekers and hires are there in each region, and what is offered?
-- grain: region_code; no total. source: gold labour market (before anything is hidden) x serving postings.
-- The offered wage is the median of the region's postings: medians of occupations cannot be averaged.
with cells as (
    select as_of, month, region_code,
        cast(sum(open_postings_count) as integer) as open_postings_count,
        cast(sum(openings_count) as integer) as openings_count,
        cast(sum(seekers_count) as integer) as seekers_count,
        cast(sum(hires_12m_count) as integer) as hires_12m_count
    from gold__labour_market
    group by as_of, month, region_code
),

wages as (
    select region_code, cast(round(median(cast(wage_min_krw_month as double))) as integer) as wage_median_krw_month
    from serving__job_postings_v1
    group by region_code
)

select c.as_of, c.month, c.region_code, n.name as region_name, c.open_postings_count, c.openings_count,
    c.seekers_count, c.openings_count / nullif(c.seekers_count, 0) as tightness_ratio, w.wage_median_krw_month,
    c.hires_12m_count, false as is_suppressed
from cells as c
left join wages as w on w.region_code = c.region_code
left join names as n on n.list = 'region' and n.code = c.region_code
order by c.region_code
