"""Votes of a committee (表决): one person, one seat, one vote; who only observes has none.

昆山市天使投资基金管理办法第十四条: five members, one vote each, four yes votes pass; three observers attend.
"""

from matcher.dealflow.asked import Asked, refused, require_role
from matcher.dealflow.events import Choice, Count, Vote
from matcher.dealflow.pipeline import Committee, Revote
from matcher.dealflow.state import Ballot


def require_vote(asked: Asked, body: Vote) -> None:
    """Raise `DealRefused` for a vote by who has no seat, on no open plan, or by a person who voted for another seat."""
    committee, event = _committee(asked), asked.event
    ballot = _open(committee, asked, body.plan)
    seats = {seat.id: seat.label for seat in committee.seats}
    acting = asked.pipeline.label_of(event.role)
    if event.role in {observer.id for observer in committee.observers}:
        raise refused("observer", f"“{acting}”表决", "观察员列席而不表决", "观察员的意见请写入会议记录")
    if event.role not in seats:
        raise refused("seat", f"“{acting}”表决", f"{'、'.join(seats.values())}各一票", "请由委员表决")
    _require_own_seat(committee, ballot, event.by, event.role)


def _require_own_seat(committee: Committee, ballot: Ballot, by: str, seat: str) -> None:
    """One member, one vote: neither two seats for a person nor two persons on a seat."""
    if any((cast.by == by) != (cast.seat == seat) for cast in ballot.votes):
        raise refused("seat", f"{by} 以本席位表决，而本人或本席位已另有表决", "一人一席一票", "请核对委员与席位")
    if committee.revote is Revote.FIRST and any(cast.seat == seat for cast in ballot.votes):
        raise refused("seat", "本席位已表决", "每席一票，表决后不改", "如系误记请先更正")


def require_count(asked: Asked, body: Count) -> None:
    """Raise `DealRefused` while seats that have not voted could still change the result."""
    committee = _committee(asked)
    require_role(asked, committee.counted_by, "计票")
    cast = _open(committee, asked, body.plan).standing(committee.revote)
    waiting = [seat.label for seat in committee.seats if seat.id not in cast]
    yes = sum(vote.choice is Choice.YES for vote in cast.values())
    if waiting and yes < committee.needed <= yes + len(waiting):
        raise refused(
            "count",
            f"同意 {yes} 票，尚有 {len(waiting)} 席未表决：{'、'.join(waiting)}",
            f"结果已定（同意 {committee.needed} 票通过）后计票",
            "请等其余委员表决",
        )


def _committee(asked: Asked) -> Committee:
    if asked.pipeline.committee is None:
        raise refused("committee", f"流程“{asked.pipeline.name}”没有表决", "有投资决策委员会的流程", "请核对项目编号")
    return asked.pipeline.committee


def _open(committee: Committee, asked: Asked, plan: int) -> Ballot:
    """The plan with that number, while it is open and the deal is in the stage of its vote."""
    here = asked.state.stage
    ballot = next((item for item in asked.state.open_ballots if committee.stages[item.plan.subject] == here), None)
    if ballot is None or ballot.number != plan:
        wanted = f"正在表决的方案 {ballot.number}" if ballot else "已提交而未计票的方案"
        raise refused("ballot", f"方案 {plan} 不在表决中", wanted, "请核对方案序号")
    return ballot
