"""Fields of an enterprise that qualifications ask for (资质评价指标): one declaration each.

The indicators are those of 国科发政〔2017〕115号, 国科发火〔2016〕32号, 工信部企业〔2022〕63号 and 工信部企业〔2026〕2号.
"""

from functools import partial

from matcher.fields import Field, FieldType, PartyKind, Source

_KINDS = frozenset({PartyKind.ENTERPRISE})

_indicator = partial(Field, group="资质指标", kinds=_KINDS)
_money = partial(_indicator, type=FieldType.MONEY, unit="万元", source=Source.FINANCIAL_REPORT)
_percent = partial(_indicator, type=FieldType.PERCENT, unit="%", source=Source.FINANCIAL_REPORT)
_flag = partial(_indicator, type=FieldType.FLAG)
_honour = partial(_indicator, type=FieldType.FLAG, source=Source.AUTHORITY)
_ip = partial(_indicator, type=FieldType.COUNT, unit="项", source=Source.INTELLECTUAL_PROPERTY)

INSTITUTION_LEVELS = ("国家级", "省级", "市级", "市级以下", "未建立")
DIGITAL_LEVELS = ("一级", "二级", "三级", "四级")

FIELDS: tuple[Field, ...] = (
    # growth, profit and research spending, year by year
    _percent("main_business_growth_pct", "上年主营业务收入增长率"),
    _percent("main_business_two_years_growth_pct", "近两年主营业务收入平均增长率"),
    _percent("revenue_two_years_growth_pct", "近两年营业收入复合增长率"),
    _percent("net_profit_margin_pct", "净利润率", source=Source.DERIVED, derived_from=("net_profit_wan", "revenue_wan")),
    _money("rd_expense_two_years_wan", "近两年研发费用合计", source=Source.DERIVED, derived_from=("rd_expense_wan", "rd_expense_previous_wan")),
    _percent("rd_intensity_previous_pct", "前年研发费用占营收比", source=Source.DERIVED, derived_from=("rd_expense_previous_wan", "revenue_previous_wan")),
    _percent("rd_cost_share_pct", "研发费用占成本费用比"),
    _percent("rd_intensity_three_years_pct", "近三年研发费用占销售收入比", description="近三个会计年度研发费用总额占同期销售收入总额的比例"),
    _percent("domestic_rd_share_pct", "境内研发费用占比", description="境内发生的研发费用占全部研发费用的比例"),
    _money("equity_raised_three_years_wan", "近三年新增股权融资额", description="合格机构投资者的实缴额"),
    # intellectual property by class
    _ip("class_one_ip", "Ⅰ类知识产权", description="与主要产品相关且有效；发明专利、植物新品种、国家级农作物品种、国家新药、国家一级中药保护品种、集成电路布图设计专有权"),
    _ip("own_class_one_ip", "自主研发的Ⅰ类知识产权", description="与主导产品相关且有效"),
    _ip("high_value_class_one_ip", "Ⅰ类高价值知识产权", description="与主导产品相关且有效"),
    _ip("class_two_ip", "Ⅱ类知识产权", description="与主要产品相关且有效；实用新型、外观设计、软件著作权等"),
    _flag("class_one_ip_in_use", "Ⅰ类知识产权已产生效益"),
    _flag("has_core_ip", "主要产品核心技术知识产权"),
    _flag("is_supported_high_tech_field", "国家重点支持的高新技术领域"),
    # honours and institutions
    _honour("won_science_award", "近三年国家级或省级科技奖励"),
    _honour("won_ranked_science_award", "省级前三或国家级前五科技奖励", description="近三年，在获奖单位中的排名"),
    _honour("won_national_award_top_three", "近三年国家级科技奖励前三", description="在获奖单位中的排名"),
    _honour("won_national_award_five_years", "近五年国家级科技奖励前三", description="在获奖单位中的排名"),
    _honour("led_standard_five_years", "近五年主导制定标准", description="国际标准、国家标准或行业标准"),
    _honour("maker_china_top_500", "“创客中国”全国500强", description="近三年，企业组"),
    _honour("maker_china_top_50", "“创客中国”全国50强", description="近三年，企业组"),
    _indicator("rd_institution_level", "研发机构级别", FieldType.CHOICE, choices=INSTITUTION_LEVELS, source=Source.AUTHORITY),
    # product, market, quality
    _indicator("niche_market_rank", "细分市场排名", FieldType.COUNT, unit="名", description="主导产品在国内细分市场的名次"),
    _flag("fills_chain_gap", "补短板锻长板填空白"),
    _flag("is_basic_field_or_key_supplier", "工业六基、老字号或龙头配套", description="工业“六基”领域、中华老字号名录，或服务关键产业链重点龙头企业"),
    _indicator("digital_level", "数字化水平", FieldType.CHOICE, choices=DIGITAL_LEVELS),
    _flag("has_information_system", "核心业务采用信息系统"),
    _honour("has_quality_award", "省级以上质量奖"),
    _flag("has_quality_certification", "质量管理体系认证"),
    _flag("has_own_brand", "自主品牌"),
    _flag("took_part_in_standards", "参与制修订标准"),
    _flag("has_violation_three_years", "近三年重大事故或违法违规", source=Source.CREDIT),
    # within an incubator
    _flag("is_located_in_incubator", "注册地和主要场所在孵化器内"),
    _indicator("age_at_entry_months", "入驻孵化器时成立时间", FieldType.COUNT, unit="个月"),
    _indicator("incubated_months", "孵化时间", FieldType.COUNT, unit="个月"),
)  # fmt: skip
