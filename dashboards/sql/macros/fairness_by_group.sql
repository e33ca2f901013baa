-- question: is the 6-month probability right for each group, and who is called high-risk wrongly?
-- grain: group. source: ops.fairness (people judged at past dates). argument: breakdown (name or code of the attribute).
with asked as (
    select case
        when breakdown is null then ''
        else coalesce(
            (
                select min(code) from ops.code_labels
                where column_name = 'group_name' and cast(breakdown as varchar) in (code, code_label)
            ),
            error(
                '나눈 기준 ''' || cast(breakdown as varchar) || '''을(를) 모릅니다. 다음 가운데 하나를 적습니다: '
                || (
                    select string_agg(code_label, ', ' order by code)
                    from ops.code_labels where column_name = 'group_name'
                )
            )
        )
    end as group_name
)

select f.as_of, f.group_name, n.code_label as group_name_label, f.group_code, l.code_label as group_label,
    f.people_count, f.hired_rate_0_1, f.mean_probability_0_1, f.ece_0_1, f.true_positive_rate_0_1,
    f.false_positive_rate_0_1, f.true_positive_gap, f.true_positive_gap_low, f.true_positive_gap_high,
    f.false_positive_gap, f.false_positive_gap_low, f.false_positive_gap_high, f.wrongly_high_risk_ratio,
    f.wrongly_high_risk_ratio_low, f.wrongly_high_risk_ratio_high, f.is_reference, f.result_code,
    r.code_label as result_label, f.is_suppressed
from ops.fairness as f
cross join asked as a
left join ops.code_labels as n on n.column_name = 'group_name' and n.code = f.group_name
left join ops.code_labels as l on l.column_name = f.group_name and l.code = f.group_code
left join ops.code_labels as r on r.column_name = 'result_code' and r.code = f.result_code
where a.group_name = '' or f.group_name = a.group_name
order by f.group_name <> 'ALL', f.group_name, f.group_code
