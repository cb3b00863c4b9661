"""Commands for the key file 密钥文件: making it, a new key 换新, sealing anew 换密, and retiring an old key 停用."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from activities.connections.encryption import EncryptionKeys
from activities.connections.keys import KeyRing
from deploy.attachments_here import attachments_here
from deploy.damaged_attachments import say_damaged
from deploy.one_machine.place import Place
from deploy.records_here import records_here
from deploy.settings_here import settings_here
from deploy.start_refused import StartRefusedError

if TYPE_CHECKING:  # what needs the database is imported when it runs, like everything in ``process_verbs``
    from activities.attachments.damage import Damage, DamagedAttachment
    from activities.attachments.store import AttachmentStore
    from activities.connections.database import Database
    from activities.connections.settings import Settings

_NAMED_AT_MOST: Final = 20
"""Attachments under a key that is not retired; usually it is one that is damaged, or all of them."""

key_verbs = typer.Typer(help="密钥文件", no_args_is_help=True)


@key_verbs.command("create")
def create_keys(
    file: Annotated[Path, typer.Argument(envvar="GUANJIA_KEYS_FILE", help="写到哪里;已有文件不会覆盖")],
) -> None:
    """生成密钥文件(权限 0600)"""
    KeyRing.create(file)
    typer.echo(f"已生成 {file}:请另存一份备份,与数据库备份分开保管")


@key_verbs.command("list")
def list_keys() -> None:
    """每个密钥的编号,是否当前,其下有多少处个人信息与附件"""
    from activities.attachments.resealing import attachments_by_key
    from activities.records.resealing import values_by_key

    settings = settings_here()
    ring = KeyRing.load(settings.keys_file)
    with _sealed_here(settings) as (database, store):
        with database.begin() as connection:
            values = values_by_key(connection)
        stored = attachments_by_key(store, ring.personal)
    attachments = stored.by_key
    for key_id in sorted({*ring.personal.keys, *values, *attachments}):
        mark = "当前" if key_id == ring.personal.current else "" if key_id in ring.personal.keys else "密钥文件中没有"
        typer.echo(f"personal {key_id} {values[key_id]} 处,附件 {attachments[key_id]} 个 {mark}".rstrip())
    for key_id in sorted(ring.payload.keys):
        typer.echo(f"payload {key_id} {'当前' if key_id == ring.payload.current else ''}".rstrip())
    raise typer.Exit(say_damaged(_by_id(stored.damaged), "有附件已损坏"))


@key_verbs.command("rotate")
def rotate(
    payload: Annotated[bool, typer.Option("--payload", help="只换流程历史的密钥")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="只换个人信息与附件的密钥")] = False,
) -> None:
    """换新密钥:加入密钥文件并设为当前,旧密钥保留;都不选即两种都换"""
    both = not payload and not personal
    settings = settings_here()
    ring = KeyRing.change(
        settings.keys_file,
        lambda old: old.rotated(payload=payload or both, personal=personal or both, now=datetime.now(UTC)),
    )
    if payload or both:
        typer.echo(f"payload 当前密钥 {ring.payload.current}")
    if personal or both:
        typer.echo(f"personal 当前密钥 {ring.personal.current}")
    typer.echo(
        f"已写入 {settings.keys_file}。接下来:1 另存一份到保险柜;2 各主机换成同一文件;3 重启全部进程"
        "(先全部换好文件,再重启);4 guanjia keys reseal"
    )


@key_verbs.command("reseal")
def reseal_everything() -> None:
    """把仍用旧密钥加密的个人信息与附件改用当前密钥;可中断,可重复,不影响办理。先重启全部进程"""
    from activities.attachments.resealing import attachments_by_key, reseal_attachments
    from activities.records.resealing import reseal

    settings = settings_here()
    _require_restarted(settings)
    keys = KeyRing.load(settings.keys_file).personal
    with _sealed_here(settings) as (database, store):
        done = reseal(database)
        attachments = reseal_attachments(database, store, keys)
        stored = attachments_by_key(store, keys)
    damaged = _by_id((*stored.damaged, *attachments.damaged))
    left = done.left + stored.by_key.total() - stored.by_key[keys.current]
    typer.echo(f"已改用密钥 {keys.current}:{done.changed} 处,附件 {attachments.changed} 个;仍用旧密钥 {left} 处")
    if left > len(damaged):
        typer.echo("有进程正在写入,或仍在用旧密钥:请确认全部进程已重启,再运行一次")
    raise typer.Exit(say_damaged(damaged, "有附件已损坏,没有换密") or int(left > 0))


@key_verbs.command("retire")
def retire(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="密钥编号,见 guanjia keys list")],
    payload: Annotated[bool, typer.Option("--payload", help="流程历史的密钥")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="个人信息与附件的密钥")] = False,
    no_history: Annotated[
        bool, typer.Option("--i-know-no-history-uses-it", help="确知已没有流程历史、日程用它(系统无法查证)")
    ] = False,
) -> None:
    """停用旧密钥:从密钥文件删除;仍有内容用它加密时拒绝"""
    if payload == personal:
        raise typer.BadParameter("请给出 --payload 或 --personal 之一")
    settings = settings_here()
    ring = KeyRing.load(settings.keys_file)
    _require_old(key_id, ring.payload if payload else ring.personal)
    if payload and not no_history:
        raise StartRefusedError(
            "无法查证是否还有流程历史用它:最长的案件结束、再过保留期 90 天之后,并已运行 guanjia schedules apply,"
            "才可加 --i-know-no-history-uses-it 停用",
            "histories that need it cannot be counted: wait for the longest case and 90 days of retention",
        )
    if personal:
        _retire_personal(settings, key_id, ring.personal)
    KeyRing.change(settings.keys_file, lambda old: old.without(key_id, payload=payload))
    typer.echo(
        f"已停用 {key_id},并从 {settings.keys_file} 删除。各主机换成同一文件;此前的备份仍要用旧的密钥文件才能恢复"
    )


def _require_restarted(settings: "Settings") -> None:
    """Raise ``StartRefusedError`` while the one-machine centre runs with the keys of before: it could read nothing new.

    Its lock is written when it starts. Of processes elsewhere nothing is known here.
    """
    place = Place.from_environment()
    if settings.keys_file != place.keys_file or not place.lock_file.exists():
        return
    if place.keys_file.stat().st_mtime_ns > place.lock_file.stat().st_mtime_ns:
        raise StartRefusedError(
            "换密钥后单机版还没有重启,它读不出新密钥加密的内容:请先 Ctrl-C 停止,再 guanjia run,然后再运行一次",
            "the centre was not restarted since its keys were changed: stop it, start it, then repeat",
        )


def _require_old(key_id: str, keys: EncryptionKeys) -> None:
    """Raise ``StartRefusedError`` for a key that is in use, or not in the file."""
    if key_id == keys.current:
        raise StartRefusedError(
            f"密钥 {key_id} 正在使用:请先 guanjia keys rotate", f"key {key_id} is the current one: rotate first"
        )
    if key_id not in keys.keys:
        raise StartRefusedError(f"密钥文件中没有编号 {key_id}", f"there is no key {key_id} in the key file")


def _retire_personal(settings: "Settings", key_id: str, keys: EncryptionKeys) -> None:
    from activities.attachments.resealing import StoredAttachments, attachments_by_key
    from activities.records.resealing import KeyStillUsedError, retire_in_records

    stored = StoredAttachments({}, ())

    def attachments_under_it() -> int:
        """Those that it seals, and those of which nobody can say that it does not."""
        nonlocal stored
        stored = attachments_by_key(store, keys)
        return stored.by_key[key_id] + len(stored.damaged)

    with _sealed_here(settings) as (database, store):
        try:
            retire_in_records(database, key_id, attachments_under_it)
        except KeyStillUsedError as used:
            say_damaged(_by_id(stored.damaged), f"无法核实是否用密钥 {key_id} 加密的附件")
            under_it = stored.ids.get(key_id, ())
            if under_it:
                typer.echo(f"用密钥 {key_id} 加密的附件:{'、'.join(under_it[:_NAMED_AT_MOST])}", err=True)
            raise StartRefusedError(
                str(used), f"{used.values} values are sealed under {key_id}: restart every process, then keys reseal"
            ) from None


def _by_id(damaged: "Iterable[DamagedAttachment]") -> "dict[str, Damage]":
    return {each.id: each.damage for each in damaged}


@contextmanager
def _sealed_here(settings: "Settings") -> "Iterator[tuple[Database, AttachmentStore]]":
    """Everything that personal keys seal."""
    with records_here(settings) as database, attachments_here(settings, database) as store:
        yield database, store
