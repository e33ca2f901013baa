-- question: are recommendations spread over the open postings, before and after the sharing?
-- grain: group of postings. source: ops.exposure. argument: breakdown (kind of group).
with asked as (
    select case
        when breakdown is null then ''
        else coalesce(
            (
                select min(code) from ops.code_labels
                where column_name = 'group_kind' and cast(breakdown as varchar) in (code, code_label)
            ),
            error(
                '집단 구분 ''' || cast(breakdown as varchar) || '''을(를) 모릅니다. '
                || '''전체'', ''기업규모'', ''지역'' 가운데 하나를 적습니다.'
            )
        )
    end as group_kind
)

select after.as_of, after.group_kind, after.group_code, l.code_label as group_label, after.postings_count,
    after.openings_share_0_1,
    before.recommendations_share_0_1 as recommendations_share_before_0_1,
    after.recommendations_share_0_1 as recommendations_share_after_0_1,
    before.gini_0_1 as gini_before_0_1, after.gini_0_1 as gini_after_0_1,
    before.coverage_0_1 as coverage_before_0_1, after.coverage_0_1 as coverage_after_0_1,
    before.mean_score_0_1 as mean_score_before_0_1, after.mean_score_0_1 as mean_score_after_0_1,
    before.p99_ratio as p99_before_ratio, after.p99_ratio as p99_after_ratio
from ops.exposure as after
inner join ops.exposure as before
    on before.as_of = after.as_of and before.group_kind = after.group_kind and before.group_code = after.group_code
cross join asked as a
left join ops.code_labels as l on l.column_name = after.group_kind and l.code = after.group_code
where after.phase_code = 'AFTER' and before.phase_code = 'BEFORE' and (a.group_kind = '' or after.group_kind = a.group_kind)
order by after.group_kind, after.group_code = 'UNKNOWN', after.group_code
