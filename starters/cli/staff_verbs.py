"""Every staff command in one application 员工命令; ``deploy/command.py`` mounts it beside the process commands."""

import typer

from starters.cli.action_verbs import action_verbs
from starters.cli.any_action import any_action
from starters.cli.attachment_verbs import attachment_verbs
from starters.cli.billing_verbs import billing_verbs
from starters.cli.case_verbs import case_verbs
from starters.cli.community_verbs import policy_verbs, roster_verbs
from starters.cli.document_verbs import document_verbs
from starters.cli.inbox_verbs import inbox_verbs
from starters.cli.manager_links import links
from starters.cli.work_verbs import work_verbs

staff_verbs = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
staff_verbs.add_typer(case_verbs)
staff_verbs.add_typer(action_verbs)
staff_verbs.add_typer(any_action)
staff_verbs.add_typer(attachment_verbs)
staff_verbs.add_typer(document_verbs)
staff_verbs.add_typer(work_verbs)
staff_verbs.add_typer(billing_verbs, name="billing")
staff_verbs.add_typer(inbox_verbs, name="inbox")
staff_verbs.add_typer(roster_verbs, name="roster")
staff_verbs.add_typer(policy_verbs, name="policy")
staff_verbs.command()(links)
