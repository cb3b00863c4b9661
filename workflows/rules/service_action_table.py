"""Who may do what to a special service, and when 特约服务可办事项 (``docs/domain/special-service.md``)."""

from typing import Final

from workflows.rules.action_rule import ActionRule

SERVICE_ACTIONS: Final[tuple[ActionRule, ...]] = ()
"""Every action of a special service, in the order in which the desk shows them."""
