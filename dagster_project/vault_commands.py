"""`goyong vault`: how the vault stands, new keys for it, and one person's data for somebody who may see it.

Heavy imports stand inside commands. Do not put here: what is kept and how (lake/vault.py), other commands (cli.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from dagster_project.command_options import AsJson, LakeDir, make_settings

vault_app = typer.Typer(
    no_args_is_help=True,
    help="The encrypted store of names, numbers and addresses: its state, its keys, one person's data.",
)


@vault_app.command("status")
def vault_status(lake: LakeDir = None, json: AsJson = False) -> None:
    """Say how many people the vault knows and which keys it uses; never who they are."""
    from datetime import UTC, datetime
    from json import dumps

    from lake.vault import open_vault

    settings = make_settings(lake_dir=lake)
    today = datetime.now(tz=UTC).date()
    people, keys = 0, []
    if settings.vault_file.exists():
        with open_vault(settings) as vault:
            people, keys = vault.count(), vault.key_use()
    found = [
        {
            "key_id": use.key.id,
            "people": use.people,
            "age_days": (today - use.key.made_on).days if use.key.made_on else None,
        }
        for use in keys
    ]
    if json:
        typer.echo(dumps({"people": people, "keys": found}))
        return
    typer.echo(f"people {people:,}")
    for place, key in enumerate(found):
        age = "made on an unknown day" if key["age_days"] is None else f"{key['age_days']} days old"
        typer.echo(f"key    {key['key_id']}  {key['people']:,} people, {age}{'' if place else ', encrypts'}")


@vault_app.command("rotate")
def vault_rotate(lake: LakeDir = None) -> None:
    """Encrypt everybody under a new key and drop the old ones; safe to stop and to run again."""
    from lake import audit_log, publication
    from lake.vault import open_vault

    settings = make_settings(lake_dir=lake)
    with publication.lock(settings), open_vault(settings) as vault:
        rows = vault.rotate()
        keys = [use.key.id for use in vault.key_use()]
        audit_log.record(settings, "vault rotate", people=rows, key_ids=keys)
    typer.echo(f"{rows:,} people encrypted anew under {keys[0]}; keys now: {', '.join(keys)}")


@vault_app.command("show")
def vault_show(
    key: Annotated[str, typer.Argument(help="Pseudonymous seeker key.")],
    reason: Annotated[str, typer.Option(help="Why you need to see it; stands in the audit log.")],
    lake: LakeDir = None,
    json: AsJson = False,
) -> None:
    """Show who one person is. The look is recorded, with its reason, before anything is shown."""
    from json import dumps

    from lake import audit_log
    from lake.erasures import mark_of
    from lake.privacy import load_master_key
    from lake.vault import VaultError, open_vault

    if not reason.strip():
        raise typer.BadParameter("found a blank reason; say why this person must be seen", param_hint="--reason")
    settings = make_settings(lake_dir=lake)
    person = {}
    if settings.vault_file.exists():
        with open_vault(settings) as vault:
            person = vault.get(key)
    mark = mark_of(key, load_master_key(settings))
    audit_log.record(settings, "vault show", person=mark, reason=reason.strip(), is_known=bool(person))
    if not person:
        raise VaultError("vault: nobody has this key. Do: take it from a table, or see `goyong vault status`.")
    if json:
        typer.echo(dumps(person, ensure_ascii=False))
        return
    typer.echo("\n".join(f"{name:16} {value or '-'}" for name, value in person.items()))
