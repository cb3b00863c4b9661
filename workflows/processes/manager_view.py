"""What a manager sees of a case in the Temporal UI 管理者视图: search attributes and current details, nobody's name."""

from temporalio import workflow

from workflows.messages.case import CaseHeader
from workflows.messages.clocks import Clock
from workflows.messages.identifiers import ASSIGNEE, BREACHED, CASE_STATE, DUE_AT, LEVEL, UNIT
from workflows.rules.business_time import spoken


class ManagerView:
    """Keeps what Temporal shows in step with the case; attributes are written only when they have changed."""

    def __init__(self) -> None:
        self._shown: tuple[object, ...] = ()
        self._unit: str | None = None

    def show(self, header: CaseHeader, waiting_for: str, clocks: tuple[Clock, ...], unit: str = "") -> None:
        """Show the case as it is now; the starter has shown its unit, which is written only when it is corrected."""
        shown = (header.state_label, header.level_label, header.assignee, header.due_at, header.breached)
        if shown != self._shown:
            self._shown = shown
            workflow.upsert_search_attributes(
                [
                    CASE_STATE.value_set(header.state_label),
                    LEVEL.value_set(header.level_label) if header.level_label else LEVEL.value_unset(),
                    ASSIGNEE.value_set(header.assignee) if header.assignee else ASSIGNEE.value_unset(),
                    DUE_AT.value_set(header.due_at) if header.due_at else DUE_AT.value_unset(),
                    BREACHED.value_set(header.breached),
                ]
            )
        if self._unit not in (None, unit):
            workflow.upsert_search_attributes([UNIT.value_set(unit) if unit else UNIT.value_unset()])
        self._unit = unit
        workflow.set_current_details(_as_list(header, waiting_for, clocks))


def _as_list(header: CaseHeader, waiting_for: str, clocks: tuple[Clock, ...]) -> str:
    rows = [
        ("状态", header.state_label),
        ("等待", waiting_for),
        ("经办", header.assignee or "—"),
        (header.kind.level_term, header.level_label or "—"),
        ("是否超时", "是" if header.breached else "否"),
        *((f"{clock.label}期限", spoken(clock.due_at)) for clock in clocks),
    ]
    return "\n".join(f"- **{name}** {value}" for name, value in rows)
