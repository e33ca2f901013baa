-- 정책 질문 열 가지와 그 답을 내는 SQL.
--
-- 여는 법   duckdb -readonly published/goyong.duckdb < examples/queries.sql
-- 한 개만   goyong query --role analyst --sql "FROM gold.labour_market_by_region('2026-11')"
--
-- 비어 있는 사람 수는 0명이 아니라 '비공개'다(is_suppressed). 10명 미만이거나 다른 칸에서 계산해 낼 수 있어 가렸다.
-- 표·열·매크로의 뜻은 ops.data_dictionary, 코드의 뜻은 ops.code_labels에 있다.

-- 질문 1. 어느 시도에서 사람을 구하기 어렵고, 어느 시도에서 일자리를 구하기 어려운가?
-- 읽는 법: 구인배수 1은 희망 구직자 한 명에 한 자리라는 뜻이다. 전국과의 차이는 보이는 시도를 더해 견준다.
with regions as (
    select * from gold.labour_market_by_region()
),

nation as (
    select sum(openings_count) / sum(seekers_count) as tightness_ratio from regions where not is_suppressed
)

select r.region_name as 시도, r.openings_count as 모집인원, r.seekers_count as 희망구직자,
    round(r.tightness_ratio, 2) as 구인배수, round(r.tightness_ratio - n.tightness_ratio, 2) as 전국과의_차이,
    r.wage_median_krw_month as 제시임금_중위값_원
from regions as r
cross join nation as n
order by r.tightness_ratio desc nulls last, r.region_code;

-- 질문 2. 모집인원이 30명 이상인 직업 가운데 사람을 구하기 가장 어려운 열 직업은 무엇이고, 취업은 늘고 있는가?
select occupation_name as 직업, occupation_group_label as 대분류, openings_count as 모집인원,
    seekers_count as 희망구직자, round(tightness_ratio, 2) as 구인배수, outlook_label as 취업추이
from gold.tightness_by_occupation(at_least_openings := 30)
where not is_suppressed
limit 10;

-- 질문 3. 같은 직업인데 서울의 제시임금이 다른 시도(중위값)보다 얼마나 높은가?
-- 읽는 법: 서울과 다른 시도 세 곳 이상에 임금이 적힌 공고가 있는 직업만 견준다.
with offers as (
    select occupation_name, region_name, wage_median_krw_month
    from gold.wages_by_occupation()
    where wage_median_krw_month is not null
),

compared as (
    select occupation_name,
        any_value(wage_median_krw_month) filter (region_name = '서울') as seoul,
        median(wage_median_krw_month) filter (region_name <> '서울') as elsewhere
    from offers
    group by occupation_name
    having count(*) filter (region_name <> '서울') >= 3
)

select occupation_name as 직업, seoul as 서울_원, cast(round(elsewhere) as integer) as 다른_시도_원,
    round(100 * (seoul / elsewhere - 1), 1) as 차이_퍼센트
from compared
where seoul is not null
order by 차이_퍼센트 desc, 직업
limit 10;

-- 질문 4. 연령대마다 6개월 취업확률은 얼마이고, 지난 시점에 그렇게 추정한 사람들은 실제로 얼마나 취업했는가?
-- 읽는 법: '추정 − 실제'가 0에 가까울수록 추정이 맞다. 평가한 사람은 오늘 밤의 구직자와 다른 사람들이다.
select group_label as 연령대, people_count as 구직자, mean_0_1 as 평균_취업확률, p10_0_1 as 하위10퍼센트,
    p90_0_1 as 상위10퍼센트, judged_people_count as 평가한_사람, round(mean_probability_0_1, 3) as 추정,
    round(hired_rate_0_1, 3) as 실제, round(mean_probability_0_1 - hired_rate_0_1, 3) as 추정_빼기_실제
from agg.employment_chance_by_group('연령대')
where not is_suppressed;

-- 질문 5. 취업률이 전체보다 높다고 볼 수 있는 훈련 분야는 어디이고, 지금 신청할 수 있는 회차는 몇 개인가?
-- 읽는 법: 추정 취업률의 하한까지 보이는 분야의 전체 취업률을 넘어야 '높음'이다. 훈련의 효과를 뜻하지 않는다.
with fields as (
    select * from agg.course_outcomes_by_field() where employed_count is not null
),

shown as (
    select sum(employed_count) / sum(graduates_count) as rate_0_1 from fields
)

select f.field_name as 분야, f.graduates_count as 수료인원, f.raw_rate_0_1 as 관측_취업률,
    f.shrunk_mean_0_1 as 추정_취업률, f.shrunk_low_mean_0_1 as 하한, round(s.rate_0_1, 4) as 보이는_분야_전체,
    case
        when f.shrunk_low_mean_0_1 > s.rate_0_1 then '높음'
        when f.shrunk_high_mean_0_1 < s.rate_0_1 then '낮음'
        else '다르다고 할 수 없음'
    end as 견줌,
    f.coming_sessions_count as 신청할_수_있는_회차
from fields as f
cross join shown as s
order by f.shrunk_mean_0_1 desc nulls last;

-- 질문 6. 일자리는 많이 찾는데 갖추지 못한 구직자도 많은 역량은 무엇이고, 가르치는 회차가 1순위로 추천되고 있는가?
select w.skill_name as 역량, w.asking_openings_count as 찾는_모집인원, w.people_count as 부족한_구직자,
    w.unlocked_mean_0_1 as 갖추면_더_열리는_비율, c.people_count as 훈련을_1순위로_추천받은_사람,
    c.sessions_count as 추천된_회차
from gold.most_wanted_skills(top := 30) as w
left join agg.course_recommendations as c on c.skill_code = w.skill_code
order by w.asking_openings_count desc, w.skill_code
limit 15;

-- 질문 7. 추천이 큰 기업에 쏠리는가? 나누기 전과 뒤에 어떻게 달라졌는가?
-- 읽는 법: 추천의 비중을 모집인원의 비중으로 나눈 값이 1이면 자리만큼 추천되고, 1보다 크면 자리에 견주어 많이 추천된다.
select group_label as 기업규모, postings_count as 공고,
    round(recommendations_share_before_0_1 / openings_share_0_1, 2) as 나누기_전_비중의_비,
    round(recommendations_share_after_0_1 / openings_share_0_1, 2) as 나눈_뒤_비중의_비,
    round(gini_before_0_1, 3) as 나누기_전_지니, round(gini_after_0_1, 3) as 나눈_뒤_지니
from ops.exposure_concentration('기업규모');

-- 질문 8. 서비스마다 결과를 받지 못한 사람은 얼마나 되고, 가장 흔한 까닭은 무엇인가?
with reasons as (
    select *, row_number() over (partition by service_code order by people_count desc) as place
    from agg.answers_by_reason()
    where answer_code <> 'OK' and not is_suppressed
)

select s.service_label as 서비스, s.people_count as 결과를_받은_사람, round(1 - s.share_0_1, 4) as 받지_못한_비율,
    r.answer_label as 가장_흔한_까닭, r.people_count as 그_까닭의_사람
from agg.answers_by_reason() as s
left join reasons as r on r.service_code = s.service_code and r.place = 1
where s.answer_code = 'OK'
order by 받지_못한_비율 desc nulls last, 서비스;

-- 질문 9. 이 밤은 믿을 만한가? 관문과 점검을 몇 개 했고, 통과하지 못한 것은 몇 개인가?
select case when is_gate then '공표 전의 관문' else '표의 계약 점검' end as 점검, check_label as 지켜져야_하는_것,
    count(*) as 점검_수, count(*) filter (result_code <> 'PASS') as 통과하지_못한_수
from ops.checks_of_night()
group by all
order by 통과하지_못한_수 desc, 점검, 지켜져야_하는_것;

-- 질문 10. 취업이 어려울 것으로 잘못 본 비율이 집단마다 다른가?
-- 읽는 법: 배수는 그 집단에서 잘못 어렵다고 본 비율이 그 밖의 모든 사람의 몇 배인가다. 구간이 1을 품으면 다르다고 할 수 없다.
select group_name_label as 나눈_기준, group_label as 집단, people_count as 평가한_사람,
    round(ece_0_1, 3) as 보정_오차, round(false_positive_rate_0_1, 3) as 잘못_어렵다고_본_비율,
    round(wrongly_high_risk_ratio, 2) as 배수, round(wrongly_high_risk_ratio_low, 2) as 하한,
    round(wrongly_high_risk_ratio_high, 2) as 상한, result_label as 결과
from ops.fairness_by_group()
where not is_suppressed and not group_name = 'ALL'
order by 나눈_기준, 집단;
