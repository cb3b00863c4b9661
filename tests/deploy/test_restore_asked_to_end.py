"""A restore that is asked to end takes back what it has begun, and can be repeated."""

import signal
import subprocess

import psutil
import pytest

from tests.deploy.centre import Centre, command_line, environment, folder_of_a_test, typed
from tests.deploy.test_backup import BackedUp, backed_up  # noqa: F401 - a fixture
from tests.servers import ROOT

pytestmark = pytest.mark.timeout(300)


def still_running(words: str) -> list[int]:
    """Processes that name the folder; those of a PostgreSQL end with it."""
    return [each.pid for each in psutil.process_iter(["cmdline"]) if words in " ".join(each.info["cmdline"] or ())]


@pytest.mark.parametrize(
    ("asked", "when"), [(signal.SIGHUP, "postgres.unfinished"), (signal.SIGTERM, "postgres.unfinished/postmaster.pid")]
)
def test_a_restore_that_is_asked_to_end_leaves_nothing_and_can_be_repeated(
    backed_up: BackedUp,  # noqa: F811 - the fixture
    asked: signal.Signals,
    when: str,
) -> None:
    with folder_of_a_test("asked-to-end") as folder:
        centre = Centre(folder / "var")
        words = ("restore", str(backed_up.folder), "--keys", str(backed_up.keys))
        process = subprocess.Popen(  # noqa: S603 - our own command
            command_line(*words), env=environment(centre.variables), cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        while not (centre.folder / when).exists():
            assert process.poll() is None, "it ended before it came so far"
        process.send_signal(asked)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1, errors
        assert errors.splitlines()[-1].startswith("guanjia: 恢复被中止"), errors
        assert [path.name for path in centre.folder.iterdir()] == ["lock"]
        assert still_running(str(centre.folder)) == []
        again = typed(*words, **centre.variables)
        assert again.returncode == 0, again.stderr
