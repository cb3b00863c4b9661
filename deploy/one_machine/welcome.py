"""What a centre says when it is ready: where everything is, and what to try first."""

from rich.table import Table
from rich.text import Text

from deploy.one_machine.place import Place
from starters.cli.profile import PROFILE_FILE, Profile
from starters.cli.screen import screen


def welcome(place: Place, profile: Profile, *, seconds: float, first: bool) -> None:
    """Print the addresses; at the first start a token too, which no later start shows again."""
    table = Table.grid(padding=(0, 2))
    for name, where in (
        ("接口文档 API", f"{place.api_url}/docs"),
        ("流程界面 Temporal UI", place.temporal_ui_url),
        ("解密服务 codec", f"{place.codec_url}  (令牌 codec_token: {place.keys_file})"),
        ("数据 data", str(place.folder)),
        ("身份 people", f"{place.profile_file}  (--as {', '.join(list(profile.people)[:5])} …)"),
    ):
        table.add_row(Text(name, style="bold"), Text(where, overflow="fold"))
    out = screen()
    out.print(Text(f"管家已就绪 Guanjia is ready ({seconds:.1f} s)。Ctrl-C 停止 stops.", style="bold green"))
    out.print(table)
    if PROFILE_FILE.absolute() != place.profile_file:
        out.print(Text(f"export GUANJIA_PROFILE={place.profile_file}"), soft_wrap=True)
    if first and profile.people:
        name, person = next(iter(profile.people.items()))
        out.print(Text(f"export GUANJIA_TOKEN={person.token}  # {name} {person.community}"), soft_wrap=True)
