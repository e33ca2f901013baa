"""`goyong evaluate …`: the models of the nightly answers on data with known answers, from files.

Results on stdout, what was left out of a file on stderr. Heavy imports stand inside commands. Do not put here: how
anything is trained, scored or measured (ml/, matching/).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

evaluate_app = typer.Typer(no_args_is_help=True, help="Measure the models on data with known answers.")

_SEED = 20_260_101


@evaluate_app.command("tabular")
def evaluate_tabular(
    train: Annotated[Path, typer.Option(help="CSV file to learn from.")],
    test: Annotated[Path, typer.Option(help="CSV file to answer; measured when it has the label.")],
    label: Annotated[str, typer.Option(help="Column of the outcome: 0/1, true/false, or see --positive.")],
    out: Annotated[Path, typer.Option(help="Answers: id, probability, low, high and three reasons.")],
    positive: Annotated[str | None, typer.Option(help="Value of the label that counts as 1.")] = None,
    drop: Annotated[str | None, typer.Option(help="Columns that are no inputs, separated by commas.")] = None,
    id_column: Annotated[str | None, typer.Option("--id", help="Column of the row's id (default: row number).")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Threads; they never change the result.")] = os.cpu_count() or 1,
) -> None:
    """Train the probability model on any table, answer another, and print how good it is beside other models."""
    from ml import tabular
    from ml.challengers import train_challengers
    from ml.tabular.columns import ID, LABEL, ROW

    roles = tabular.Roles(label, positive, tabular.split_names(drop), id_column)
    training = tabular.read_training(train, roles)
    rows = tabular.read_test(test, roles, training.features)
    trained = tabular.train_tabular(training, job_count=jobs)
    scores = tabular.score_rows(trained, rows)
    tabular.write_answers(tabular.build_answers(trained.model, rows, scores), out)
    has_label = LABEL in rows.table.column_names
    challengers = (
        train_challengers(training.table, LABEL, training.features, seed=_SEED, key_columns=(ID, ROW), job_count=jobs)
        if has_label
        else ()
    )
    typer.echo(tabular.describe_run(trained, rows, scores, challengers))


@evaluate_app.command("training-effect")
def evaluate_training_effect(
    experiment: Annotated[Path, typer.Option(help="CSV file of a lottery: trained and untrained people.")],
    comparison: Annotated[Path, typer.Option(help="CSV file of other people who were not trained.")],
    treated: Annotated[str, typer.Option(help="Column that is 1 for who was trained.")] = "trt",
    outcome: Annotated[str, typer.Option(help="Column of what came of it.")] = "re78",
    ignore: Annotated[str, typer.Option(help="Columns that describe nobody, separated by commas.")] = "rownames",
) -> None:
    """Show how far a comparison with untrained people misses what a lottery says of the same training."""
    from ml import training_effect
    from ml.tabular import split_names

    roles = training_effect.Roles(treated, outcome, split_names(ignore))
    typer.echo(training_effect.describe_effect(training_effect.compare_effects(experiment, comparison, roles)))


@evaluate_app.command("courses")
def evaluate_courses(
    snapshots: Annotated[Path, typer.Option(help="Folder of monthly snapshots, CSV or XLSX with YYYYMM in the name.")],
    as_of: Annotated[str, typer.Option("--as-of", help="Month YYYY-MM: only snapshots up to it are read.")],
    out: Annotated[Path, typer.Option(help="Answers: course, round, predicted, low and high (90 %).")],
    settled_rates: Annotated[
        bool,
        typer.Option(
            "--settled-rates/--no-settled-rates",
            help="Take also rates settled by then that only later snapshots kept (none kept any before 2025-05).",
        ),
    ] = True,
) -> None:
    """Predict the 6-month employment rate of sessions where it is not known yet; judge it by later snapshots."""
    from ml import courses

    day = courses.parse_month(as_of)
    known = courses.read_snapshots(snapshots, as_of=day, settled_rates=settled_rates)
    faults = courses.describe_faults(known)
    if faults:
        typer.echo(faults, err=True)
    answers = courses.build_answers(known, courses.predict_rates(known.sessions, as_of=day))
    courses.write_rates(answers, out)
    outcomes = courses.read_outcomes(snapshots, as_of=day)
    if outcomes is None:
        typer.echo(f"answered {answers.num_rows:,} sessions; no later snapshot to judge them by")
        return
    typer.echo(courses.describe_judgement(courses.judge_rates(known.sessions, answers, outcomes, as_of=day)))


@evaluate_app.command("titles")
def evaluate_titles(
    dictionary: Annotated[Path, typer.Option(help="Job dictionary: Parquet, CSV or JSON Lines.")],
    queries: Annotated[Path, typer.Option(help="CSV file with a column query; measured when it has a column code.")],
    out: Annotated[Path, typer.Option(help="Answers: query, rank, code and score, up to five rows a query.")],
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Take each query's own title under its code out of the dictionary.")
    ] = False,
) -> None:
    """Find the KECO group of free-text occupations, and print how often the right one is found."""
    from ml import title_answers

    answers = title_answers.answer_titles(dictionary, queries, leave_out=leave_out)
    title_answers.write_titles(answers, out)
    typer.echo(title_answers.describe_titles(answers))


@evaluate_app.command("occupations")
def evaluate_occupations(
    train: Annotated[list[Path], typer.Option(help="Survey of workers to learn from, CSV; may be repeated.")],
    test: Annotated[Path, typer.Option(help="CSV file to answer; measured when it has the label.")],
    label: Annotated[str, typer.Option(help="Column of the occupation's code.")],
    id_column: Annotated[str, typer.Option("--id", help="Column of the person's id.")],
    out: Annotated[Path, typer.Option(help="Answers: idx, rank, code and score, five rows a person.")],
    items: Annotated[
        str | None, typer.Option(help="Prefixes of the columns that are items (default: aq,iq,cq,sq,kq,saq,vq).")
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="More surveys to learn from, as after --train.")] = None,
) -> None:
    """Rank occupations by what people answered in a questionnaire, and print how often the right one is found."""
    from ml import occupation_survey

    roles = occupation_survey.Roles(label, id_column, occupation_survey.parse_prefixes(items))
    surveys = occupation_survey.read_surveys([*train, *(more or ())], test, roles)
    model = occupation_survey.learn_model(surveys)
    scores = occupation_survey.score_people(model, surveys.asked)
    occupation_survey.write_answers(occupation_survey.build_answers(surveys, model, scores), out)
    typer.echo(occupation_survey.describe_answers(surveys, model, scores))


@evaluate_app.command("jobs")
def evaluate_jobs(
    data: Annotated[Path, typer.Option(help="Folder of apply_public.csv, the résumés' and the postings' files.")],
    out: Annotated[Path, typer.Option(help="Answers: resume_seq, rank, recruitment_seq, score; k rows a résumé.")],
    k: Annotated[int, typer.Option("--k", min=1, help="Postings for each résumé.")] = 5,
) -> None:
    """Recommend postings to every résumé of resume.csv, and print how often a held-out application is found."""
    from ml import job_recommendation

    market = job_recommendation.read_market(data)
    made = job_recommendation.recommend_jobs(market, k=k)
    job_recommendation.write_lists(made.lists, out)
    typer.echo(job_recommendation.describe_recommendation(market, made, k=k))
