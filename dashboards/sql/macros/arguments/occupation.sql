-- the argument `occupation` of a macro, checked: '' where none is given. expanded where a macro says {occupation_argument}.
case
        when occupation is null then ''
        when exists (
            select 1 from gold.occupations
            where starts_with(occupation_code, cast(occupation as varchar))
                or contains(occupation_name, cast(occupation as varchar))
        ) then cast(occupation as varchar)
        else error(
            '직업 ''' || cast(occupation as varchar) || '''에 맞는 직업이 없습니다. KECO 코드의 앞자리(예: ''0231'')나 '
            || '직업 이름의 일부(예: ''간호'')를 적습니다.'
        )
    end
