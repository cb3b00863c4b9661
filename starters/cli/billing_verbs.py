"""``guanjia billing``: the quarter's fees, the cash desk and its reports 收费."""

import typer

billing_verbs = typer.Typer(no_args_is_help=True, help="收费:账单、收款、催缴、日结、报表")
