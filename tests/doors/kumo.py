"""An invented recall with every outcome in it: listed serials, a colour rule, a date rule."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from kaishu.books import actions as books
from kaishu.books.values import Place, UnitMove
from kaishu.core import pack as packs
from kaishu.core.pack import Pack
from kaishu.core.recall import (
    AmountRule,
    Conditions,
    DueWhen,
    EvidenceRule,
    Population,
    Product,
    Recall,
    Remedy,
    Rule,
    RuleKind,
    SerialFormat,
    Text,
    Variant,
)
from kaishu.editions import models as editions

SLUG = "kumo-jp-2026"
LISTED = "AK20230001000042"
NOT_LISTED = "AK20239999000042"
ABROAD_SLUG = "kumo-cn-2026"
ABROAD = "AK20238888000042"  # in the recall abroad, not in the one at home
PUBLISHED = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)


def three(ja: str, zh: str, en: str) -> Text:
    """Return one text in the three languages."""
    return {"ja": ja, "zh-Hans": zh, "en": en}


def drawing(kind: str) -> bytes:
    """Return a small line drawing: the product, or where its number is printed."""
    shape = {
        "bank": '<rect x="120" y="30" width="160" height="200" rx="18"/><path d="M180 30v14h40V30M150 70h8m12 0h8m12 0h8m12 0h8"/>',
        "speaker": '<rect x="50" y="80" width="300" height="110" rx="50"/><circle cx="130" cy="135" r="34"/><circle cx="270" cy="135" r="34"/>',
        "label": '<rect x="40" y="40" width="320" height="180" rx="18"/><path d="M80 80h160M80 104h200M80 128h120" stroke="#9aa1ad"/>',
    }[kind.split("-", maxsplit=1)[0]]
    mark = (
        '<rect x="72" y="160" width="256" height="36" rx="6" stroke="#b3261e" stroke-width="5"/>'
        '<text x="86" y="185" font-family="monospace" font-size="20" fill="#16181d" stroke="none">SN: AK2023 0001 0000 42</text>'
        if kind.startswith("label")
        else ""
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 260" fill="none" '
        f'stroke="#16181d" stroke-width="4" stroke-linecap="round">{shape}{mark}</svg>'
    ).encode()


def _product(model: str, name: Text, picture: str, colours: tuple[str, ...]) -> Product:
    return Product(
        model=model,
        name=name,
        units=1000,
        serial_format="kumo16",
        picture=f"{picture}.svg",
        model_picture="label-model.svg",
        serial_picture="label-serial.svg",
        model_where=three(
            "本体の裏側、いちばん上の行に小さく印字されています。",
            "印在产品背面最上面一行，字比较小。",
            "On the back of the product, in small print on the top line.",
        ),
        serial_where=three(
            "本体の裏側、「SN:」のあとの16文字です。",
            "在产品背面“SN:”之后，共16位。",
            'On the back of the product: the 16 characters after "SN:".',
        ),
        capacity="10,000 mAh",
        sold_from=date(2022, 12, 25),
        sold_to=date(2025, 10, 21),
        variants=tuple(
            Variant(code=f"{model}-{number}", colour=colour)
            for number, colour in enumerate(colours, 1)
        ),
    )


def recall(**changes: object) -> Recall:
    """Return the recall; `changes` replace whole fields."""
    values: dict[str, object] = {
        "slug": SLUG,
        "market": "jp",
        "announced": date(2026, 4, 1),
        "currency": "JPY",
        "company": three("株式会社クモ電器", "云电器公司", "Kumo Electric"),
        "brand": "Kumo",
        "title": three(
            "クモ電器 モバイルバッテリー・スピーカーの回収",
            "云电器 充电宝和音箱召回",
            "Kumo power bank and speaker recall",
        ),
        "hazard": three(
            "充電中や使用中に内部でショートし、発火することがあります。",
            "充电或使用时，内部可能短路并起火。",
            "The battery can short-circuit inside and catch fire while charging or in use.",
        ),
        "cause": three(
            "電池の製造で、金属の細かい粉が中に入りました。",
            "电池生产时，有金属粉末进入内部。",
            "Fine metal dust got into the cells when they were made.",
        ),
        "stop_use": three(
            "すぐに使うのをやめ、充電しないでください。",
            "请立即停止使用，不要充电。",
            "Stop using it now. Do not charge it.",
        ),
        "do_now": (
            three(
                "電源を切り、ケーブルを抜きます。",
                "关机，拔掉数据线。",
                "Switch it off and pull out the cable.",
            ),
            three(
                "燃えにくいところに置きます。",
                "放在不易燃的地方。",
                "Put it where nothing can burn.",
            ),
            three(
                "下のボタンから申し込みます。",
                "点下面的按钮申请。",
                "Make your claim with the button below.",
            ),
        ),
        "keep_safe": three(
            "金属や陶器の容器に入れ、人のいない涼しい場所に置いてください。",
            "请放入金属或陶瓷容器，置于阴凉、无人的地方。",
            "Keep it in a metal or ceramic pot in a cool place, away from people.",
        ),
        "never": three(
            "ごみに出さないでください。郵便で送らないでください。",
            "不要扔进垃圾桶，也不要邮寄。",
            "Never put it in the rubbish. Never send it by normal post.",
        ),
        "flight": three(
            "この型番は、飛行機に持ち込むことも預けることもできません。",
            "此型号不能带上飞机，也不能托运。",
            "Do not take this model on a plane, neither in the cabin nor in the hold.",
        ),
        "phone": "0120-000-111",
        "phone_hours": three("毎日 9:00～17:00", "每天 9:00～17:00", "every day 9:00 to 17:00"),
        "notice_url": "https://kumo.example/recall",
        "formats": (
            SerialFormat(
                code="kumo16",
                alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ",
                lengths=(16,),
                prefix="A",
                confusions={"O": "0", "I": "1"},
            ),
        ),
        "products": (
            _product(
                "K100",
                three("クモ モバイルバッテリー 10000", "云充电宝 10000", "Kumo Power Bank 10000"),
                "bank",
                ("black", "white"),
            ),
            _product(
                "K200",
                three("クモ スピーカー", "云音箱", "Kumo Speaker"),
                "speaker",
                ("grey", "blue"),
            ),
            _product(
                "K300",
                three("クモ モバイルバッテリー ミニ", "云充电宝 迷你", "Kumo Power Bank Mini"),
                "bank",
                ("black",),
            ),
        ),
        "rules": (
            Rule(no=1, product="K100", kind=RuleKind.LIST, file="k100.csv"),
            Rule(
                no=2, product="K200", kind=RuleKind.MODEL, when=Conditions(not_colours=("white",))
            ),
            Rule(
                no=3,
                product="K300",
                kind=RuleKind.MODEL,
                when=Conditions(bought_from=date(2024, 1, 1)),
            ),
        ),
        "remedies": (
            Remedy(
                code="replace",
                type="replace",
                commodity="sku:K110",
                amount=AmountRule.FIXED,
                due=DueWhen.COLLECTED,
                quantity=1,
                kit="kit:bag",
                title=three("新しい製品と交換", "换一个新的", "A new product"),
                what_you_get=three("安全な新型 1台", "安全的新款1台", "One safe, newer model"),
                what_you_send=three(
                    "届いた袋に入れて、回収品を送ります",
                    "用寄到的袋子寄回旧品",
                    "The old one, in the bag we send you",
                ),
                how_long=three(
                    "回収品が届いてから2週間ほど",
                    "收到旧品后约两周",
                    "About two weeks after the old one reaches us",
                ),
            ),
            Remedy(
                code="refund",
                type="refund",
                commodity="JPY",
                amount=AmountRule.FIXED,
                due=DueWhen.COLLECTED,
                quantity=3990,
                kit="kit:bag",
                title=three("3,990円の返金", "退款3990日元", "A refund of ¥3,990"),
                what_you_get=three(
                    "銀行振込で3,990円", "银行转账3990日元", "¥3,990 to your bank account"
                ),
                what_you_send=three(
                    "届いた袋に入れて、回収品を送ります",
                    "用寄到的袋子寄回旧品",
                    "The old one, in the bag we send you",
                ),
                how_long=three(
                    "回収品が届いてから1週間ほど",
                    "收到旧品后约一周",
                    "About one week after the old one reaches us",
                ),
            ),
        ),
        "evidence": EvidenceRule(
            order_where=three(
                "注文確認メールや、お店のアプリの注文履歴にあります。",
                "在订单确认邮件或店铺应用的订单记录里。",
                "In the order mail, or in the order list of the shop's app.",
            )
        ),
        "parties": (),
        "population": tuple(
            Population(product=model, pool="consumer", account="at_large", quantity=1000)
            for model in ("K100", "K200", "K300")
        ),
    }
    return Recall(**{**values, **changes})  # type: ignore[arg-type]


def abroad() -> Recall:
    """Return the same maker's recall in a second market: it has K100 too, with other serials."""
    return recall(
        slug=ABROAD_SLUG,
        market="cn",
        currency="CNY",
        title=three("クモ電器 中国での回収", "云电器 中国大陆召回", "Kumo recall in China"),
        flight=three(
            "中国の国内線には、この型番を持ち込めません。",
            "中国境内航班禁止携带此型号。",
            "Flights within China do not allow this model.",
        ),
        phone="400-000-2222",
        products=recall().products[:1],
        rules=(Rule(no=1, product="K100", kind=RuleKind.LIST, file="abroad.csv"),),
        population=recall().population[:1],
    )


PICTURES = {
    "bank.svg": drawing("bank"),
    "speaker.svg": drawing("speaker"),
    "label-model.svg": drawing("label-model"),
    "label-serial.svg": drawing("label-serial"),
}
LISTS = {
    "k100.csv": [b"AK20230001000042", b"AK20230001000043"],
    "abroad.csv": [LISTED.encode(), ABROAD.encode()],
}


def write_pack(data_dir: Path, value: Recall | None = None) -> Pack:
    """Publish the pack alone: enough for every page that asks no database."""
    value = value or recall()
    folder = data_dir / "packs"
    ref = packs.write(folder, value, 1, LISTS, PICTURES, published_at=PUBLISHED)
    packs.swap(folder, value.slug, ref)
    return packs.open_pack(folder, ref.digest)


def publish(data_dir: Path, value: Recall | None = None) -> Pack:
    """Publish the pack with its rows, and open its population in the books."""
    pack = write_pack(data_dir, value)
    row = editions.Recall.objects.create(
        slug=pack.recall.slug, market=pack.recall.market, state=editions.RecallState.PUBLISHED
    )
    editions.Edition.objects.create(
        recall=row,
        number=1,
        digest=pack.ref.digest,
        content=pack.ref.digest,
        published_at=PUBLISHED,
        published_by="test",
        counts={},
    )
    moves = [
        UnitMove(
            product=line.product,
            quantity=line.quantity,
            pool=line.pool,
            source=Place("declared"),
            target=Place(line.account, line.party),
        )
        for line in pack.recall.population
    ]
    books.post(
        kind="population.opened",
        moves=moves,
        recall_id=row.id,
        key=f"open-{pack.recall.slug}",
        door="cli",
        by="test",
        happened_at=PUBLISHED,
        at=PUBLISHED,
    )
    return pack
