"""pgproof users: accounts of the web pages."""

from __future__ import annotations

import secrets

import click

from analyzer.cli.where import here
from analyzer.pipeline.service import open_store
from analyzer.store.passwords import hash_password
from analyzer.store.users import Role, add_user, list_users


@click.group()
def users() -> None:
    """Manage the accounts of the web pages."""


@users.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.VIEWER.value,
    show_default=True,
    help="What the account may do.",
)
@click.option("--generate", is_flag=True, help="Make a password and print it once.")
def add(name: str, role: str, generate: bool) -> int:
    """Add an account; the password is asked for, never an argument."""
    if generate:
        password = secrets.token_urlsafe(12)
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with open_store(here()) as store:
        add_user(store, name, hash_password(password), Role(role))
    click.echo(f'added "{name}" as {role}')
    if generate:
        click.echo(f"password: {password}")
    return 0


@users.command("list")
def list_() -> int:
    """List the accounts."""
    with open_store(here()) as store:
        for user in list_users(store):
            click.echo(f"{user.name}\t{user.role}")
    return 0
