"""What an institution has received, as documents (收到的名单)."""

from api.delivery.inbox import Received
from api.exchange.documents import Document
from api.exchange.outcomes import event_document
from matcher.learning.outcomes import OUTCOME_LABELS
from matcher.learning.promises import Reminder


def received_document(received: Received, *, whole: bool = False) -> Document:
    """A pair as its recipient may see it; `whole` adds the match with every condition, and the history."""
    row, item = received.row.row, received.item
    match = item.row.match
    document = {
        "id": row.id,
        "campaign_id": row.campaign_id,
        "campaign": received.row.campaign,
        "run": received.row.number,
        "offer_id": row.offer_id,
        "offer": match["offer"]["name"],
        "kind": received.kind.value,
        "rank": row.rank,
        "seeker_id": item.row.seeker_id,
        "name": match["seeker"]["name"],
        "profile": dict(item.profile),
        "contact": dict(item.contact),
        "consent": item.consent,
        "score": row.points / 100,
        "eligibility": row.eligibility,
        "state": received.state.value,
        "state_label": OUTCOME_LABELS[received.state],
        "next": [state.value for state in received.next],
        "due": [reminder_document(reminder) for reminder in received.due],
        "pushed": received.history[0].at.isoformat(),
        "standing": received.row.standing,
        "synthetic": match["synthetic"],
    }
    if whole:
        document |= {"match": dict(match), "events": [event_document(event) for event in received.history]}
    return document


def reminder_document(reminder: Reminder) -> Document:
    """A promise that lapsed: what is due, its last day, how many working days it is late."""
    return {
        "due": reminder.due.value,
        "due_label": OUTCOME_LABELS[reminder.due],
        "deadline": reminder.deadline.day.isoformat(),
        "provisional": reminder.deadline.provisional,
        "late_days": reminder.late_days,
    }
