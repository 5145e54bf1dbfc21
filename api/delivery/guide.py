"""The sheet that explains a list (名单说明): campaign, basis, versions, what is shown, how to fill in, dates."""

from collections.abc import Collection, Iterator
from datetime import date

from api.delivery.headings import AMOUNT, CODE, DAY, FILLED, RATE, REASON, RESULT
from api.delivery.lists import Delivery
from api.delivery.shown import Shown
from matcher.taxonomy.calendars import after_working_days

Line = tuple[str, str]


def guide_lines(
    delivery: Delivery, institution: str, rows: int, shown: Shown, pushed: Collection[date]
) -> Iterator[Line]:
    """Titles and texts, in order; `pushed` are the days on which pairs of the list were pushed."""
    yield from _about(delivery, institution, rows)
    yield "所含信息", _contained(shown)
    yield "匹配度", "0 至 100，为“匹配理由”各得分项之和（空白为 0 分）；用于排序，不是信用评分，也不代替审批"
    yield "资格", "按资源的公开条件逐条核对；“待补充”表示缺少数据，不等于不符合"
    yield from _filling()
    yield from _promised(delivery, pushed)


def _about(delivery: Delivery, institution: str, rows: int) -> Iterator[Line]:
    run, plan = delivery.run, delivery.plan
    frozen = run.frozen
    yield "活动", delivery.campaign.name
    yield "目的", plan.purpose
    yield "依据", delivery.basis
    yield "起止日期", f"{plan.starts} 至 {plan.ends}"
    yield "接收机构", institution
    yield "名单条数", f"{rows} 条"
    yield "批准", f"{run.approved_by or '未记录'}，{delivery.day}"
    yield "数据截至", str(frozen.get("at", "未记录"))
    versions = (("资源目录", "offers"), ("索引", "snapshot"), ("编码器", "encoder"), ("软件", "software"))
    said = "；".join(f"{label} {frozen[name]}" for label, name in versions if name in frozen)
    yield "版本", f"第 {run.number} 次运行；{said}"
    yield "出具", delivery.platform


def _contained(shown: Shown) -> str:
    if shown.everything:
        return "平台留存的全部信息，仅供平台内部使用，请勿转发"
    profile = "、".join(shown.labels)
    return (
        f"名单编号、{profile}、匹配度与资格判断；企业名称、统一社会信用代码、联系方式和其余数据只有“授权”为“已授权”的"
        f"才提供，只能用于所授权的用途，不得转给他人；其余以“{CODE}”联系平台对接。"
        "“已撤回授权”的，请停止使用此前取得的信息"
    )


def _filling() -> Iterator[Line]:
    yield "如何填写", f"只填写“名单”中黄色表头的各列（{'、'.join(FILLED)}），其余列已锁定；填好后原样发回平台"
    yield RESULT, "从下拉列表中选择；没有进展的行留空。已填的行再次发回不会重复登记"
    yield REASON, "“已拒绝”“已撤回”时写一句话原因"
    yield AMOUNT, "“已批准”及之后填写，以万元计，如 300"
    yield RATE, "填百分数的数字，如 3.65；写成 3.65% 也可以。0.0365 会被退回，因为无法判断是 3.65% 还是 0.0365%"
    yield DAY, "如 2026-11-24；留空按平台收到之日计"
    yield CODE, "含校验位，请勿改动；撤销工作表保护后调整了行、列次序或增加了自用的列，仍可发回"


def _promised(delivery: Delivery, pushed: Collection[date]) -> Iterator[Line]:
    promise = delivery.promise
    days = (promise.accept_days, promise.contact_days, promise.decide_days)
    basis = delivery.plan.promise_basis
    source = "“135”" if basis is None else f"《{basis.document}》{basis.article}"
    yield (
        "办理时限",
        "推送后 {} 个工作日内受理、{} 个工作日内对接、{} 个工作日内决定（{}，推送当日不计）".format(*days, source),
    )
    for day in sorted(pushed):
        due = [after_working_days(day, number) for number in days]
        said = "、".join(f"{word} {item.day}" for word, item in zip(("受理", "对接", "决定"), due, strict=True))
        note = "（其中有年份的节假日安排尚未公布，按周末推算）" if any(item.provisional for item in due) else ""
        yield f"{day} 推送的", f"最迟：{said}{note}"
