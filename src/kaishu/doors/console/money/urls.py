"""Addresses of the money pages, all under /staff/payouts/."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.money import (
    views_batch,
    views_codes,
    views_due,
    views_funds,
    views_home,
    views_lines,
    views_pauses,
    views_recoveries,
    views_results,
    views_stock,
)

urlpatterns = [
    path("", views_home.home, name="payouts"),
    path("run/", views_home.run, name="run_payouts"),
    path("due/", views_due.due, name="due"),
    path("lines/", views_lines.lines, name="payout_lines"),
    path("lines/<int:line_id>/corrected/", views_lines.corrected, name="payout_corrected"),
    path("promises/", views_lines.promises, name="payout_promises"),
    path("forecast/", views_home.forecast, name="forecast"),
    path("<int:batch_id>/", views_batch.batch, name="batch"),
    path("<int:batch_id>/approve/", views_batch.approve, name="approve_batch"),
    path("<int:batch_id>/file/<str:provider>/", views_batch.file, name="batch_file"),
    path("funds/", views_funds.funds, name="funds"),
    path("funds/<int:fund_id>/", views_funds.decide, name="decide_fund"),
    path("rules/", views_funds.rules, name="pay_rules"),
    path("rules/<int:rule_id>/", views_funds.decide_rule, name="decide_rule"),
    path("pauses/", views_pauses.pauses, name="pauses"),
    path("pauses/<int:pause_id>/", views_pauses.go_on, name="go_on"),
    path("results/", views_results.results, name="results"),
    path("results/<int:event_id>/", views_results.propose, name="propose_result"),
    path("results/acts/<int:act_id>/", views_results.decide, name="decide_result"),
    path("recoveries/", views_recoveries.recoveries, name="recoveries"),
    path("recoveries/<int:recovery_id>/", views_recoveries.decide, name="decide_recovery"),
    path("codes/", views_codes.codes, name="codes"),
    path("codes/<int:code_id>/void/", views_codes.void, name="void_code"),
    path("stock/", views_stock.stock, name="goods_stock"),
    path("stock/dispatch/", views_stock.dispatch, name="dispatch_goods"),
]
