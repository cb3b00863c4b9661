"""《回访记录表》: what stands on it (``docs/domain/revisit.md``; S1 1.7, 1.8, 2.4)."""

from typing import Final

from activities.documents.paper import Fields, Papers
from activities.documents.repair_papers import customer_fields
from activities.documents.wording import day, term, text
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Role
from workflows.messages.records import RevisitAttempt, RevisitMatter, RevisitRecord, RevisitTask
from workflows.messages.revisit import ExemptGround, RevisitMethod, RevisitState, Satisfaction, Solved

_MANDATORY: Final = {
    "emergency": "紧急事项",
    "rating": "低分评价",
    "low_rating": "低分评价",
    "reopened": "返修",
    "hot_issue": "热点问题",
    "supervisor": "主管指定",
}
"""Why a revisit had to be made, by the word of the task."""
_MATTERS: Final = {"repair": "报修", "complaint": "投诉", "opinion": "意见", "suggestion": "建议", "assistance": "求助"}


def revisit_record_fields(papers: Papers) -> Fields:
    """《回访记录表》: whom and which matter, every round with its answers and signature, the supervisor's opinion."""
    task = papers.the(RevisitTask)
    rounds = papers.every(RevisitRecord)
    return {
        **customer_fields(papers),
        **(_task(papers, task) if task else {}),
        **_original(papers),
        "rounds": [_round(papers, record) for record in rounds],
        "next_round": _next_round(papers, rounds),
        "attempts": [
            {
                "number": str(attempt.number),
                "at": papers.moment(attempt.at),
                "channel": term(RevisitMethod, attempt.channel),
                "visitor": papers.staff(attempt.visitor),
                "note": text(attempt.note),
            }
            for attempt in papers.every(RevisitAttempt)
        ],
        "matters": [_matter(papers, matter) for matter in papers.every(RevisitMatter)],
    }


def _task(papers: Papers, task: RevisitTask) -> Fields:
    return {
        "original": text(task.original),
        "original_kind": term(CaseKind, task.original_kind),
        "mandatory": _MANDATORY.get(task.mandatory, text(task.mandatory)),
        "completed_at": papers.moment(task.completed_at),
        "window_ends_at": papers.moment(task.window_ends_at),
        "visitor": papers.staff(task.visitor),
        "visitor_role": term(Role, task.visitor_role) if task.visitor_role else "",
        "rounds_done": str(task.rounds or ""),
        "result": term(RevisitState, task.result) if task.result else papers.record.state_label,
        "exempt_ground": term(ExemptGround, task.exempt_ground) if task.exempt_ground else "",
        "opinion": text(task.opinion),
        "opinion_by": papers.staff(task.opinion_by),
        "opinion_at": papers.moment(task.opinion_at),
    }


def _next_round(papers: Papers, rounds: list[RevisitRecord]) -> str:
    """The round to be filled in by hand; "" where the customer is satisfied or the revisit is over."""
    if not rounds:
        return "" if papers.record.closed_at else "1"
    return str(rounds[-1].round + 1) if rounds[-1].next_date and papers.record.closed_at is None else ""


def _original(papers: Papers) -> Fields:
    if papers.original is None:
        return {"original_text": ""}
    return {"original_text": text(papers.original.description)}


def _round(papers: Papers, record: RevisitRecord) -> Fields:
    return {
        "round": str(record.round),
        "visitor": papers.staff(record.visitor),
        "method": term(RevisitMethod, record.method),
        "at": papers.moment(record.at),
        "solved": term(Solved, record.solved),
        "satisfaction": term(Satisfaction, record.satisfaction),
        "suggestions": text(record.suggestions),
        "handled": text(record.handled),
        "signed_as": text(record.signed_as),
        "signature": record.signature,
        "second_signer": papers.staff(record.second_signer),
        "refusal_reason": text(record.refusal_reason),
        "next_date": day(record.next_date),
    }


def _matter(papers: Papers, matter: RevisitMatter) -> Fields:
    return {
        "number": str(matter.number),
        "round": str(matter.round),
        "kind": _MATTERS.get(matter.kind, text(matter.kind)),
        "text": text(matter.text),
        "raised_at": papers.moment(matter.raised_at),
        "appointed_at": papers.moment(matter.appointed_at),
        "answered_at": papers.moment(matter.answered_at),
        "answer": text(matter.answer),
        "linked_case": text(matter.linked_case),
    }
