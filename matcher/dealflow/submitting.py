"""Papers, checks and plans (材料、审查、方案): who may hand in what, and when."""

from matcher.dealflow.asked import Asked, refused, require_in, require_role
from matcher.dealflow.checking import require_whole
from matcher.dealflow.events import Assessment, Filing, Submission
from matcher.dealflow.limits import require_plan
from matcher.dealflow.pipeline import Subject
from matcher.errors import InvalidDeal


def require_filing(asked: Asked, body: Filing) -> None:
    """Raise for a document that the pipeline does not name, by who may not file it, or without the conclusion due."""
    kind = asked.pipeline.documents.get(body.document)
    if kind is None:
        labels = "、".join(item.label for item in asked.pipeline.documents.values())
        raise InvalidDeal(found=f"材料 {body.document!r}", expected=labels, remedy="请改为流程所列的材料")
    require_role(asked, kind.by, f"提交“{kind.label}”")
    if kind.judged != (body.passed is not None):
        expected = "写明通过或不通过" if kind.judged else "不带结论"
        raise InvalidDeal(found=f"“{kind.label}”的结论为 {body.passed}", expected=expected, remedy="请改正结论")


def require_assessment(asked: Asked, body: Assessment) -> None:
    """Raise for a check that the pipeline does not name, that is not whole, or confirmed without evidence."""
    check = asked.pipeline.checks.get(body.check)
    if check is None:
        labels = "、".join(item.label for item in asked.pipeline.checks.values())
        raise InvalidDeal(found=f"审查 {body.check!r}", expected=labels, remedy="请改为流程所列的审查")
    require_role(asked, check.by, f"作{check.label}")
    require_whole(check, body)
    if any(item.confirmed for item in body.conditions) and not asked.event.evidence:
        raise InvalidDeal(found="人工核验没有附依据材料", expected="至少一份依据材料的编号", remedy="请补上材料编号")


def require_submission(asked: Asked, body: Submission) -> None:
    """Raise for a plan out of its stage, beside another that is voted on, or past what may be proposed."""
    committee = asked.pipeline.committee
    stage = committee.stages.get(body.subject) if committee else None
    require_in(asked, (asked.pipeline.stages[stage],) if stage else (), "提交表决")
    if committee is not None:
        require_role(asked, committee.counted_by, "提交表决")
    if asked.state.open_ballots:
        raise refused("ballot", "上一份方案尚未计票", "计票后再提交", "请先计票，或更正上一份方案")
    if body.subject is Subject.EXIT and not asked.state.cost_wan:
        raise refused("cost", "没有可退出的投资", "已注资且未全部退出的项目", "请核对项目")
    require_plan(asked.pipeline, body)
