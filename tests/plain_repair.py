"""A plain repair 一般报修, as the benches and the trial of an upgrade play it: who does what next, in which words."""

from typing import Any, Final

from workflows.messages.case import ActionRequest, CustomerReply, ReplyIntent
from workflows.messages.people import Actor, Role

DESK: Final = Actor(role=Role.CS_ASSISTANT, code="K001")
ACCEPT: Final = "accept"
STEPS: Final = (ACCEPT, "take", "arrive", "complete")
"""What staff do, the desk first, then the technician; after them the customer confirms."""
_TOLD: Final[dict[str, dict[str, Any]]] = {"complete": {"work_done": "更换阀芯", "work_minutes": 25}}


def technician(code: str) -> Actor:
    """Whoever the job was offered to."""
    return Actor(role=Role.TECHNICIAN, code=code)


def wish(
    number: str, action: str, actor: Actor, community: str, *, told: dict[str, Any] | None = None, key: str = ""
) -> ActionRequest:
    """The request of somebody who acts; ``key`` tells repeats of one action apart."""
    return ActionRequest(
        action=action,
        community=community,
        actor=actor,
        message_id=f"{number}-{action}{key}",
        details=told or _TOLD.get(action, {}),
    )


def confirmation(community: str) -> CustomerReply:
    """The customer is content with the work."""
    return CustomerReply(message_id="c", community=community, intent=ReplyIntent.CONFIRM, text="修好了,谢谢")
