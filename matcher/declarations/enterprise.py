"""Fields of an enterprise or a team (企业、创业团队), certificates apart."""

from functools import partial

from matcher.fields import Field, FieldType, PartyKind, Sensitivity, Source

_ANY = frozenset(PartyKind)
_SEEKERS = frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM})
_ENTERPRISE = frozenset({PartyKind.ENTERPRISE})

_identity = partial(Field, group="主体标识", source=Source.REGISTRATION, sensitivity=Sensitivity.PUBLIC)
_finance = partial(Field, group="财务", kinds=_SEEKERS, source=Source.FINANCIAL_REPORT)
_money = partial(_finance, type=FieldType.MONEY, unit="万元")
_percent = partial(_finance, type=FieldType.PERCENT, unit="%")
_people = partial(Field, group="人员", kinds=_SEEKERS, type=FieldType.COUNT, unit="人", source=Source.SOCIAL_SECURITY)
_ip = partial(
    Field,
    group="知识产权",
    kinds=_SEEKERS,
    type=FieldType.COUNT,
    unit="项",
    source=Source.INTELLECTUAL_PROPERTY,
)
_credit = partial(Field, group="信用与合规", kinds=_SEEKERS, type=FieldType.FLAG, source=Source.CREDIT)
_loan = partial(Field, group="融资", kinds=_SEEKERS)
_text = partial(Field, group="业务描述", type=FieldType.TEXT)
_chain = partial(Field, group="龙头企业", kinds=_ENTERPRISE)

COLLATERAL = (
    "房产", "土地", "设备", "存货", "应收账款", "订单", "股权", "预期收益", "专利", "商标", "著作权",
    "保单", "保证担保", "排污权", "碳排放权",
)  # fmt: skip
COOPERATION_AREAS = ("研发设计", "检验检测", "模型加工", "中试生产", "企业管理", "物资采购", "市场营销")
FINANCING_ROUNDS = (
    "未融资", "种子轮", "天使轮", "Pre-A轮", "A轮", "B轮", "C轮", "D轮及以后", "战略融资", "Pre-IPO", "已上市",
)  # fmt: skip
LIFE_STAGES = ("种子期", "初创期", "成长期", "成熟期")
OWNERSHIP = ("民营", "国有", "集体", "外商投资", "港澳台投资", "混合所有制", "个体工商户")
SIZE_CLASSES = ("微型", "小型", "中型", "大型")
LOAN_PURPOSES = ("流动资金", "研发", "设备购置", "厂房建设", "订单备货", "并购", "续贷周转", "市场拓展")

FIELDS: tuple[Field, ...] = (
    # identity and place
    _identity("name", "名称", FieldType.TEXT, kinds=_ANY, aliases=("公司名称", "企业名称", "单位名称", "companyName", "机构名称")),
    _identity("short_name", "简称", FieldType.TEXT, kinds=_ANY, aliases=("品牌名", "stockName", "项目名称")),
    _identity("credit_code", "统一社会信用代码", FieldType.CREDIT_CODE, kinds=_ANY, aliases=("统一信用代码", "信用代码", "社会信用代码")),
    _identity("registration_number", "工商注册号", FieldType.TEXT, kinds=_ANY, aliases=("工商注册id", "注册号")),
    _identity("stock_code", "证券代码", FieldType.TEXT, kinds=_ENTERPRISE, aliases=("股票代码", "code")),
    _identity("region", "所在地区", FieldType.REGION, kinds=_ANY, aliases=("注册地", "所在地", "行政区划", "所属地区", "province", "省市区")),
    _identity("zone", "所在开发区", FieldType.TEXT, kinds=_ANY, aliases=("开发区", "高新区", "园区")),
    _identity("address", "地址", FieldType.TEXT, kinds=_ANY, aliases=("注册地址", "经营地址", "办公地址", "location")),
    _identity("website", "网址", FieldType.TEXT, kinds=_ANY, aliases=("官网", "网站", "website")),
    _identity("founded_on", "成立日期", FieldType.DATE, kinds=_ANY, aliases=("成立时间", "注册日期", "foundedDate")),
    _identity("age_years", "成立年限", FieldType.NUMBER, kinds=_ANY, unit="年", source=Source.DERIVED, derived_from=("founded_on",), description="由成立日期推算；只知年限时可直接填写"),
    _identity("registered_capital_wan", "注册资本", FieldType.MONEY, kinds=_ANY, unit="万元", aliases=("注册资金", "registeredCapital")),
    _identity("paid_in_capital_wan", "实缴资本", FieldType.MONEY, kinds=_ANY, unit="万元"),
    _identity("is_independent_legal_person", "独立法人", FieldType.FLAG, kinds=_ANY, aliases=("独立法人资格",)),
    _identity("ownership", "所有制", FieldType.CHOICE, kinds=_SEEKERS, choices=OWNERSHIP, aliases=("企业性质", "控股类型")),
    _identity("is_group_subsidiary", "较大集团子公司", FieldType.FLAG, kinds=_ENTERPRISE),
    _identity("has_clear_equity", "股权清晰", FieldType.FLAG, kinds=_SEEKERS),
    Field("legal_representative", "法定代表人", FieldType.TEXT, "主体标识", _ANY, source=Source.REGISTRATION, sensitivity=Sensitivity.PERSONAL, aliases=("法人代表", "法人")),
    Field("contact_phone", "联系电话", FieldType.TEXT, "主体标识", _ANY, sensitivity=Sensitivity.PERSONAL, aliases=("电话", "手机")),
    # industry and size
    Field("industry", "国民经济行业", FieldType.INDUSTRY, "行业与规模", _ANY, source=Source.REGISTRATION, sensitivity=Sensitivity.PUBLIC, aliases=("行业", "所属行业", "行业代码", "guoBiaoSubIndustryCode"), description="GB/T 4754-2017 代码，门类至小类"),
    Field("industry_label", "行业标签", FieldType.TEXT, "行业与规模", _ANY, sensitivity=Sensitivity.PUBLIC, aliases=("细分行业", "赛道", "subIndustry"), description="来源自带的行业说法，未必是国标"),
    Field("is_emerging_industry", "战略性新兴产业", FieldType.FLAG, "行业与规模", _SEEKERS),
    Field("is_local_leading_industry", "区镇主导或新兴产业", FieldType.FLAG, "行业与规模", _SEEKERS, source=Source.AUTHORITY),
    Field("is_restricted_industry", "国家禁止、限制或淘汰类", FieldType.FLAG, "行业与规模", _SEEKERS, source=Source.AUTHORITY),
    Field("headcount", "从业人员", FieldType.COUNT, "行业与规模", _ANY, unit="人", source=Source.SOCIAL_SECURITY, aliases=("职工人数", "员工人数", "职工总数", "从业人数", "employeeAmount")),
    Field("size_class", "企业规模", FieldType.CHOICE, "行业与规模", _SEEKERS, choices=SIZE_CLASSES, source=Source.DERIVED, derived_from=("industry", "headcount", "revenue_wan", "total_assets_wan"), aliases=("企业划型", "规模类型"), description="工信部联企业〔2011〕300号"),
    Field("life_stage", "发展阶段", FieldType.CHOICE, "行业与规模", _SEEKERS, choices=LIFE_STAGES, aliases=("企业阶段", "项目阶段")),
    Field("niche_market_years", "从事细分市场年限", FieldType.NUMBER, "行业与规模", _ENTERPRISE, unit="年"),
    Field("niche_market_share_pct", "细分市场占有率", FieldType.PERCENT, "行业与规模", _ENTERPRISE, unit="%"),
    # finance
    _money("revenue_wan", "上年营业收入", aliases=("营业收入", "销售收入", "年营收", "上年度销售收入")),
    _money("revenue_previous_wan", "前年营业收入"),
    _money("main_business_revenue_wan", "上年主营业务收入"),
    _percent("main_business_share_pct", "主营业务收入占比"),
    _money("net_profit_wan", "上年净利润", aliases=("净利润",)),
    _money("total_assets_wan", "资产总额", aliases=("总资产", "资产总计")),
    _money("net_assets_wan", "净资产", aliases=("所有者权益",)),
    _money("total_liabilities_wan", "负债总额"),
    _percent("debt_ratio_pct", "资产负债率", source=Source.DERIVED, derived_from=("total_liabilities_wan", "total_assets_wan")),
    _percent("revenue_growth_pct", "营业收入增长率", source=Source.DERIVED, derived_from=("revenue_wan", "revenue_previous_wan"), aliases=("销售收入增长率", "营收增速")),
    _percent("profit_growth_pct", "利润增长率"),
    _money("tax_paid_wan", "上年纳税额", source=Source.TAX, aliases=("纳税总额",)),
    _money("export_wan", "上年出口额"),
    # research and development
    _money("rd_expense_wan", "上年研发费用", group="研发", aliases=("研发费用", "研发投入", "研发经费")),
    _money("rd_expense_previous_wan", "前年研发费用", group="研发"),
    _percent("rd_intensity_pct", "研发费用占营收比", group="研发", source=Source.DERIVED, derived_from=("rd_expense_wan", "revenue_wan"), aliases=("研发费用占比", "研发强度")),
    _percent("rd_growth_pct", "研发费用增长率", group="研发", source=Source.DERIVED, derived_from=("rd_expense_wan", "rd_expense_previous_wan")),
    _percent("high_tech_revenue_share_pct", "高新技术产品收入占比", group="研发"),
    Field("has_rd_institution", "省部级以上研发机构", FieldType.FLAG, "研发", _SEEKERS, source=Source.AUTHORITY),
    Field("has_technology_conversion_project", "科技成果转化项目", FieldType.FLAG, "研发", _SEEKERS, source=Source.AUTHORITY, description="经国家或自治区审核确定"),
    # people
    _people("tech_staff", "科技人员", aliases=("科技人员数", "研发人员", "研发人员数")),
    _percent("tech_staff_pct", "科技人员占比", group="人员", source=Source.DERIVED, derived_from=("tech_staff", "headcount"), aliases=("研发人员占比",)),
    _people("doctors", "博士人数"),
    _people("insured_staff", "参保人数"),
    Field("has_talent_programme", "人才计划入选", FieldType.FLAG, "人员", _SEEKERS, source=Source.AUTHORITY, aliases=("人才企业",), description="市级及以上人才计划"),
    # intellectual property by type
    _ip("invention_patents", "发明专利", aliases=("发明专利数", "授权发明专利")),
    _ip("utility_patents", "实用新型专利", aliases=("实用新型",)),
    _ip("design_patents", "外观设计专利", aliases=("外观设计",)),
    _ip("software_copyrights", "软件著作权", aliases=("软著",)),
    _ip("copyrights", "作品著作权", aliases=("版权",)),
    _ip("trademarks", "注册商标", aliases=("商标",)),
    _ip("ic_layouts", "集成电路布图设计"),
    _ip("new_drug_certificates", "新药证书"),
    _ip("plant_varieties", "植物新品种"),
    _ip("patents_total", "专利合计", aliases=("专利数", "专利"), source=Source.DERIVED, derived_from=("invention_patents", "utility_patents", "design_patents"), description="未分类别时可直接填写"),
    Field("has_own_ip", "自主知识产权", FieldType.FLAG, "知识产权", _SEEKERS, source=Source.DERIVED, derived_from=("invention_patents", "utility_patents", "design_patents", "software_copyrights", "ic_layouts", "new_drug_certificates", "plant_varieties", "patents_total")),
    # credit, tax, compliance
    Field("tax_credit_grade", "纳税信用等级", FieldType.CHOICE, "信用与合规", _SEEKERS, choices=("A", "B", "M", "C", "D"), source=Source.TAX, aliases=("纳税信用级别",)),
    _credit("has_serious_dishonesty", "近两年严重失信或违法"),
    _credit("is_dishonest_debtor", "失信被执行人"),
    _credit("is_abnormal_operation", "经营异常名录", source=Source.REGISTRATION),
    _credit("has_major_incident", "近一年重大安全、质量或环境事故"),
    _credit("has_overdue_loan", "有逾期或欠息贷款"),
    _credit("received_other_public_funds", "同一事项已获其他财政资金"),
    _credit("has_fixed_premises", "固定经营场所"),
    # loans, capital, collateral
    _loan("has_bank_loan", "有银行贷款余额", FieldType.FLAG, source=Source.CREDIT, aliases=("有贷户",)),
    _loan("has_ever_borrowed", "曾获银行贷款", FieldType.FLAG, source=Source.CREDIT, description="否即首贷户"),
    _loan("loan_balance_wan", "贷款余额", FieldType.MONEY, unit="万元", source=Source.CREDIT),
    _loan("lending_banks", "贷款银行数", FieldType.COUNT, unit="家", source=Source.CREDIT),
    _loan("has_partner_institution_business", "与合作金融机构发生业务", FieldType.FLAG, description="贷款、担保、保险等业务由科技金融合作机构承办"),
    _loan("collateral", "可提供的担保物", FieldType.CHOICES, choices=COLLATERAL, aliases=("抵押物", "质押物", "担保方式")),
    _loan("has_real_estate_collateral", "有房产或土地抵押", FieldType.FLAG, aliases=("房产抵押",)),
    _loan("financing_round", "融资轮次", FieldType.CHOICE, choices=FINANCING_ROUNDS, aliases=("轮次",)),
    _loan("equity_raised_two_years_wan", "近两年股权融资额", FieldType.MONEY, unit="万元", aliases=("股权融资",)),
    _loan("has_equity_investors", "有外部股权投资", FieldType.FLAG),
    _loan("plans_listing", "有上市计划", FieldType.FLAG),
    # business text and need
    _text("main_business", "主营业务", kinds=_ANY, sensitivity=Sensitivity.PUBLIC, aliases=("公司介绍", "企业简介", "经营范围", "mainBusiness", "简介", "介绍", "主营产品")),
    _text("products", "主要产品", kinds=_SEEKERS, sensitivity=Sensitivity.PUBLIC, aliases=("产品", "核心产品")),
    _text("need_text", "需求描述", kinds=_ANY, aliases=("需求", "融资需求", "合作需求")),
    Field("need_amount_wan", "融资需求金额", FieldType.MONEY, "业务描述", _SEEKERS, unit="万元", aliases=("贷款需求", "需求金额", "融资金额")),
    Field("need_term_months", "需求期限", FieldType.COUNT, "业务描述", _SEEKERS, unit="个月"),
    Field("need_purpose", "资金用途", FieldType.CHOICE, "业务描述", _SEEKERS, choices=LOAN_PURPOSES),
    # lead firm
    _chain("is_lead_firm", "龙头或链主企业", FieldType.FLAG, source=Source.AUTHORITY, aliases=("龙头企业", "链主企业")),
    _chain("chain_name", "所在产业链", FieldType.TEXT, aliases=("产业链",)),
    _chain("procurement_text", "采购与配套需求", FieldType.TEXT),
    _chain("cooperation_areas", "开放的融通领域", FieldType.CHOICES, choices=COOPERATION_AREAS, description="工信厅联企业函〔2019〕92号 一(二) 的七个领域"),
    _chain("annual_procurement_wan", "年采购额", FieldType.MONEY, unit="万元"),
    _chain("supplier_count", "供应商数", FieldType.COUNT, unit="家"),
)  # fmt: skip
