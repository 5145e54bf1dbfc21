"""Certificates of an enterprise (资质): a flag and the date until which it holds, declared from one line each."""

from matcher.fields import Field, FieldType, PartyKind, Source

_KINDS = frozenset({PartyKind.ENTERPRISE})
_KINDS_OF = {"maker_china_winner": frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM})}
"""Whose a certificate is where it is not an enterprise's alone: teams win the contest too."""

CERTIFICATES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("high_tech_enterprise", "高新技术企业", ("高企", "国高")),
    ("tech_sme", "科技型中小企业", ("科小",)),
    ("innovative_sme", "创新型中小企业", ()),
    ("specialised_sme", "专精特新中小企业", ("专精特新",)),
    ("little_giant", "专精特新小巨人", ("小巨人", "专精特新“小巨人”")),
    ("manufacturing_champion", "制造业单项冠军", ("单项冠军",)),
    ("hidden_champion", "省级隐形冠军", ("隐形冠军",)),
    ("gazelle", "瞪羚企业", ("瞪羚",)),
    ("agricultural_high_tech", "农业高新技术企业", ()),
    ("ningxia_tech_little_giant", "宁夏科技小巨人企业", ("科技小巨人",)),
    ("ningxia_innovative_model", "自治区创新型示范企业", ()),
    ("ningxia_contest_winner", "近两年宁夏创新创业大赛获奖", ()),
    ("ningxia_challenge_matched", "宁夏创新挑战赛对接成功", ()),
    ("maker_china_winner", "“创客中国”优胜企业或团队", ("创客中国",)),
    ("ip_advantage", "知识产权优势或示范企业", ("知识产权示范企业", "知识产权优势企业")),
    ("tech_innovation_model", "国家技术创新示范企业", ()),
    ("listing_reserve", "上市后备企业", ()),
    ("supported_tech_firm", "科贷通重点支持对象", ()),
)
"""Code, label and further names of each certificate."""

FIELDS: tuple[Field, ...] = tuple(
    declared
    for code, label, aliases in CERTIFICATES
    for declared in (
        Field(code, label, FieldType.FLAG, "资质", _KINDS_OF.get(code, _KINDS), source=Source.AUTHORITY, aliases=aliases, valid_to=f"{code}_valid_to"),
        Field(f"{code}_valid_to", f"{label}有效期至", FieldType.DATE, "资质", _KINDS_OF.get(code, _KINDS), source=Source.AUTHORITY),
    )
)  # fmt: skip
