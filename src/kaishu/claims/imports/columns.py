"""The fields that a spreadsheet of claims may fill, and what people call their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kaishu.editions.imports.names import folded, is_serial

# In the order of the page. What a field is for stands on the page, in `labels`.
FIELDS = (
    "reference",
    "serial",
    "model",
    "colour",
    "variant",
    "batch",
    "made_on",
    "label",
    "name",
    "name_kana",
    "email",
    "phone",
    "postcode",
    "address",
    "language",
    "order_no",
    "shop",
    "channel",
    "market",
    "bought_on",
    "order_amount",
    "remedy",
    "condition",
    "filed_on",
    "decision",
    "paid_amount",
    "paid_on",
    "collected_on",
    "disposed_on",
)
_CALLED: Mapping[str, str] = {
    "reference": (
        "reference ref caseno case ticket ticketno claimno claimid id 受付番号 受付no "
        "管理番号 案件番号 申込番号 受理号 受理编号 工单号 工单编号 申请编号"
    ),
    "model": (
        "model modelno modelnumber product sku 型番 型式 製品 機種 品番 型号 产品型号 产品 机型"
    ),
    "colour": "colour color 色 カラー 颜色",
    "variant": (
        "variant itemcode productcode articleno jan jancode ean eancode gtin upc barcode "
        "商品コード 品目コード janコード バーコード 商品编码 商品代码 货号 条码 条形码 商品条码"
    ),
    "batch": (
        "batch batchno batchnumber batchcode lot lotno lotnumber lotcode ロット ロット番号 "
        "批次 批号 批次号 生产批号 生产批次"
    ),
    "made_on": (
        "made madeon manufactured manufacturedate manufacturingdate dateofmanufacture "
        "productiondate productionmonth mfd mfg mfgdate 製造日 製造年月 製造年月日 生産日 "
        "生产日期 生产年月 制造日期 出厂日期"
    ),
    "label": ("labelstate labelcondition labelreadable ラベルの状態 銘板の状態 标签状态 铭牌状态"),
    "channel": "channel saleschannel 販売経路 販路 販売チャネル 销售渠道 渠道",
    "market": "market soldin 販売国 購入国 市場 销售国家 购买国家 市场",
    "name": (
        "name customer customername fullname owner 氏名 名前 お名前 お客様名 顧客名 姓名 "
        "客户姓名 客户 联系人"
    ),
    "name_kana": "kana namekana furigana フリガナ ふりがな カナ 氏名カナ",
    "email": (
        "email mail emailaddress mailaddress メール メールアドレス eメール 邮箱 电子邮箱 电子邮件"
    ),
    "phone": (
        "phone tel telephone mobile phoneno phonenumber 電話 電話番号 携帯 携帯電話 电话 "
        "手机 手机号 联系电话"
    ),
    "postcode": "postcode zip zipcode postalcode 郵便番号 〒 邮编 邮政编码",
    "address": "address addr 住所 お届け先 送付先 地址 收货地址 详细地址",
    "language": "language lang 言語 语言",
    "order_no": "order orderno orderid ordernumber 注文番号 注文no オーダー番号 订单号 订单编号",
    "shop": "shop store retailer seller 販売店 購入店 店舗 店铺 购买渠道 商家",
    "bought_on": (
        "bought boughton purchased purchasedate dateofpurchase orderdate 購入日 注文日 "
        "購入年月日 购买日期 下单日期"
    ),
    "order_amount": (
        "orderamount price amount purchaseprice 購入金額 注文金額 価格 购买金额 订单金额 价格"
    ),
    "remedy": "remedy wish choice 対応 対応方法 希望 処置 处理方式 补救措施 选择",
    "condition": "condition state 状態 製品の状態 状态 产品状态",
    "filed_on": (
        "filed filedon submitted submittedon submittedat claimdate dateofclaim applied appliedon "
        "受付日 受付日時 申込日 申請日 申込日時 申请日期 申请时间 提交日期 提交时间 受理日期"
    ),
    "decision": "decision status result approved 判定 結果 承認 ステータス 审核结果 审批 结果",
    "paid_amount": (
        "paid paidamount refundamount refunded 返金額 支払額 返金済み額 退款金额 已退金额 支付金额"
    ),
    "paid_on": "paidon paiddate paidat refunddate 返金日 支払日 振込日 退款日期 支付日期",
    "collected_on": (
        "collected collectedon received receivedon returndate 回収日 受領日 返送日 到着日 "
        "回收日期 收货日期 签收日期"
    ),
    "disposed_on": (
        "disposed disposedon recycled recycledon 廃棄日 処分日 リサイクル日 处置日期 销毁日期"
    ),
}
_FIELD_OF = {folded(word): field for field, words in _CALLED.items() for word in words.split()}
NEEDED = ("name", "email", "phone", "address")  # one of them: a claim has somebody behind it


def guess(header: Sequence[str]) -> dict[str, str]:
    """Return which column fills which field, by the columns' names; each field once."""
    found: dict[str, str] = {}
    for name in header:
        field = "serial" if is_serial(name) else _FIELD_OF.get(folded(name), "")
        if field and field not in found:
            found[field] = name
    return found
