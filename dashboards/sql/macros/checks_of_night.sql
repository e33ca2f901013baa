-- question: what was checked before this night was published, and what did not pass?
-- grain: check of the served night. source: ops.quality. argument: result (code or name).
with asked as (
    select case
        when result is null then ''
        else coalesce(
            (
                select min(code) from ops.code_labels
                where column_name = 'result_code' and cast(result as varchar) in (code, code_label)
            ),
            error(
                '결과 ''' || cast(result as varchar) || '''을(를) 모릅니다. 다음 가운데 하나를 적습니다: '
                || (
                    select string_agg(code || '(' || code_label || ')', ', ' order by code)
                    from ops.code_labels where column_name = 'result_code'
                )
            )
        )
    end as result_code
),

checks as (
    select *, split_part(check_name, ':', 1) = 'gate' as is_gate
    from ops.quality
    where as_of = (select max(as_of) from ops.published_tables)
),

labels as (
    select table_id, any_value(table_label) as table_label from ops.data_dictionary group by table_id
)

select c.as_of, c.table_id, t.table_label, c.check_name, w.code_label as check_label,
    nullif(split_part(c.check_name, ':', case when c.is_gate then 3 else 2 end), '') as measure_name, c.is_gate,
    c.value, c.limit_value, c.result_code, r.code_label as result_label, c.detail
from checks as c
cross join asked as a
left join labels as t on t.table_id = c.table_id
left join ops.code_labels as w
    on w.column_name = 'check_name'
    and w.code = case
        when c.is_gate then 'gate:' || split_part(c.check_name, ':', 2) else split_part(c.check_name, ':', 1)
    end
left join ops.code_labels as r on r.column_name = 'result_code' and r.code = c.result_code
where a.result_code = '' or c.result_code = a.result_code
order by c.result_code = 'PASS', c.result_code, not c.is_gate, c.table_id, c.check_name
