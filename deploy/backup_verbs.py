"""``guanjia backup`` and ``guanjia restore``: the one-machine centre's data out of it 备份 and into it again 恢复."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from activities.connections.log_lines import configure
from deploy.damaged_attachments import say_damaged
from deploy.one_machine.place import Place
from deploy.start_refused import StartRefusedError

if TYPE_CHECKING:
    from activities.connections.settings import Settings

backup_verbs = typer.Typer()


@backup_verbs.command("backup")
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="写到哪个新文件夹;已有的不会覆盖")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="连同密钥文件:得到这份备份的人就能读出全部个人信息")
    ] = False,
) -> None:
    """备份运行中的单机版:记录、流程与附件,取自同一时刻;集群用数据库自己的备份"""
    from deploy.one_machine.backup import attachments_folder, take_backup
    from deploy.one_machine.backup_manifest import MANIFEST

    place, settings = _one_machine()
    if not place.holds_data:
        raise StartRefusedError(
            f"{place.folder} 里没有单机版的数据。集群请用 PostgreSQL 与 Temporal 自己的备份(docs/operations.md)",
            f"there is no one-machine centre in {place.folder}; on a cluster use the databases' own backups",
        )
    manifest = take_backup(place, settings, folder.absolute(), with_keys=with_keys)
    megabytes = sum(file.size for file in manifest.files.values()) / 1e6
    typer.echo(f"已备份到 {folder}({megabytes:.1f} MB,{len(manifest.files)} 个文件,清单 {MANIFEST})")
    if attachments_folder(settings) is None:
        typer.echo("附件在存储桶里,不在这份备份中:请用存储桶自己的版本与备份")
    if with_keys:
        typer.echo("其中有密钥文件:得到这份备份的人就能读出全部个人信息,请锁好")
    else:
        typer.echo(f"密钥文件不在其中,没有它备份无法恢复:请另存 {place.keys_file},与备份分开保管")
    raise typer.Exit(say_damaged(manifest.damaged, "备份已完成,但有附件已损坏"))


@backup_verbs.command("restore")
def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="guanjia backup 写下的文件夹")],
    keys: Annotated[Path | None, typer.Option(help="密钥文件;不填为 var/keys.toml,或备份里的")] = None,
) -> None:
    """把备份恢复为单机版的数据:只在没有数据的地方;先核对全部文件与密钥"""
    from deploy.one_machine.asked_to_end import ended_in_order
    from deploy.one_machine.restore import restore_backup
    from starters.cli.screen import moment

    place, settings = _one_machine()
    with ended_in_order(
        "guanjia: 恢复被中止,没有做完的已全部撤回 | the restore was asked to end: nothing was restored"
    ):
        done = restore_backup(place, settings, folder.absolute(), None if keys is None else keys.absolute())
    typer.echo(
        f"已恢复到 {place.folder}:{moment(done.manifest.taken_at.isoformat())} 时的数据\n"
        f"{_taken_back_since(settings, done.revoked)}\n"
        "接下来:\n"
        "  guanjia run                这之后的事没有了:按纸面与短信补记,催交通知可能重发\n"
        "  guanjia records reconcile  记录与流程是否一致\n"
        "  guanjia records rebuild --open  有差异时按流程历史补写记录\n"
        "  guanjia person erase --listed --staff 工号  最后:重新删除这之后删除过的个人信息(补写之后)"
    )
    say_damaged(done.manifest.damaged, "备份时就有附件已损坏")


def _taken_back_since(settings: "Settings", revoked: int | None) -> str:
    """What became of what was taken back after the backup: it has come back, and has to go again."""
    if revoked is not None:
        return f"名单 {settings.suppression_file}:已再次吊销 {revoked} 个令牌"
    return (
        f"这里没有名单 {settings.suppression_file}:这之后删除的个人信息、吊销的令牌都随备份回来了,须重做。\n"
        "  从原来的文件夹或另存的副本取来名单,放到上面的位置,先运行 guanjia tokens revoke --listed;\n"
        "  名单已丢失:按留存的书面申请逐个运行 guanjia person erase,按离职与遗失登记运行 guanjia tokens revoke --caller"
    )


def _one_machine() -> "tuple[Place, Settings]":
    """Return the place and its settings; raises ``StartRefusedError`` where records of elsewhere are configured."""
    from activities.connections.settings import Settings

    place = Place.from_environment()
    elsewhere = os.environ.get("GUANJIA_DATABASE_URL")
    if elsewhere not in {None, place.environment["GUANJIA_DATABASE_URL"]}:
        raise StartRefusedError(
            "GUANJIA_DATABASE_URL 指向别处的数据库:备份与恢复只管单机版。"
            "集群请用 PostgreSQL(pg_dump、PITR)与 Temporal 自己的备份(docs/operations.md)",
            "GUANJIA_DATABASE_URL names another database: this is for the one-machine centre only",
        )
    os.umask(0o077)
    place.become_current()
    settings = Settings.load()
    configure(settings.log_format)
    return place, settings
