"""From a product to its industry (产品到行业), for the few products that GB/T 4754-2017 names beyond doubt."""

import re

_MADE = {
    "(?:体外)?诊断试剂|仿制药|中成药|原料药|疫苗": "27",
    "医疗器械": "358",
    "工业机器人": "3491",
    "锂离子电池|锂电池": "3841",
    "汽车零部件": "367",
    "模具": "3525",
    "轴承": "345",
    "紧固件": "3482",
    "弹簧": "3483",
    "阀门": "3443",
    "电线电缆": "383",
    "光伏组件": "3825",
    "无人机": "3963",
    "显示面板": "3974",
    "印制电路板|PCB板?": "398",
    "家具": "21",
    "服装": "18",
    "玩具": "245",
    "饲料": "132",
    "乳制品": "144",
    "白酒": "1512",
}
_DONE = {"软件": "65", "集成电路设计|芯片设计": "652"}
_MAKING = "(?:的)?(?:研发|设计|开发)?(?:、|和|与)?(?:生产|制造|加工)?(?:、|和|与|及)?(?:销售)?"
_TRADE = re.compile("贸易|营销|批发|零售|代理|经销|进出口|外贸|电商|租赁|维修|检测|平台|培训|咨询|回收|安装|服务|研究")
_INDUSTRIES = tuple(
    (re.compile(f"(?:{words}){ending}$"), code, table is _DONE)
    for table, ending in ((_MADE, _MAKING), (_DONE, "(?:的)?(?:定制)?(?:开发|研发|服务)?"))
    for words, code in table.items()
)
_MAKERS = re.compile("生产|制造|加工|研制|做|搞")
_SEVERAL = re.compile("、|和|及|与|打造|提供")
_SELLERS = re.compile("致力|主营|销售|卖|经营|开$")


def industry_of(business: str, verb: str) -> str | None:
    """The GB/T 4754-2017 code of a business whose words end in a product of the table; None for all else.

    The last noun decides ("医疗器械软件" is software, "锂电池隔膜" none). Who only names, sells or researches a
    product ("主营医疗器械", "研发疫苗") need not be its maker.
    """
    if _TRADE.search(business) or _SELLERS.search(verb):
        return None
    for pattern, code, needs_no_maker in _INDUSTRIES:
        product = pattern.search(business)
        if product and not _SEVERAL.search(business, 0, product.start()):
            return code if needs_no_maker or _MAKERS.search(verb) else None
    return None
