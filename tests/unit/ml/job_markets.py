"""A market anybody can see through: tailors apply to the first postings, bakers to the last; files as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ml.job_recommendation import Market, read_market

RESUME = (
    "resume_seq,reg_date,updated_date,degree,graduate_date,hope_salary,last_salary,text_keyword,"
    "job_code_seq1,job_code_seq2,job_code_seq3,career_month,career_job_code"
)
SCHOOL = "resume_seq,hischool_gender,hischool_location_seq,univ_location,univ_major_type,univ_type_seq2,univ_score"
POSTING = "recruitment_seq,address_seq1,address_seq2,check_box_keyword,education,major_task,qualifications,text_keyword"
TAILORS, BAKERS = ("U01", "U02", "U03", "U04"), ("U05", "U06", "U07", "U08")
POSTINGS = tuple(f"R{number:02}" for number in range(1, 13))
# Tailors among R01–R06, bakers among R07–R12; nobody has all of a side.
APPLICATIONS = (
    *[("U01", posting) for posting in ("R01", "R02", "R03")],
    *[("U02", posting) for posting in ("R01", "R02", "R04")],
    *[("U03", posting) for posting in ("R01", "R03", "R05")],
    *[("U04", posting) for posting in ("R02", "R06")],
    *[("U05", posting) for posting in ("R07", "R08", "R09")],
    *[("U06", posting) for posting in ("R07", "R08", "R10")],
    *[("U07", posting) for posting in ("R07", "R09", "R11")],
    *[("U08", posting) for posting in ("R08", "R12")],
)


def make_files(
    applications: Iterable[tuple[str, str]] = APPLICATIONS, *, more_people: Mapping[str, str] | None = None
) -> dict[str, list[str]]:
    """Lines of every file by name; `more_people` maps further résumés to their words."""
    words = dict.fromkeys(TAILORS, "sewing;cutting") | dict.fromkeys(BAKERS, "baking;oven") | (more_people or {})
    people = sorted(words)
    return {
        "apply_public.csv": ["resume_seq,recruitment_seq", *(",".join(pair) for pair in applications)],
        "resume.csv": [
            RESUME,
            *(f"{who},2020-01-02,2020-03-04,4,2010,0.0,2700.0,{words[who]},trade,,,24,shop" for who in people),
        ],
        "resume_education.csv": [SCHOOL, *(f"{who},both,3,3,9,5,80.0" for who in people)],
        "resume_certificate.csv": ["resume_seq,certificate_contents", f"{people[0]},driving"],
        "resume_language.csv": ["resume_seq,language,exam_name,score", f"{people[0]},2,4,700.0"],
        "recruitment.csv": [
            POSTING,
            *(f"{name},3.0,,{'2507' if name <= 'R06' else '9900'};1000,3,2,1," for name in POSTINGS),
        ],
        "company.csv": ["recruitment_seq,company_type_seq,supply_kind,employee", "R01,2,402,20", "R07,2,514,90"],
    }


def write_files(folder: Path, files: Mapping[str, list[str]]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def make_market(
    folder: Path,
    applications: Iterable[tuple[str, str]] = APPLICATIONS,
    *,
    more_people: Mapping[str, str] | None = None,
) -> Market:
    return read_market(write_files(folder, make_files(applications, more_people=more_people)))
