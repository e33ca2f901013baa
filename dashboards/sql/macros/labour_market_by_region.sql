-- question: how many openings, seekers and hires are there in each region, and what is offered?
-- grain: region. source: agg.labour_market_regions. argument: wanted_month (YYYY-MM; this file holds one month).
with months as (
    select max(month) as month from agg.labour_market_regions
),

asked as (
    select case
        when wanted_month is null or cast(wanted_month as varchar) = month then month
        else error(
            '기준월 ''' || cast(wanted_month as varchar) || '''은(는) 이 파일에 없습니다. 이 파일의 기준월은 '
            || coalesce(month, '없습니다') || '입니다. 예: FROM gold.labour_market_by_region(''' || coalesce(month, '') || ''')'
        )
    end as month
    from months
)

select r.as_of, r.month, r.region_code, r.region_name, r.open_postings_count, r.openings_count, r.seekers_count,
    r.tightness_ratio, r.wage_median_krw_month, r.hires_12m_count, r.is_suppressed
from agg.labour_market_regions as r
inner join asked as a on a.month = r.month
order by r.region_code
