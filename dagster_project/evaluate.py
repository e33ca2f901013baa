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
