"""What a command says of attachments that it could not open 损坏的附件: each by its id, on standard error."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:  # imported when a command runs, as in ``process_verbs``
    from activities.attachments.damage import Damage


def say_damaged(damaged: "Mapping[str, Damage]", what: str) -> int:
    """Name them all, after ``what`` is the matter; return the exit code: 1 where there are any."""
    if not damaged:
        return 0
    typer.echo(f"{what}({len(damaged)} 个):", err=True)
    for attachment, damage in sorted(damaged.items()):
        typer.echo(f"  {attachment} {damage.label} [{damage.value}]", err=True)
    typer.echo("请从较早的备份取回同名文件;确实没有的,把文件移出附件库", err=True)
    return 1
