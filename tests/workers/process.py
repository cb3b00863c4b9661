"""A worker process as the command starts it, for tests that stop or kill it."""

import asyncio
import sys

from activities.connections.log_lines import configure
from activities.connections.settings import Settings
from deploy.leaving import FAILED, leave
from workers.running import CannotStartError, run_workers
from workflows.messages.identifiers import TaskQueue


def main() -> None:
    """Serve the queues named as arguments with the settings of the environment."""
    settings = Settings.load()
    configure(settings.log_format)
    try:
        asyncio.run(run_workers(settings, [TaskQueue(name) for name in sys.argv[1:]]))
    except CannotStartError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the test reads it
        leave(FAILED)
    leave()


if __name__ == "__main__":
    main()
