"""How ranking works, in plain words (算法说明): 算法推荐管理规定 16; made from the weights that are in force.

The version is a fingerprint of what is said: it changes when a weight does.
"""

from dataclasses import asdict, replace

from api.exchange.documents import Document
from api.store.storable import digest
from matcher.pairing.scoring import LABELS, Scoring

_MEANINGS = {
    "semantic": "您的主营业务、产品和需求的文字，与资源说明的文字在意思上有多接近",
    "lexical": "双方的文字用到多少相同的词",
    "intent": "资源的类型是不是您想要的类型",
    "preference": "资源写明的重点支持对象，您符合其中多少",
    "industry": "您的行业与资源面向的行业在国民经济行业分类中有多近",
    "portfolio": "基金已投的企业中，与您的行业相同或相近的有多少",
    "chain": "龙头企业的需求中，您是上游配套、同类替代还是互补，按行业推断",
    "joint": "载体与基金合作选投的条件：载体类型、在孵企业、孵化资金、基金已投方向",
    "region": "您所在地是否在资源的服务范围内，范围越小越切合",
    "amount": "资源能满足您所需金额的多少",
    "security": "您有的担保方式是否为资源所接受，或资源是否不要求担保",
    "completeness": "资源的条件中有多少凭已知的资料可以判断",
}
_PRINCIPLES = (
    "先核对条件，再排序：每一条条件都注明出自哪份文件，结果分为已满足、未满足、待补充、需人工核验、不适用；资料不全按“待补充”，不当作零分。",
    "排序依据是“匹配度”，满分 100，为下列各项得分之和；每条结果都列出各项得分和依据，与排序用的是同一组数。",
    "同一提供方、同一类型的资源连续出现时，后面的略微后移，避免一家占满一页；不接受付费提升名次。",
    "匹配度只用于对接排序，不是信用评分，不代替机构的审批；不使用自然人的个人信息排序。",
)
_PURPOSE = "帮助企业找到条件相合的资源，帮助机构找到条件相合的企业"
_RIGHTS = (
    "可以关闭个性化：请求中 personal 为 false 时，资源按发布日期和名称排列，不使用贵单位的任何信息。",
    "可以查看系统推断的标签（规模、占比等）及其依据：/v1/parties/{编号}/tags；不认可的可以删除，删除后立即不再推断、不再用于匹配；填写该字段即以所填为准。",
    "可以知道为什么：每条结果的 reasons、contributions 和 explanation 说明理由、得分和条件核验。",
    "可以要求人工复核：/v1/reviews；由平台工作人员答复。",
)


def algorithm_document(scoring: Scoring) -> Document:
    """The principles, the parts of the score with their most points, what one may ask for, and the version."""
    parts = [
        {"name": name, "label": LABELS[name], "most_points": points, "meaning": _MEANINGS.get(name, LABELS[name])}
        for name, points in sorted(scoring.weights.items(), key=lambda item: -item[1])
    ]
    said: Document = {
        "purpose": _PURPOSE,
        "principles": list(_PRINCIPLES),
        "parts": parts,
        "rights": list(_RIGHTS),
        "order_without_profile": "按发布日期由近到远，再按名称",
    }
    settings = asdict(replace(scoring, weights=dict(scoring.weights)))
    return {"version": digest([said, {name: str(value) for name, value in settings.items()}])[:12], **said}
