"""Photographs and signatures by command 附件: upload one, and read one back."""

from pathlib import Path
from typing import Annotated

import typer

from activities.attachments.images import Purpose
from starters.cli.asking import REFUSED, CommunityOption, KeyOption, PersonOption, new_key, service_centre
from starters.cli.screen import plain, say, warnings

attachment_verbs = typer.Typer()


@attachment_verbs.command()
def attach(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="图片文件:JPEG、PNG、WebP、HEIC")],
    *,
    purpose: Annotated[Purpose, typer.Option(help="照片或签名")] = Purpose.PHOTO,
    key: KeyOption = "",
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """上传照片或签名,得到附件号(FJ-…)"""
    with service_centre(person, community) as centre:
        path = f"{centre.in_community('attachments')}?purpose={purpose}"
        say(str(centre.send_bytes(path, file.read_bytes(), new_key(key))["id"]))


@attachment_verbs.command()
def attachment(
    number: Annotated[str, typer.Argument(metavar="FJ-…", help="附件号")],
    *,
    out: Annotated[Path, typer.Option("--out", help="存到哪个文件")],
    person: PersonOption = "",
    community: CommunityOption = "",
) -> None:
    """取回一个附件,存成文件"""
    if out.exists():
        warnings().print(plain(f"文件 {out} 已存在,不会覆盖"))
        raise typer.Exit(REFUSED)
    with service_centre(person, community) as centre:
        content = centre.fetch(centre.in_community("attachments", number))
    out.write_bytes(content)
    say(f"已存为 {out}")
