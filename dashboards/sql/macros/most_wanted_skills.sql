-- question: which skills do open postings ask for most, and how many seekers lack them for their first wish?
-- grain: skill. source: gold.occupation_skills x gold.occupations (openings), agg.missing_skills (people, as shown).
-- arguments: occupation (code prefix or part of a name), top (how many).
with asked as (
    select {occupation_argument} as part,
    case
        when top is null then 20
        when try_cast(top as integer) between 1 and 1000 then try_cast(top as integer)
        else error('''' || cast(top as varchar) || '''은(는) 1에서 1000까지의 정수여야 합니다. 예: top := 20')
    end as most
),

wanted as (
    select s.as_of, s.skill_code, any_value(s.skill_name) as skill_name, any_value(s.skill_kind_code) as skill_kind_code,
        cast(round(sum(round(o.openings_count * s.openings_share_0_1, 4))) as bigint) as asking_openings_count,
        count(*) as occupations_count
    from gold.occupation_skills as s
    inner join gold.occupations as o on o.occupation_code = s.occupation_code
    cross join asked as a
    where (starts_with(o.occupation_code, a.part) or contains(o.occupation_name, a.part)) and s.openings_share_0_1 > 0
    group by s.as_of, s.skill_code
)

select w.as_of, w.skill_code, w.skill_name, w.skill_kind_code, k.code_label as skill_kind_label,
    w.asking_openings_count, w.occupations_count, m.people_count, m.share_0_1, m.unlocked_mean_0_1,
    coalesce(m.is_suppressed, false) as is_suppressed
from wanted as w
cross join asked as a
left join agg.missing_skills as m on m.skill_code = w.skill_code
left join ops.code_labels as k on k.column_name = 'skill_kind_code' and k.code = w.skill_kind_code
qualify row_number() over (order by w.asking_openings_count desc, w.skill_code) <= a.most
order by w.asking_openings_count desc, w.skill_code
