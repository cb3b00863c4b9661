"""How urgent a case is for the workers 优先级, decided once when it starts."""

from workflows.messages.identifiers import CaseKind


def priority_of(kind: CaseKind, *, emergency: bool) -> int:
    """Return Temporal's priority key: emergency 1, ordinary 3, billing and arrears 5 (1 is served first)."""
    if emergency:
        return 1
    return 5 if kind in (CaseKind.FEE_CYCLE, CaseKind.ARREARS, CaseKind.FEE_MONTH) else 3
