"""The model card is Markdown of the night's own numbers; a reason stands beside every constraint."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from dashboards import model_card, texts
from dashboards.judgement import read_judgement
from lake.contracts import codes
from lake.settings import Settings
from ml.employment.inputs import MONOTONE


@pytest.fixture(scope="module")
def card(settings: Settings, catalog: Path) -> str:
    return model_card.render(read_judgement(settings, catalog))


def test_every_constraint_has_a_reason_and_none_is_left_over() -> None:
    assert set(texts.load("model_card")["monotone"]) == set(MONOTONE)


def test_every_heading_is_in_the_card(card: str) -> None:
    headings = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert headings == list(texts.load("model_card")["headings"].values())


@pytest.mark.parametrize(
    "said",
    [
        "합성 데이터",
        "공표 모형 m-1",
        "183일 안에 시작해 28일 이상",
        "213일 안에 고용보험에 든 날을 더해 90일 이상",
        "52주 앞선 시점",
        "AUC 0.700",
        "| 연령대 60세 이상 | 1,050 |",
        "성별, 나이(연령대), 외국인, 장애.",
        "| `market_hires_ratio` | 시장 상황(본인이 정하지 않음) |",
        "+886달러와 +1,794달러",
        "−15,205달러와 −8,498달러",
        "제37조의2",
        "인공지능기본법",
        "1350",
    ],
)
def test_the_card_says(card: str, said: str) -> None:
    assert said in card


def test_a_lower_wage_wish_is_the_only_falling_constraint(card: str) -> None:
    falling = [line for line in card.splitlines() if "확률이 높아지지 않음" in line]
    assert len(falling) == 1
    assert falling[0].startswith("| 희망임금")


def test_every_table_has_as_many_cells_in_each_line(card: str) -> None:
    for block in card.split("\n\n"):
        lines = [line for line in block.splitlines() if line.startswith("|")]
        if lines:
            assert len({line.count("|") - line.count("\\|") for line in lines}) == 1
            assert set(lines[1]) <= set("|-: ")
            assert len(lines) > 2


def test_markdown_is_not_escaped_as_html(card: str) -> None:
    assert "&" not in card
    assert "<" not in card


def test_a_model_that_reads_age_is_not_said_to_leave_it_out(settings: Settings, catalog: Path, tmp_path: Path) -> None:
    file = tmp_path / "goyong-age.duckdb"
    shutil.copyfile(catalog, file)
    with duckdb.connect(str(file)) as db:
        db.execute(
            "insert into ops.drift by name (select * replace ('age_years' as feature_name) from ops.drift limit 1)"
        )
    card = model_card.render(read_judgement(settings, file))
    assert "성별, 외국인, 장애." in card
    assert "나이를 읽습니다" in card


def test_without_a_model_the_card_says_why_and_has_no_numbers_of_one(
    settings: Settings, catalog: Path, tmp_path: Path
) -> None:
    file = tmp_path / "goyong-silent.duckdb"
    shutil.copyfile(catalog, file)
    with duckdb.connect(str(file)) as db:
        db.execute("update ops.promotions set model_version = null, candidate_version = null, is_promoted = false")
        for name in ("evaluation", "calibration", "fairness", "drift"):
            db.execute(f"delete from ops.{name}")
    card = model_card.render(read_judgement(settings, file))
    assert "공표 모형 없음" in card
    assert "배우거나 평가할 기록이 적어" in card
    assert "AUC 0.700" not in card
    assert texts.load("model_card")["no_value"] in card


@pytest.mark.parametrize("code", model_card.ABSTENTIONS)
def test_every_abstention_is_an_answer_code(code: str) -> None:
    assert code in codes.ANSWER
