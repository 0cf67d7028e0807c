# ruff: noqa: S608 (every word of these statements is ours)
"""Let the database refuse what no screen may ever ask of it (docs/adr/0016).

1. Nothing leaves without a second person: an instruction is called only while its batch is approved.
2. One remedy a unit: what is alive for a claim unit has one remedy's terms (of several parts, all
   parts), and what is alive for a named unit belongs to one claim unit.
3. What has left never exceeds the population that the books declare for the product.
4. What two people agreed to stays as it was.
"""

from django.db import migrations

from kaishu.base.guards import Guard, append_only, immutable_columns

LIVE = "('ready', 'calling', 'unknown', 'sent', 'settled')"
LEFT = "('calling', 'unknown', 'sent', 'settled')"
POOLS = "('maker', 'distributor', 'retailer', 'consumer')"

UNAPPROVED = "kaishu: payouts_instruction has no second person yet"
OTHER_TERMS = "kaishu: payouts_instruction is a second remedy for its claim unit"
OTHER_CLAIM = "kaishu: payouts_instruction is for a unit that another claim holds"
TOO_MANY = "kaishu: payouts_instruction goes past the population"

INSTRUCTION = (
    "batch_id",
    "promise_id",
    "recall_id",
    "case_no",
    "unit_no",
    "attempt",
    "key",
    "provider",
    "commodity",
    "quantity",
    "payee",
    "terms",
    "product",
    "unit_id",
)


def _unapproved(new):
    return (
        f"SELECT 1 FROM payouts_batch b WHERE b.id = {new}.batch_id"
        f" AND (b.approver IS NULL OR b.approver = b.maker)"
    )


def _other_terms(new):
    return (
        f"SELECT 1 FROM payouts_instruction o WHERE o.case_no = {new}.case_no"
        f" AND o.unit_no = {new}.unit_no AND o.id <> {new}.id AND o.state IN {LIVE}"
        f" AND o.terms <> {new}.terms"
    )


def _other_claim(new):
    return (
        f"SELECT 1 FROM payouts_instruction o WHERE o.recall_id = {new}.recall_id"
        f" AND o.unit_id = {new}.unit_id AND o.id <> {new}.id AND o.state IN {LIVE}"
        f" AND (o.case_no <> {new}.case_no OR o.unit_no <> {new}.unit_no)"
    )


def _declared(new):
    """Return the population of a product; NULL where none was ever declared."""
    same = f"m.recall_id = {new}.recall_id AND m.product = {new}.product AND m.pool IN {POOLS}"
    return (
        "SELECT SUM(n) FROM ("
        f"SELECT SUM(m.quantity) AS n FROM books_unit_move m WHERE {same} AND m.source = 'declared'"
        f" UNION ALL SELECT -SUM(m.quantity) FROM books_unit_move m WHERE {same}"
        " AND m.target = 'declared') AS moves"
    )


def _another_part(new):
    return (
        f"SELECT 1 FROM payouts_instruction o WHERE o.case_no = {new}.case_no"
        f" AND o.unit_no = {new}.unit_no AND o.id <> {new}.id AND o.state IN {LEFT}"
    )


def _sqlite():
    same = "recall_id = NEW.recall_id AND product = NEW.product"
    old_same = "recall_id = OLD.recall_id AND product = OLD.product"
    came = (
        "INSERT OR IGNORE INTO payouts_leftunits (recall_id, product, units)"
        " VALUES (NEW.recall_id, NEW.product, 0);"
        f" UPDATE payouts_leftunits SET units = units + 1 WHERE {same}"
        f" AND NOT EXISTS ({_another_part('NEW')});"
        f" SELECT RAISE(ABORT, '{TOO_MANY}') WHERE"
        f" (SELECT units FROM payouts_leftunits WHERE {same}) > ({_declared('NEW')});"
    )
    went = (
        f"UPDATE payouts_leftunits SET units = units - 1 WHERE {old_same}"
        f" AND NOT EXISTS ({_another_part('OLD')});"
    )
    return {
        "payouts_left_by_two": (
            "BEFORE UPDATE OF state ON payouts_instruction"
            f" WHEN NEW.state IN {LEFT} AND OLD.state NOT IN {LEFT}"
            f" AND EXISTS ({_unapproved('NEW')}) BEGIN SELECT RAISE(ABORT, '{UNAPPROVED}'); END"
        ),
        "payouts_new_by_two": (
            f"BEFORE INSERT ON payouts_instruction WHEN NEW.state IN {LEFT}"
            f" AND EXISTS ({_unapproved('NEW')}) BEGIN SELECT RAISE(ABORT, '{UNAPPROVED}'); END"
        ),
        "payouts_one_remedy_new": (
            f"AFTER INSERT ON payouts_instruction WHEN NEW.state IN {LIVE} BEGIN"
            f" SELECT RAISE(ABORT, '{OTHER_TERMS}') WHERE EXISTS ({_other_terms('NEW')});"
            f" SELECT RAISE(ABORT, '{OTHER_CLAIM}') WHERE EXISTS ({_other_claim('NEW')}); END"
        ),
        "payouts_one_remedy_again": (
            "AFTER UPDATE OF state ON payouts_instruction"
            f" WHEN NEW.state IN {LIVE} AND OLD.state NOT IN {LIVE} BEGIN"
            f" SELECT RAISE(ABORT, '{OTHER_TERMS}') WHERE EXISTS ({_other_terms('NEW')});"
            f" SELECT RAISE(ABORT, '{OTHER_CLAIM}') WHERE EXISTS ({_other_claim('NEW')}); END"
        ),
        "payouts_left_counted_new": (
            f"AFTER INSERT ON payouts_instruction WHEN NEW.state IN {LEFT} BEGIN {came} END"
        ),
        "payouts_left_counted": (
            "AFTER UPDATE OF state ON payouts_instruction"
            f" WHEN NEW.state IN {LEFT} AND OLD.state NOT IN {LEFT} BEGIN {came} END"
        ),
        "payouts_back_counted": (
            "AFTER UPDATE OF state ON payouts_instruction"
            f" WHEN NEW.state NOT IN {LEFT} AND OLD.state IN {LEFT} BEGIN {went} END"
        ),
    }


FUNCTION = f"""
CREATE OR REPLACE FUNCTION kaishu_payout_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_live boolean := TG_OP = 'UPDATE' AND OLD.state IN {LIVE};
    was_left boolean := TG_OP = 'UPDATE' AND OLD.state IN {LEFT};
    refused text;
BEGIN
    IF NEW.state IN {LEFT} AND NOT was_left AND EXISTS ({_unapproved("NEW")}) THEN
        refused := '{UNAPPROVED}';
    ELSIF NEW.state IN {LIVE} AND NOT was_live THEN
        -- Two writers for one claim unit, or one unit, come one after the other.
        PERFORM pg_advisory_xact_lock(hashtextextended('payout ' || NEW.case_no, 0));
        IF EXISTS ({_other_terms("NEW")}) THEN refused := '{OTHER_TERMS}';
        ELSIF NEW.unit_id IS NOT NULL THEN
            PERFORM pg_advisory_xact_lock(
                hashtextextended('payout unit ' || NEW.recall_id || ' ' || NEW.unit_id, 0));
            IF EXISTS ({_other_claim("NEW")}) THEN refused := '{OTHER_CLAIM}'; END IF;
        END IF;
    END IF;
    IF refused IS NULL AND NEW.state IN {LEFT} AND NOT was_left THEN
        INSERT INTO payouts_leftunits (recall_id, product, units)
            VALUES (NEW.recall_id, NEW.product, 0) ON CONFLICT DO NOTHING;
        -- The row's lock lets one counter in at a time; parts of one claim unit count once.
        PERFORM 1 FROM payouts_leftunits
            WHERE recall_id = NEW.recall_id AND product = NEW.product FOR UPDATE;
        IF NOT EXISTS ({_another_part("NEW")}) THEN
            UPDATE payouts_leftunits SET units = units + 1
                WHERE recall_id = NEW.recall_id AND product = NEW.product;
        END IF;
        IF (SELECT units FROM payouts_leftunits
                WHERE recall_id = NEW.recall_id AND product = NEW.product)
            > ({_declared("NEW")}) THEN refused := '{TOO_MANY}'; END IF;
    ELSIF refused IS NULL AND was_left AND NEW.state NOT IN {LEFT} THEN
        PERFORM 1 FROM payouts_leftunits
            WHERE recall_id = OLD.recall_id AND product = OLD.product FOR UPDATE;
        IF NOT EXISTS ({_another_part("OLD")}) THEN
            UPDATE payouts_leftunits SET units = units - 1
                WHERE recall_id = OLD.recall_id AND product = OLD.product;
        END IF;
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
"""


def _postgresql():
    return {
        "payouts_guard": (
            "AFTER INSERT OR UPDATE OF state ON payouts_instruction FOR EACH ROW"
            " EXECUTE FUNCTION kaishu_payout_guard()"
        )
    }


def make_function(_apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(FUNCTION, params=None)


def drop_function(_apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION IF EXISTS kaishu_payout_guard()", params=None)


def fill_in(apps, _editor):
    """Give the instructions of before their terms, product and unit."""
    instructions = apps.get_model("payouts", "Instruction").objects.filter(terms="")
    promises = apps.get_model("books", "Promise").objects
    units = apps.get_model("claims", "ClaimUnit").objects
    for line in instructions.iterator(2000):
        promise = promises.filter(id=line.promise_id).first()
        unit = units.filter(claim__case_no=line.case_no, unit_no=line.unit_no).first()
        line.terms = promise.terms if promise else ""
        line.product = unit.product if unit else ""
        line.unit_id = unit.unit_id if unit and not unit.contested else None
        line.save(update_fields=["terms", "product", "unit_id"])


def count_left(apps, _editor):
    """Count what has left before the triggers did."""
    lines = apps.get_model("payouts", "Instruction").objects.filter(
        state__in=("calling", "unknown", "sent", "settled")
    )
    left = {}
    for recall_id, product, case_no, unit_no in lines.values_list(
        "recall_id", "product", "case_no", "unit_no"
    ).iterator(2000):
        left.setdefault((recall_id, product), set()).add((case_no, unit_no))
    apps.get_model("payouts", "LeftUnits").objects.bulk_create(
        apps.get_model("payouts", "LeftUnits")(recall_id=recall, product=product, units=len(units))
        for (recall, product), units in left.items()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0003_money"),
        ("books", "0001_initial"),
        ("claims", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.RunPython(count_left, migrations.RunPython.noop),
        # 0003 rebuilt these tables on SQLite, which drops their triggers.
        *append_only("payouts_providerevent"),
        *append_only("payouts_batchfile"),
        *append_only("payouts_batchfilelook"),
        *immutable_columns(
            "payouts_batch",
            ("maker", "proposed_at", "totals", "digest", "recall_id", "commodity"),
        ),
        *immutable_columns("payouts_instruction", INSTRUCTION),
        *immutable_columns(
            "payouts_fund",
            ("recall_id", "commodity", "kind", "quantity", "document", "maker", "made_at"),
        ),
        *immutable_columns(
            "payouts_payrule",
            (
                "recall_id",
                "commodity",
                "received_above",
                "flag_above",
                "sample_permille",
                "maker",
                "made_at",
            ),
        ),
        *immutable_columns(
            "payouts_pause", ("recall_id", "why", "product", "begun_by", "begun_at")
        ),
        *immutable_columns(
            "payouts_resultact",
            ("event_id", "act", "kind", "instruction_id", "why", "maker", "made_at"),
        ),
        *immutable_columns(
            "payouts_stockunit", ("commodity", "serial", "document", "received_by", "received_at")
        ),
        migrations.RunPython(make_function, drop_function),
        Guard("payouts_instruction", _sqlite(), _postgresql()),
    ]
