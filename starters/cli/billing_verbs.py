"""Everything about fees by command 收费: the cash desk; acting on fee cases is ``guanjia act``."""

import typer

from starters.cli.billing_cash_verbs import billing_cash_verbs
from starters.cli.billing_income_verbs import billing_income_verbs
from starters.cli.billing_print_verbs import billing_print_verbs
from starters.cli.billing_quarter_verbs import billing_quarter_verbs
from starters.cli.billing_report_verbs import billing_report_verbs
from starters.cli.billing_request_verbs import billing_request_verbs

billing_verbs = typer.Typer(help="收费:明细表、通知单、收款、当班、日结、收据、款项申请、报表", no_args_is_help=True)
billing_verbs.add_typer(billing_quarter_verbs)
billing_verbs.add_typer(billing_cash_verbs)
billing_verbs.add_typer(billing_income_verbs)
billing_verbs.add_typer(billing_print_verbs)
billing_verbs.add_typer(billing_report_verbs)
billing_verbs.add_typer(billing_request_verbs)
