-- question: who has a result from each service, and why has somebody none?
-- grain: service x answer code. source: agg.answers_by_code. argument: service (code or name).
with asked as (
    select case
        when service is null then ''
        else coalesce(
            (
                select min(code) from ops.code_labels
                where column_name = 'service_code' and cast(service as varchar) in (code, code_label)
            ),
            error(
                '서비스 ''' || cast(service as varchar) || '''을(를) 모릅니다. 다음 가운데 하나를 적습니다: '
                || (
                    select string_agg(code || '(' || code_label || ')', ', ' order by code)
                    from ops.code_labels where column_name = 'service_code'
                )
            )
        )
    end as service_code
)

select t.as_of, t.service_code, s.code_label as service_label, t.answer_code, w.code_label as answer_label,
    t.people_count, t.share_0_1, t.is_suppressed
from agg.answers_by_code as t
cross join asked as a
left join ops.code_labels as s on s.column_name = 'service_code' and s.code = t.service_code
left join ops.code_labels as w on w.column_name = 'answer_code' and w.code = t.answer_code
where a.service_code = '' or t.service_code = a.service_code
order by t.service_code, t.people_count desc nulls last, t.answer_code
