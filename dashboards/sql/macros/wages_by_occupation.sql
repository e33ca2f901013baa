-- question: what do employers offer and seekers wish for, by occupation and region?
-- grain: occupation x region in which one of the two is known. source: gold.labour_market x gold.occupations.
-- arguments: occupation (code prefix or part of a name), region (code or name).
with asked as (
    select {occupation_argument} as part,
    case
        when region is null then ''
        else coalesce(
            (
                select min(code) from ops.code_labels
                where column_name = 'region_code' and cast(region as varchar) in (code, code_label)
            ),
            error('시도 ''' || cast(region as varchar) || '''을(를) 모릅니다. 시도코드나 이름을 적습니다. 예: ''11'', ''서울''')
        )
    end as place
)

select m.as_of, m.occupation_code, o.occupation_name, m.region_code, r.code_label as region_name,
    m.open_postings_count, m.openings_count, m.wage_median_krw_month, m.wage_wish_median_krw_month,
    m.wage_median_krw_month - m.wage_wish_median_krw_month as wage_gap_krw_month
from gold.labour_market as m
cross join asked as a
left join gold.occupations as o on o.occupation_code = m.occupation_code
left join ops.code_labels as r on r.column_name = 'region_code' and r.code = m.region_code
where (starts_with(m.occupation_code, a.part) or contains(o.occupation_name, a.part))
    and (a.place = '' or m.region_code = a.place)
    and coalesce(m.wage_median_krw_month, m.wage_wish_median_krw_month) is not null
order by m.occupation_code, m.region_code
