"""Fields of a carrier (载体) beside the shared identity fields; the kinds follow 工信厅联企业函〔2019〕92号."""

from functools import partial

from matcher.fields import Field, FieldType, PartyKind, Sensitivity, Source

_field = partial(Field, group="载体", kinds=frozenset({PartyKind.CARRIER}), sensitivity=Sensitivity.PUBLIC)
_count = partial(_field, type=FieldType.COUNT, unit="家")
_money = partial(_field, type=FieldType.MONEY, unit="万元")
_percent = partial(_field, type=FieldType.PERCENT, unit="%")

CARRIER_KINDS = (
    "大中小企业融通型特色载体", "专业资本集聚型特色载体", "小微企业创业创新基地", "众创空间", "孵化器", "加速器",
    "创业园", "小微企业园", "专精特新产业园", "大学科技园", "龙头骨干企业创业创新基地", "产业园区",
)  # fmt: skip

FIELDS: tuple[Field, ...] = (
    _field("carrier_kind", "载体类型", FieldType.CHOICE, choices=CARRIER_KINDS, source=Source.AUTHORITY),
    _field("carrier_level", "认定级别", FieldType.CHOICE, choices=("国家级", "省级", "市级", "区县级", "未认定"), source=Source.AUTHORITY),
    _field("operator_class", "运营主体类型", FieldType.CHOICE, choices=("园区集群依托", "高校院所依托", "行业骨干企业依托"), description="苏中小综合〔2017〕203号 第7条"),
    _field("specialism", "产业专长", FieldType.TEXT, aliases=("产业定位", "主导产业", "特色方向")),
    _field("carrier_services", "服务内容", FieldType.TEXT, aliases=("孵化服务",)),
    _field("focus_industries", "聚焦产业数", FieldType.COUNT, unit="个"),
    _field("area_sqm", "孵化面积", FieldType.NUMBER, unit="㎡"),
    _percent("incubation_area_pct", "在孵企业使用面积占比"),
    _field("vacant_area_sqm", "可入驻面积", FieldType.NUMBER, unit="㎡"),
    _field("workstations", "工位数", FieldType.COUNT, unit="个"),
    _field("operating_months", "运营时间", FieldType.COUNT, unit="个月"),
    _count("incubated_firms", "在孵企业"),
    _count("graduated_firms", "毕业企业"),
    _count("funded_firms", "获投融资在孵企业"),
    _money("incubation_fund_wan", "孵化资金"),
    _field("service_staff", "专业服务人员", FieldType.COUNT, unit="人"),
    _field("mentors", "创业导师", FieldType.COUNT, unit="人"),
    _field("lead_firm_partners", "合作龙头企业", FieldType.TEXT),
    _field("fund_partners", "合作基金", FieldType.TEXT),
    _field("supports_cross_region", "跨区域孵化", FieldType.FLAG),
    # what recognition as an incubator or a makerspace asks (国科发区〔2018〕300号, 国科火字〔2017〕120号)
    _field("statistics_years", "连续报送统计数据年数", FieldType.COUNT, unit="年"),
    _percent("funded_firms_pct", "获投融资在孵企业占比", source=Source.DERIVED, derived_from=("funded_firms", "incubated_firms")),
    _percent("equity_invested_firms_pct", "获股权投资在孵企业占比", description="上年度完成确权实缴"),
    _field("fund_cases", "孵化资金使用案例", FieldType.COUNT, unit="个"),
    _percent("service_staff_pct", "专业服务人员占比"),
    _field("service_staff_per_ten", "每十家在孵企业专业服务人员", FieldType.NUMBER, unit="人", source=Source.DERIVED, derived_from=("service_staff", "incubated_firms")),
    _field("mentors_per_ten", "每十家在孵企业创业导师", FieldType.NUMBER, unit="人", source=Source.DERIVED, derived_from=("mentors", "incubated_firms")),
    _percent("patent_applied_firms_pct", "申请专利的在孵企业占比"),
    _percent("ip_firms_pct", "有知识产权的在孵企业占比"),
    _field("firms_per_thousand_sqm", "每千平方米在孵企业", FieldType.NUMBER, unit="家", source=Source.DERIVED, derived_from=("incubated_firms", "area_sqm")),
    _percent("same_industry_firms_pct", "同一产业领域在孵企业占比"),
    _percent("growing_firms_pct", "高增长在孵企业占比", description="营业收入或研发费用同比增长超过 20% 的在孵企业占比"),
    _percent("non_rent_income_pct", "非房租物业收入占比"),
    _field("has_public_service_platform", "专业公共服务平台", FieldType.FLAG),
    _field("is_remote_area", "艰苦边远地区", FieldType.FLAG, source=Source.AUTHORITY),
    _percent("workstation_area_pct", "工位和公共场地面积占比"),
    _count("resident_firms", "协议入驻团队和企业"),
    _count("new_firms_yearly", "当年新注册企业"),
    _count("funded_firms_yearly", "当年获融资团队和企业"),
    _field("incubation_cases_yearly", "当年典型孵化案例", FieldType.COUNT, unit="个"),
    _field("events_yearly", "当年创业活动", FieldType.COUNT, unit="场"),
)  # fmt: skip
