-- question: how does the 6-month probability differ between groups, and did as many find work as it said?
-- grain: group of one breakdown, plus TOTAL, UNKNOWN and NO_ANSWER. source: agg.employment_probability_by_* (tonight),
-- ops.fairness (people judged at past dates). argument: breakdown.
with asked as (
    select case coalesce(cast(breakdown as varchar), '시도')
        when '시도' then 'home_region_code'
        when 'home_region_code' then 'home_region_code'
        when '연령대' then 'age_band_code'
        when 'age_band_code' then 'age_band_code'
        when '희망직종' then 'wanted_occupation_group_code'
        when 'wanted_occupation_group_code' then 'wanted_occupation_group_code'
        else error(
            '나눈 기준 ''' || cast(breakdown as varchar) || '''을(를) 모릅니다. '
            || '''시도'', ''연령대'', ''희망직종'' 가운데 하나를 적습니다.'
        )
    end as group_name
),

tonight as (
    select 'home_region_code' as group_name, home_region_code as group_code, * exclude (home_region_code, region_name)
    from agg.employment_probability_by_region
    union all by name
    select 'age_band_code' as group_name, age_band_code as group_code, * exclude (age_band_code, age_band_name)
    from agg.employment_probability_by_age_band
    union all by name
    select 'wanted_occupation_group_code' as group_name, wanted_occupation_group_code as group_code,
        * exclude (wanted_occupation_group_code, occupation_group_name)
    from agg.employment_probability_by_occupation_group
),

judged as (
    select case when group_name = 'ALL' then 'TOTAL' else group_code end as group_code, * exclude (group_code)
    from ops.fairness
    where service_code = 'EMPLOYMENT'
)

select t.as_of, t.group_code, l.code_label as group_label, t.people_count, t.mean_0_1, t.p10_0_1, t.p50_0_1, t.p90_0_1,
    j.people_count as judged_people_count, j.mean_probability_0_1, j.hired_rate_0_1, j.ece_0_1, j.result_code,
    r.code_label as result_label, t.is_suppressed
from tonight as t
inner join asked as a on a.group_name = t.group_name
left join judged as j on j.group_name in (t.group_name, 'ALL') and j.group_code = t.group_code
left join ops.code_labels as l on l.column_name = t.group_name and l.code = t.group_code
left join ops.code_labels as r on r.column_name = 'result_code' and r.code = j.result_code
order by t.group_code in ('UNKNOWN', 'NO_ANSWER', 'TOTAL'), t.group_code
