"""Prefectures and provinces: coarse enough to say where owners answer, and nothing about one.

A place that is none of these is not kept outside the sealed contact: what a person typed there
may be a street. Japan: 47 (JIS X 0401). Mainland China: 31 (GB/T 2260).
"""

from __future__ import annotations

from kaishu.people.contact import Contact

# fmt: off
JAPAN = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県",
    "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県",
    "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府",
    "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県",
    "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県",
    "鹿児島県", "沖縄県",
)
CHINA = (
    "北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省", "吉林省", "黑龙江省",
    "上海市", "江苏省", "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省",
    "湖南省", "广东省", "广西壮族自治区", "海南省", "重庆市", "四川省", "贵州省", "云南省",
    "西藏自治区", "陕西省", "甘肃省", "青海省", "宁夏回族自治区", "新疆维吾尔自治区",
)
# fmt: on
_KNOWN = {
    "JP": {name: name for name in JAPAN} | {name[:-1]: name for name in JAPAN if name != "北海道"},
    "CN": {name: name for name in CHINA}
    | {name.removesuffix("市").removesuffix("省"): name for name in CHINA},
}


def region_of(contact: Contact) -> str:
    """Return the prefecture or province of an address, or "" where it is none that we know."""
    return _KNOWN.get(contact.country.upper(), {}).get(contact.region.strip(), "")
