"""How a demo is told on the screen: scenes on their business dates, what came of them, and the mails that went out."""

from datetime import datetime

from rich.text import Text

from deploy.demo.demo_centre import DemoCentre
from starters.cli.screen import plain, screen
from workflows.messages.case import CaseView


def print_scene(at: datetime, said: str) -> None:
    """Tell what happens at a business instant."""
    screen().print(Text(f"{at:%Y-%m-%d %H:%M}  ", style="bold cyan").append(plain(said)), soft_wrap=True)


def print_outcome(centre: DemoCentre, case: CaseView) -> None:
    """Tell the state that the case has come to, and the mails that went out for it."""
    state, waiting = case.state_label, case.waiting_for
    now = waiting if state in waiting else f"{state},{waiting}"
    screen().print(Text(f"{'':18}→ {now}", style="green"), soft_wrap=True)
    print_mails(centre)


def print_mails(centre: DemoCentre) -> None:
    """Tell which mails have gone out since."""
    for mail in centre.mail.collect():
        line = Text(f"{'':18}✉ ", style="yellow").append(plain(f"{mail['To']}:{mail['Subject']}"))
        screen().print(line, soft_wrap=True)
