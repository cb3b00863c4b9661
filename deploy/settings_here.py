"""The settings of the process that was just started 本机设置."""

import os
import sys

from activities.connections.log_lines import configure
from activities.connections.settings import Settings
from deploy.one_machine.place import Place


def settings_here() -> Settings:
    """Return what is set, or else the settings of the one-machine centre in ``GUANJIA_HOME``; logging follows them.

    Where it comes to the one-machine centre, standard error says so, and all of them are that centre's: its records
    never meet another Temporal. Raises ``SettingsError``, or ``StartRefusedError`` for a wrong port.
    """
    if not {"GUANJIA_DATABASE_URL", "GUANJIA_CONFIG"} & os.environ.keys():
        place = Place.from_environment()
        if place.keys_file.exists():
            place.become_current()
            where = f"使用单机版 {place.folder} | using the one-machine centre in {place.folder}"
            print(f"guanjia: {where}", file=sys.stderr)
    settings = Settings.load()
    configure(settings.log_format)
    return settings
