"""The pages about the employment model and its fairness say what the tables say, and why there is no model."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from lxml import html

from dashboards.accuracy_sections import refusals
from dashboards.fairness_sections import group
from lake.settings import Settings
from tests.unit.dashboards.conftest import page_of


@pytest.fixture(scope="module")
def page(settings: Settings, catalog: Path) -> str:
    return page_of(settings, catalog, "employment")


@pytest.fixture(scope="module")
def fair(settings: Settings, catalog: Path) -> str:
    return page_of(settings, catalog, "fairness")


def _without_model(catalog: Path, folder: Path) -> Path:
    """The same night as if the candidate had failed its calibration: no model, nothing served to judge."""
    file = folder / "goyong-silent.duckdb"
    shutil.copyfile(catalog, file)
    with duckdb.connect(str(file)) as db:
        db.execute("update ops.promotions set model_version = null, is_promoted = false, ece = 0.0246")
        db.execute("delete from ops.evaluation where scope_code not in ('BACKTEST', 'AGE')")
        for name in ("calibration", "fairness", "drift"):
            db.execute(f"delete from ops.{name}")
    return file


@pytest.fixture(scope="module")
def silent(settings: Settings, catalog: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = _without_model(catalog, tmp_path_factory.mktemp("silent"))
    return page_of(settings, file, "employment")


def _titles(page: str) -> dict[str, str]:
    return {
        section.get("id"): " ".join(section.xpath("string(h2)").split())
        for section in html.fromstring(page).xpath("//main//section")
    }


def _row(page: str, section: str, name: str) -> list[str]:
    rows = html.fromstring(page).xpath(f"//section[@id='{section}']//tbody/tr")
    cells = [[" ".join(cell.text_content().split()) for cell in row] for row in rows]
    return next(row for row in cells if row[0] == name)


def test_every_section_is_there_in_order(page: str, fair: str) -> None:
    assert list(_titles(page)) == [
        "promotion",
        "models",
        "served",
        "reliability",
        "cohorts",
        "leaks",
        "drift",
        "truth",
        "age",
    ]
    assert list(_titles(fair)) == ["groups", "wrong", "ages", "regions"]


@pytest.mark.parametrize(
    ("section", "finding"),
    [
        ("promotion", "새 모형(m-1)으로 바꿈"),
        ("models", "평균보다 1번, 로지스틱 회귀보다 0번, 그래디언트 부스팅보다 0번 확실히 나음, 확실히 못한 적은 1번"),
        ("served", "배우는 데 쓰지 않은 2,000명에게서 AUC 0.700"),
        ("reliability", "0.0150, 기준 0.0200 지킴"),
        ("groups", "1,000명 이상인 집단 2개 가운데 1개가 기준을 넘음(연령대 60세 이상)"),
        ("wrong", "연령대 60세 이상, 그 밖의 사람의 2.0배(95% 구간 1.5~2.7배), 하한이 기준 2.6배 안"),
        ("cohorts", "과거 시점 3개 가운데 2개를 씀: 결과를 아직 알 수 없는 1개 시점의 연인원 6,000명은 뺌"),
        ("leaks", "3개: 모두 기준 안"),
        ("drift", "2개 가운데 크게 달라진 것 1개(희망직종·지역의 취업 여건"),
        ("truth", "2,000명에게서 평균 12%p 차이"),
        ("age", "브라이어 점수 +0.0013, AUC -0.0052"),
        ("ages", "견줄 수 있는 연령대가 둘이 되지 않음"),
        ("regions", "거주 시도: "),
    ],
)
def test_each_title_states_its_finding(page: str, fair: str, section: str, finding: str) -> None:
    assert finding in (_titles(page) | _titles(fair))[section]


def test_each_section_names_its_table_and_keeps_its_sql(page: str) -> None:
    for section in html.fromstring(page).xpath("//main//section"):
        source = re.search(r"표 (ops\.\w+) · 기준일 2026-07-01 · 합성 데이터", section.xpath("string(.//caption)"))
        assert source is not None
        assert f"from {source[1]}" in section.xpath("string(.//pre)")


def test_a_hidden_group_says_so_and_shows_no_value(fair: str) -> None:
    assert _row(fair, "groups", "장애 있음") == ["장애 있음", "60", "비공개", "비공개", "비공개", ""]
    assert _row(fair, "wrong", "장애 있음")[2:] == ["비공개"] * 5


def test_a_group_too_small_to_be_judged_has_no_verdict(fair: str) -> None:
    assert _row(fair, "groups", "성별 남성")[-1] == ""
    assert _row(fair, "groups", "성별 여성 (기준)")[-1] == "통과"
    assert _row(fair, "groups", "연령대 60세 이상")[-1] == "실패"


def test_a_gap_is_in_points_with_its_interval_and_never_minus_nothing(fair: str) -> None:
    row = _row(fair, "wrong", "성별 남성")
    assert row[3] == "+10%p9~11"
    assert row[5] == "+0%p-1~0"


def test_people_who_cannot_be_followed_are_not_counted_as_not_hired(page: str) -> None:
    row = _row(page, "cohorts", "2026-06-01")
    assert row == ["2026-06-01", "쓰지 않음", "6,000", "아직 모름", "아직 모름", "아직 모름", "아직 모름", "6,000"]


def test_the_curve_is_told_in_words_bin_by_bin_without_those_of_few(page: str) -> None:
    (curve,) = html.fromstring(page).xpath("//section[@id='reliability']//img")
    assert curve.get("alt").startswith("보정 곡선. ")
    assert curve.get("alt").count("일 때 실제") == 2
    assert "추정 25%일 때 실제 20%(900명)" in curve.get("alt")


def test_what_a_wrong_call_is_and_when_it_blocks_is_said(fair: str) -> None:
    note = html.fromstring(fair).xpath("string(//section[@id='wrong']/div[@class='dim'])")
    assert "실제로는 6개월 안에 취업한 사람을 취업이 어려울 것으로 본 비율입니다" in note
    assert "2.6배를 넘으면 공표를 막습니다" in note


def test_the_page_loads_no_script_and_says_synthetic(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.xpath("//script[@src] | //*[@style]") == []
    assert "합성 데이터" in tree.xpath("string(//*[@role='note'])")


def test_without_a_model_one_sentence_says_why(silent: str) -> None:
    said = html.fromstring(silent).xpath("string(//main//p[@class='none'])")
    assert said.startswith("이 밤에는 공표하는 취업확률 모형이 없습니다.")
    assert "보정 오차 0.0246가 기준 0.0200를 넘었습니다" in said


def test_without_a_model_there_is_no_empty_table(silent: str) -> None:
    tree = html.fromstring(silent)
    assert list(_titles(silent)) == ["promotion", "models", "cohorts", "age"]
    assert all(table.xpath(".//tbody/tr") for table in tree.xpath("//table"))
    assert "확률을 공표하지 않음" in _titles(silent)["promotion"]


def test_a_night_that_was_never_judged_says_so(settings: Settings, catalog: Path, tmp_path: Path) -> None:
    file = tmp_path / "goyong-bare.duckdb"
    shutil.copyfile(catalog, file)
    with duckdb.connect(str(file)) as db:
        for name in ("promotions", "evaluation", "calibration", "fairness", "drift", "cohorts"):
            db.execute(f"delete from ops.{name}")
    bare = page_of(settings, file, "employment")
    assert "평가 기록이 없어" in html.fromstring(bare).xpath("string(//main//p[@class='none'])")
    assert _titles(bare) == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"candidate_version": None}, "기록이 적어"),
        ({"brier_gain_low": -0.001}, "모두에게 평균을 말하는 것보다 확실히 낫지 않았습니다"),
        ({"brier_gain_low": 0.0, "incumbent_version": "m-0"}, "지금까지 쓰던 모형보다"),
        ({"ece": 0.03}, "보정 오차 0.0300가 기준 0.0200를 넘었습니다"),
        ({"largest_gap_growth": 0.05}, "TPR 차이가 0.050 늘어 기준 0.02를 넘었습니다"),
    ],
)
def test_a_refused_candidate_has_its_reason(change: dict[str, object], why: str) -> None:
    row = {"is_promoted": False, "candidate_version": "m-2", "incumbent_version": None, "largest_gap_growth": 0.0}
    row |= {"brier_gain": 0.001, "brier_gain_low": 0.0005, "ece": 0.01, "ece_limit": 0.02}
    found = refusals(row | change)
    assert len(found) == 1
    assert why in found[0]


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("ALL", "ALL", "전체"),
        ("sex_code", "F", "성별 여성"),
        ("age_band_code", "60+", "연령대 60세 이상"),
        ("is_disabled", "N", "장애 없음"),
        ("is_foreign_national", "Y", "외국인"),
        ("home_region_code", "50", "지역 제주"),
        ("age_band_code", "UNKNOWN", "연령대 모름"),
    ],
)
def test_groups_are_called_by_their_names(name: str, code: str, said: str) -> None:
    assert group(name, code) == said
