"""Where a printed paper goes 打印文件: a file that only its owner can read, and that is never lost by mistake."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from activities.connections.on_disk import sync

OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", dir_okay=False, help="写入哪个文件(PDF)")]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="覆盖已有的文件")]


def refuse_to_lose(out: Path, *, overwrite: bool) -> None:
    """Refuse a file that is there already, and a folder that is not: before anything is printed and entered."""
    if out.exists() and not overwrite:
        raise typer.BadParameter(f"文件 {out} 已存在;要覆盖请加 --overwrite", param_hint="--out")
    if not out.parent.is_dir():
        raise typer.BadParameter(f"没有文件夹 {out.parent}", param_hint="--out")


def write_printed(out: Path, content: bytes) -> None:
    """Write the paper: it holds names, so nobody else may read it.

    It is there whole and outlives a power cut, or it is not there, and what was there before still is.
    """
    with ready_to_print(out, content):
        pass


@contextmanager
def ready_to_print(out: Path, content: bytes) -> Iterator[None]:
    """Have the paper on the disk under another name while the block enters it, then give it its own.

    What fails in the block leaves neither the paper nor a loss of what was there before.
    """
    with _said(out):
        descriptor, name = tempfile.mkstemp(prefix=".guanjia-", suffix=".unfinished", dir=out.parent)  # 0600
    new = Path(name)
    try:
        with _said(out), os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield
        with _said(out):
            new.replace(out)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # it is there, and entered: a folder that cannot be written out is no reason to deny it
        sync(out.parent)


@contextmanager
def _said(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise typer.BadParameter(f"无法写入 {out}:{error.strerror}", param_hint="--out") from error
