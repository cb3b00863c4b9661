"""What must hold before anything is started 启动前检查; each refusal says in one line what to do."""

import contextlib
import fcntl
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from activities.documents.fonts import FontMissingError, chinese_font, installed_fonts
from deploy.one_machine.place import Place
from deploy.start_refused import StartRefusedError

_LEAST_FREE_MB: Final = 300
"""A first start takes about 100 MB; with less than this the databases would soon stop in the middle of a write."""
_LAST_RUN_SECONDS: Final = 20
"""How long processes of a centre that was killed may take to end."""


def require_space(folder: Path) -> None:
    """Raise ``StartRefusedError`` if the disk that holds the folder, or will hold it, is as good as full."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free // 1024**2
    if free < _LEAST_FREE_MB:
        raise StartRefusedError(
            f"磁盘将满:{folder} 处只剩 {free} MB,至少要 {_LEAST_FREE_MB} MB。请清理,或把 GUANJIA_HOME 指到别处",
            f"disk full: {free} MB left for {folder}, {_LEAST_FREE_MB} MB needed. Free space or set GUANJIA_HOME",
        )


def open_folder(folder: Path) -> None:
    """Make the folder if need be; raises ``StartRefusedError`` if it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".written").touch()
        (folder / ".written").unlink()
    except OSError as error:
        raise StartRefusedError(
            f"无法写入文件夹 {folder}({error.strerror}):请检查权限,或把 GUANJIA_HOME 指到别处",
            f"cannot write to {folder} ({error.strerror}): check its permissions or set GUANJIA_HOME",
        ) from error


@contextlib.contextmanager
def sole_centre(file: Path) -> Iterator[int]:
    """Hold the folder for one centre and yield the lock's descriptor; raises ``StartRefusedError`` if it is held.

    Every process of the centre inherits the descriptor. So a supervisor that was killed leaves the folder
    locked exactly until the last of its processes is gone, and a file that is left behind locks nothing.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, file)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, file: Path) -> None:
    give_up = time.monotonic() + _LAST_RUN_SECONDS
    while True:
        with contextlib.suppress(BlockingIOError):
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        holder = os.pread(descriptor, 20, 0).decode()
        if not holder.isdecimal() or _lives(int(holder)) or time.monotonic() > give_up:
            raise StartRefusedError(
                f"{file.parent} 里已有一个管家在运行(进程 {holder}):请先停掉它,或用 GUANJIA_HOME 换一个文件夹",
                f"a centre is running in {file.parent} (process {holder}): stop it first, or set GUANJIA_HOME",
            )
        time.sleep(0.1)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def require_free_ports(place: Place) -> None:
    """Raise ``StartRefusedError`` for a port on which somebody listens, or which is named twice."""
    with contextlib.ExitStack() as held:
        for variable, port in place.ports.items():
            listener = held.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
                listener.listen()
            except OSError as error:
                raise StartRefusedError(
                    f"端口 {port} 用不了({error.strerror}):请停掉占用它的程序,或用 {variable}=… 换一个端口",
                    f"port {port} cannot be used ({error.strerror}): stop what holds it, or set {variable}",
                ) from None


def require_whole_restore(place: Place) -> None:
    """Raise ``StartRefusedError`` after a restore that was interrupted: there may be records without their cases."""
    if place.restoring_file.exists():
        raise StartRefusedError(
            f"{place.folder} 里的恢复没有做完:请移走其中的 {place.postgres_folder.name}、attachments 与 "
            f"{place.restoring_file.name},再运行 guanjia restore",
            f"a restore into {place.folder} was interrupted: move away what it left, and repeat it",
        )


def require_chinese_font() -> None:
    """Raise ``StartRefusedError`` where no Chinese font is installed: forms would come out blank, without a word."""
    try:
        chinese_font(installed_fonts())
    except FontMissingError as missing:
        raise StartRefusedError(missing.chinese, missing.english) from None
