"""Who may use which route 岗位权限表, written down from ``docs/domain/roles.md`` and not from the program.

``test_rights.py`` holds the program to it. A new route needs a line here; a right that is widened in the program alone
fails the test.
"""

from collections.abc import Mapping
from typing import Final

from workflows.messages.people import Role

CUSTOMER, PLATFORM, SYSTEM = Role.CUSTOMER, Role.INTAKE, Role.SYSTEM
ASSISTANT, STEWARD, SUPERVISOR = Role.CS_ASSISTANT, Role.STEWARD, Role.CS_SUPERVISOR
SITE_MANAGER, COMPANY_MANAGER = Role.SITE_MANAGER, Role.COMPANY_MANAGER
CASHIER, FINANCE = Role.CASHIER, Role.FINANCE
LEAD, TECHNICIAN, CONTROL_ROOM = Role.ENGINEERING_LEAD, Role.TECHNICIAN, Role.CONTROL_ROOM
GUARD, PARKING_ATTENDANT = Role.GUARD, Role.PARKING_ATTENDANT
CULTURE_CLERK, NETWORK_CLERK = Role.CULTURE_CLERK, Role.NETWORK_CLERK
PORT_OWNER, DEVELOPERS_DESK = Role.PORT_OWNER, Role.RE_CS_GROUP

Who = frozenset[Role]

THE_DESK: Final[Who] = frozenset({ASSISTANT, STEWARD, SUPERVISOR, CONTROL_ROOM})
THE_MANAGERS: Final[Who] = frozenset({SITE_MANAGER, COMPANY_MANAGER})
ALL_STAFF: Final[Who] = frozenset({
    ASSISTANT, STEWARD, SUPERVISOR, SITE_MANAGER, COMPANY_MANAGER, CASHIER, FINANCE, LEAD, TECHNICIAN, CONTROL_ROOM,
    GUARD, PARKING_ATTENDANT, CULTURE_CLERK, NETWORK_CLERK, PORT_OWNER, DEVELOPERS_DESK,
})  # fmt: skip
NEVER_STAFF: Final[Who] = frozenset({CUSTOMER, PLATFORM, SYSTEM})
"""Whose token stands for no person: nobody can be put into the roster for them."""

STAFF_AND_PLATFORM: Final[Who] = ALL_STAFF | {PLATFORM}
WHO_REGISTERS: Final[Who] = THE_DESK | THE_MANAGERS | {PLATFORM}
"""登记: the desk, who answers for it, a platform in a customer's name; not who repairs, he would order his own work."""
WHO_SERVES_THE_CUSTOMER: Final[Who] = THE_DESK | THE_MANAGERS | {LEAD, TECHNICIAN}
"""They see names, telephone numbers and homes; cashiers, guards and clerks do not."""
WHO_SEES_ALL_WORK: Final[Who] = THE_DESK | THE_MANAGERS | {LEAD}
WHO_READS_THE_LEDGER: Final[Who] = THE_DESK | THE_MANAGERS | {CASHIER, FINANCE}
WHO_ENTERS_FACTS: Final[Who] = THE_DESK | THE_MANAGERS | {CASHIER}
WHO_ASKS_FOR_MONEY: Final[Who] = frozenset({ASSISTANT, STEWARD, SUPERVISOR, CASHIER})
WHO_SIGNS: Final[Who] = THE_MANAGERS | {SUPERVISOR, FINANCE}
"""Approvals: never the cashier, who would approve what he has taken."""
WHO_SEES_REQUESTS: Final[Who] = WHO_SIGNS | {CASHIER}
WHO_KEEPS_THE_ROSTER: Final[Who] = THE_MANAGERS | {SUPERVISOR}
WHO_BRINGS_NOTICES: Final[Who] = frozenset({STEWARD, SUPERVISOR})
THE_CASHIER: Final[Who] = frozenset({CASHIER})
THE_TILL_AND_FINANCE: Final[Who] = frozenset({CASHIER, FINANCE})
THE_TILL_AND_PARKING: Final[Who] = frozenset({CASHIER, PARKING_ATTENDANT})

OF_A_COMMUNITY: Final = "/v1/communities/{community}"
_IN_A_COMMUNITY: Final[Mapping[str, Who]] = {
    # matters of customers
    "POST /repairs": WHO_REGISTERS,
    "POST /special-services": WHO_REGISTERS,
    "GET /cases": WHO_SERVES_THE_CUSTOMER,
    "GET /cases/{number}": WHO_SERVES_THE_CUSTOMER,
    "GET /cases/{number}/live": STAFF_AND_PLATFORM,
    "POST /cases/{number}/replies": WHO_REGISTERS,
    "GET /cases/{number}/documents": WHO_SERVES_THE_CUSTOMER,
    "POST /cases/{number}/documents/{form}": WHO_SERVES_THE_CUSTOMER,
    "POST /attachments": STAFF_AND_PLATFORM,
    "GET /attachments/{attachment}": WHO_SERVES_THE_CUSTOMER,
    "GET /price-list": STAFF_AND_PLATFORM,
    # every member of staff gets as far as the case, which decides by its own table of allowed actions
    "POST /cases/{number}/actions": ALL_STAFF,
    "POST /special-services/{number}/actions": ALL_STAFF,
    "POST /revisits/{number}/actions": ALL_STAFF,
    "POST /fee-cycles/{number}/actions": ALL_STAFF,
    "POST /fee-months/{number}/actions": ALL_STAFF,
    "POST /arrears/{number}/actions": ALL_STAFF,
    # lists of work
    "GET /work/day": WHO_SERVES_THE_CUSTOMER,
    "GET /work/overdue": WHO_SEES_ALL_WORK,
    "GET /work/morning": WHO_SEES_ALL_WORK,
    "GET /work/time": WHO_SEES_ALL_WORK,
    "GET /work/time.xlsx": WHO_SEES_ALL_WORK,
    # what the community is
    "GET /roster": WHO_KEEPS_THE_ROSTER,
    "POST /roster": WHO_KEEPS_THE_ROSTER,
    "GET /policies": ALL_STAFF,
    "POST /policies": THE_MANAGERS,
    # who owes how much
    "POST /billing/facts": WHO_ENTERS_FACTS,
    "POST /billing/accounts/{account}/household": WHO_ENTERS_FACTS,
    "POST /billing/periods": WHO_SEES_REQUESTS,
    "GET /billing/accounts/{account}": WHO_READS_THE_LEDGER,
    "GET /billing/accounts/{account}/statement": WHO_READS_THE_LEDGER,
    "GET /billing/accounts/{account}/statement.xlsx": WHO_READS_THE_LEDGER,
    "GET /billing/accounts/{account}/statement.pdf": WHO_READS_THE_LEDGER,
    "GET /billing/table": WHO_READS_THE_LEDGER,
    "GET /billing/table.xlsx": WHO_READS_THE_LEDGER,
    "GET /billing/notices/unsent": WHO_READS_THE_LEDGER,
    "POST /billing/notices/sent": WHO_BRINGS_NOTICES,
    "POST /billing/prints/notices": WHO_READS_THE_LEDGER,
    "POST /billing/prints/{paper}/{subject}": WHO_READS_THE_LEDGER,
    "GET /billing/prints/{paper}/{subject}": WHO_READS_THE_LEDGER,
    # reports
    "GET /billing/overview": WHO_READS_THE_LEDGER,
    "GET /billing/arrears": WHO_READS_THE_LEDGER,
    "POST /billing/arrears-reasons": WHO_SEES_REQUESTS,
    "GET /billing/reports/{kind}/{period}": WHO_READS_THE_LEDGER,
    "GET /billing/reports/{kind}/{period}.xlsx": WHO_READS_THE_LEDGER,
    "GET /billing/reports/{kind}/{period}.pdf": WHO_READS_THE_LEDGER,
    "GET /billing/reports/{kind}/{period}/detail": WHO_READS_THE_LEDGER,
    "GET /billing/reports/{kind}/{period}/lines": WHO_READS_THE_LEDGER,
    # the cash desk
    "POST /billing/shifts": THE_CASHIER,
    "POST /billing/shifts/{shift}/count": THE_TILL_AND_FINANCE,
    "POST /billing/shifts/{shift}/approval": WHO_SIGNS,
    "POST /billing/payments": THE_CASHIER,
    "POST /billing/payments/{payment}/reversal": WHO_SIGNS,
    "POST /billing/deposits": THE_CASHIER,
    "POST /billing/incomes": THE_CASHIER,
    "POST /billing/parking": THE_TILL_AND_PARKING,
    "GET /billing/services": WHO_READS_THE_LEDGER,
    "POST /billing/services/{case}/handed-in": THE_CASHIER,
    "POST /billing/agency/{item}/payouts": WHO_SIGNS,
    "GET /billing/days/{day}": WHO_READS_THE_LEDGER,
    "POST /billing/days/{day}/closing": THE_TILL_AND_FINANCE,
    "POST /billing/slips/{slip}/received": THE_TILL_AND_FINANCE,
    "POST /billing/slips/{slip}/banked": THE_TILL_AND_FINANCE,
    # receipts
    "GET /billing/receipt-books": WHO_READS_THE_LEDGER,
    "POST /billing/receipt-books": WHO_SIGNS,
    "POST /billing/receipt-books/{book}/holder": WHO_SIGNS,
    "POST /billing/receipts": THE_CASHIER,
    "POST /billing/receipts/{receipt}/cancellation": THE_CASHIER,
    "POST /billing/receipts/{receipt}/void": WHO_SIGNS,
    "POST /billing/receipts/{receipt}/red": WHO_SIGNS,
    "POST /billing/receipts/{receipt}/lost": THE_CASHIER,
    # money that goes out or is waived
    "GET /billing/requests": WHO_SEES_REQUESTS,
    "GET /billing/requests/{request}": WHO_SEES_REQUESTS,
    "POST /billing/requests": WHO_ASKS_FOR_MONEY,
    "POST /billing/requests/{request}/signature": WHO_SIGNS,
    "POST /billing/requests/{request}/withdrawal": WHO_ASKS_FOR_MONEY,
}
_OF_ONESELF: Final[Mapping[str, Who]] = {"GET /v1/inbox": ALL_STAFF, "POST /v1/inbox/{message}/read": ALL_STAFF}

WHO_MAY: Final[Mapping[str, Who]] = {
    **{route.replace(" ", f" {OF_A_COMMUNITY}", 1): who for route, who in _IN_A_COMMUNITY.items()},
    **_OF_ONESELF,
}
"""For each route with a token, the roles that get in; whoever is not named is refused."""

SIGNED: Final = frozenset({
    "POST /v1/webhooks/customer-replies", "POST /v1/webhooks/payments",
    "POST /v1/webhooks/delivery-receipts/{community}",
})  # fmt: skip
"""No token opens these: only the signature of the message does."""

FOR_ANYBODY: Final = frozenset({
    "GET /healthz", "GET /readyz", "GET /docs", "GET /openapi.json", "HEAD /openapi.json", "MOUNT /docs-assets",
})  # fmt: skip
"""They say nothing of any customer."""

_ONLY_READ: Final = ("GET ", "POST /billing/prints/")
_MONEY_WITHOUT_A_PERSON: Final = frozenset(
    {"POST /billing/facts", "POST /billing/periods", "POST /billing/notices/sent", "POST /billing/arrears-reasons"}
)
PERSONS_ONLY: Final = frozenset(
    route.replace(" ", f" {OF_A_COMMUNITY}", 1)
    for route in _IN_A_COMMUNITY
    if " /billing/" in route and not route.startswith(_ONLY_READ) and route not in _MONEY_WITHOUT_A_PERSON
)
"""Where money is taken, counted, signed for or given away: a token that names no person opens none of them (四眼)."""

PERSON_AS_TECHNICIAN: Final = frozenset({f"GET {OF_A_COMMUNITY}/cases", f"GET {OF_A_COMMUNITY}/work/day"})
"""A technician sees his own jobs, and without a 工号 he has none."""
