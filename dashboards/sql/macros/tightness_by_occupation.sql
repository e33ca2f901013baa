-- question: for which occupations are people hard to find, and which are crowded?
-- grain: occupation. source: gold.occupations. arguments: occupation (code prefix or part of a name),
-- at_least_openings (people wanted).
with asked as (
    select {occupation_argument} as part,
    case
        when at_least_openings is null then 0
        when try_cast(at_least_openings as integer) >= 0 then try_cast(at_least_openings as integer)
        else error('모집인원 하한 ''' || cast(at_least_openings as varchar) || '''은(는) 0 이상의 정수여야 합니다. 예: 50')
    end as least
)

select o.as_of, substring(o.occupation_code, 1, 1) as occupation_group_code, g.code_label as occupation_group_label,
    o.occupation_code, o.occupation_name, o.openings_count, o.seekers_count, o.tightness_ratio,
    o.wage_median_krw_month, o.outlook_code, l.code_label as outlook_label, o.seekers_count is null as is_suppressed
from gold.occupations as o
cross join asked as a
left join ops.code_labels as g
    on g.column_name = 'occupation_group_code' and g.code = substring(o.occupation_code, 1, 1)
left join ops.code_labels as l on l.column_name = 'outlook_code' and l.code = o.outlook_code
where (starts_with(o.occupation_code, a.part) or contains(o.occupation_name, a.part)) and o.openings_count >= a.least
order by o.tightness_ratio desc nulls last, o.occupation_code
