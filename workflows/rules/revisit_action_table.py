"""Who may do what to a revisit, and when 回访可办事项 (``docs/domain/revisit.md``)."""

from typing import Final

from workflows.rules.action_rule import ActionRule

REVISIT_ACTIONS: Final[tuple[ActionRule, ...]] = ()
"""Every action of a revisit, in the order in which the desk shows them."""
