"""What may be sent to the fee reports 报表登记: why accounts are in arrears."""

from typing import Annotated

from pydantic import Field

from starters.intake_api.bodies import Body, Code, OptionalReason
from workflows.messages.fee_reports import ArrearsCause


class ArrearsReasonBody(Body):
    """欠费原因 of one account. ``note`` is free text and stored sealed."""

    account: Code
    reason: ArrearsCause
    note: OptionalReason = ""


class ArrearsReasonsBody(Body):
    """欠费原因登记: all or none."""

    reasons: Annotated[tuple[ArrearsReasonBody, ...], Field(min_length=1, max_length=500)]
