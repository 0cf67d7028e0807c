"""Guess what a column holds by what people call it, in three languages. A guess is only shown."""

from __future__ import annotations

from collections.abc import Sequence

from kaishu.editions.imports.names import folded

_CALLED = {
    "act": "act action event eventtype 動作 処理 区分 操作 类型 動作区分",
    "parent": """parent parentlot lot lotno lotnumber lotid batch batchno batchnumber celllot
        cellbatch materiallot componentlot from carton cartonno box boxno pallet
        ロット ロット番号 ロットno セルロット 材料ロット 部品ロット 親 親ロット 箱番号 カートン番号
        批次 批号 批次号 电芯批次 电芯批号 物料批次 母批 箱号 托盘号""",
    "child": """child serial serialno serialnumber sn packserial packlot unit unitserial to output
        シリアル シリアル番号 製造番号 パック製造番号 パックシリアル 個体番号 子 子ロット
        序列号 产品序列号 电池包序列号 成品批次 子件""",
    "quantity": "quantity qty pcs pieces count amount 数量 個数 使用数 使用数量 件数 用量",
    "time": """time date day datetime timestamp when productiondate issuedate shipdate shippedon
        日時 日付 作業日 作業日時 製造日 出庫日 出荷日 投入日 年月日
        时间 日期 生产日期 出库日期 发货日期 投料日期""",
    "place": "place line site location plant factory 場所 ライン 工場 拠点 地点 产线 工厂 车间",
    "party": """party customer consignee shipto buyer receiver recipient
        取引先 納入先 出荷先 得意先 客先 客户 收货方 收货人 经销商""",
    "parent_item": "parentitem partno partnumber component material 部品番号 品番 物料编码 料号",
    "child_item": "childitem model product gtin jan 型番 製品 機種 型号 产品型号",
    "order": """order orderno workorder deliverynote invoice
        指図 指図番号 作業指図 伝票番号 納品書番号 工单 工单号 送货单号 订单号""",
    "key": "key rowid linekey",
}
_WORDS = {folded(name): word for word, names in _CALLED.items() for name in names.split()}
_OWN = ("child_quantity",)


def meant(name: str) -> str:
    """Return which of our words a column's name means, or "" where we cannot say."""
    plain = folded(name)
    own = name.strip().lower().replace(" ", "_")
    return own if own in _OWN else _WORDS.get(plain, "")


def columns(names: Sequence[str]) -> dict[str, str]:
    """Return a likely column for each of our words; the first one of a kind wins."""
    found: dict[str, str] = {}
    for name in names:
        word = meant(name)
        if word:
            found.setdefault(word, name)
    return found
