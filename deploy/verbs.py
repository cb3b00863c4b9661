"""All verbs of the ``guanjia`` command in one application."""

import typer

from deploy.backup_verbs import backup_verbs
from deploy.community_verbs import community_verbs
from deploy.key_verbs import key_verbs
from deploy.person_verbs import person_verbs
from deploy.process_verbs import process_verbs
from deploy.record_verbs import record_verbs
from deploy.schedule_verbs import schedule_verbs
from deploy.token_verbs import token_verbs
from starters.cli.staff_verbs import staff_verbs

guanjia = typer.Typer(
    help="管家:物业客服中心", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
guanjia.add_typer(staff_verbs)
guanjia.add_typer(process_verbs)
guanjia.add_typer(backup_verbs)
guanjia.add_typer(schedule_verbs, name="schedules")
guanjia.add_typer(record_verbs, name="records")
guanjia.add_typer(person_verbs, name="person")
guanjia.add_typer(community_verbs, name="communities")
guanjia.add_typer(key_verbs, name="keys")
guanjia.add_typer(token_verbs, name="tokens")
