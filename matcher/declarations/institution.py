"""Fields of an institution (机构: bank, guarantor, insurer, fund manager, service provider, expert body)."""

from functools import partial

from matcher.fields import Field, FieldType, PartyKind, Sensitivity, Source

_field = partial(Field, group="机构", kinds=frozenset({PartyKind.INSTITUTION}), sensitivity=Sensitivity.PUBLIC)
_money = partial(_field, type=FieldType.MONEY, unit="万元")
_percent = partial(_field, type=FieldType.PERCENT, unit="%")

INSTITUTION_KINDS = (
    "开发性银行", "政策性银行", "国有商业银行", "股份制银行", "城市商业银行", "农村商业银行", "科技支行", "政府性融资担保机构",
    "商业担保机构", "保险公司", "科技保险支公司", "保险经纪", "创业投资机构", "产业基金管理人", "政府引导基金", "金融租赁", "信托公司",
    "知识产权运营机构", "会计师事务所", "律师事务所", "检验检测机构", "专家智库", "行业协会", "公共服务平台",
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    _field("institution_kind", "机构类型", FieldType.CHOICE, choices=INSTITUTION_KINDS),
    _field("licence_number", "许可证号", FieldType.TEXT, source=Source.AUTHORITY),
    _field("service_area", "服务地区", FieldType.REGION),
    _field("service_industries", "擅长行业", FieldType.TEXT),
    _field("service_text", "服务内容", FieldType.TEXT, aliases=("机构介绍",)),
    _field("preferred_rounds", "偏好轮次", FieldType.TEXT),
    _field("portfolio_text", "已投或已服务企业", FieldType.TEXT),
    _money("fund_size_wan", "管理规模"),
    _money("ticket_min_wan", "单笔下限"),
    _money("ticket_max_wan", "单笔上限"),
    _money("tech_loan_balance_wan", "科技型企业贷款余额"),
    _percent("npl_tolerance_pct", "不良容忍度"),
    _field("is_partner_institution", "科技金融合作机构", FieldType.FLAG, source=Source.AUTHORITY),
    _field("has_tech_branch", "设有科技支行或专营机构", FieldType.FLAG),
)  # fmt: skip
