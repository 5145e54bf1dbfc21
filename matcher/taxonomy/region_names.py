"""How places are called (地名): short forms, names before a renaming, and words that only look like places."""

import re

_PEOPLES = (
    "汉族|蒙古族?|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|"
    "傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|"
    "锡伯|阿昌族|普米族|塔吉克|怒族|鄂温克族|德昂族|保安族|裕固族|独龙族|各族"
)
_PROVINCE = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$")
_AUTONOMOUS = re.compile(rf"(?:{_PEOPLES})*自治[州县旗]$")
_CITY = re.compile(r"(?:市|地区|盟|林区)$")
_COUNTY = re.compile(r"(?:新区|林区|特区|矿区|[区县市旗])$")

WORDLIKE = frozenset(
    {
        "东方", "大理", "来宾", "安康", "永安", "天长", "安达", "新乐", "太和", "和平", "中山", "黄山", "高平", "平安",
        "新华", "建设", "华安", "大安", "天台", "开平", "海门", "兴城", "吉安", "百色", "三明", "同仁", "福安",
        "阿里", "长安", "海东", "河源",
    }
)  # fmt: skip
"""Short forms that are also words or parts of brand names: read only alone or after their province or city."""

MERGED: dict[str, str] = {
    "崇文区": "110101", "宣武区": "110102", "塘沽区": "120116", "汉沽区": "120116", "大港区": "120116",
    "卢湾区": "310101", "闸北区": "310106", "南汇区": "310115", "白下区": "320104", "下关区": "320106",
    "沧浪区": "320508", "平江区": "320508", "金阊区": "320508", "江东区": "330212", "萝岗区": "440112",
    "襄樊市": "420600", "下城区": "330105", "盘县": "520281", "郫县": "510117", "鄞县": "330212", "蓟县": "120119",
    "开县": "500154",
}  # fmt: skip
"""Units that were merged whole or renamed, and what they are in now; a unit that was divided is not here."""


def short_name(name: str, level: str) -> str:
    """Give the form without its ending: 江苏省 江苏, 延边朝鲜族自治州 延边, 鄞州区 鄞州; one character is too short."""
    ending = {"province": _PROVINCE, "city": _CITY, "county": _COUNTY}[level]
    if "自治" in name and level != "province":
        ending = _AUTONOMOUS
    short = ending.sub("", name)
    return short if len(short) >= 2 else name


def former_names(name: str) -> tuple[str, ...]:
    """Give the names that a district or county may have had: 吴江区 was 吴江市, 双流区 was 双流县."""
    stem = name[:-1]
    if name[-1] not in "区县市" or len(stem) < 2 or stem.endswith(("自治", "新", "林", "矿")):
        return ()
    return tuple(stem + ending for ending in "区县市" if ending != name[-1])
