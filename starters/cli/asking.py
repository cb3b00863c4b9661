"""How every command asks: the options they share, and how a refusal or a silence becomes a line and an exit code."""

import contextlib
import uuid
from collections.abc import Iterator
from typing import Annotated, Final

import typer

from starters.cli.profile import ProfileError, access
from starters.cli.screen import plain, print_table, warnings
from starters.cli.service_centre import RefusedRequestError, ServiceCentre, UnansweredRequestError

REFUSED: Final = 1
"""Exit code: nothing was done."""
UNANSWERED: Final = 3
"""Exit code: nobody knows whether it was done; resend with the same key."""

PersonOption = Annotated[
    str, typer.Option("--as", envvar="GUANJIA_PERSON", metavar="NAME", help="以身份文件中的谁办理")
]
CommunityOption = Annotated[str, typer.Option("--community", metavar="CODE", help="项目编码")]
KeyOption = Annotated[
    str, typer.Option("--key", metavar="KEY", help="幂等键;上次没有等到答复时,用上次的键重发不会办理两次")
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出接口返回的 JSON")]
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="单号,如 BX-7K3QM-9TXAB")]


def new_key(given: str) -> str:
    """The key that was given, or a new one."""
    return given or str(uuid.uuid4())


@contextlib.contextmanager
def service_centre(person: str, community: str) -> Iterator[ServiceCentre]:
    """A connection for one command; what goes wrong is printed and ends the command with its exit code."""
    try:
        with ServiceCentre(access(person, community)) as centre:
            yield centre
    except ProfileError as error:
        _complain(str(error))
        raise typer.Exit(REFUSED) from None
    except RefusedRequestError as refusal:
        _complain(f"{refusal.detail}({refusal.code})")
        print_table("", ("位置", "问题"), [(each.get("field"), each.get("message")) for each in refusal.problems])
        raise typer.Exit(REFUSED) from None
    except UnansweredRequestError as silence:
        _complain(silence.detail)
        if silence.key:
            _complain(f"用同一个键重发不会办理两次:--key {silence.key}")
        raise typer.Exit(UNANSWERED) from None


def _complain(text: str) -> None:
    warnings().print(plain(text))
