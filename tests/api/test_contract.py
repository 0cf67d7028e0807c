"""The contract: what is published stays as it is, and nothing that comes in breaks it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kaishu.base import clock
from kaishu.claims.models import Claim
from kaishu.connections import tokens
from kaishu.connections.models import Token
from kaishu.connections.tokens import SCOPES
from kaishu.doors.api.contract import OPEN
from kaishu.doors.api.reference import document, scope_of
from kaishu.supply.models import Letter
from tests.api.world import CLAIM, MAKERS, ROOT, SITES, Caller, connect
from tests.doors import kumo
from tests.doors.desk_world import DeskWorld

FROZEN = Path("docs/reference/openapi.json")
TABLE = Path("docs/reference/api.md")
INBOX = ("post", "/api/v1/alerts/answers")  # strangers answer our letters there, signed
OPERATIONS = [
    (method, path, operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]


def test_the_published_contract_is_the_frozen_one() -> None:
    frozen = json.loads(FROZEN.read_text("utf-8"))
    assert document() == frozen, (
        "callers rely on it: if the change is an addition, run tools/api_contract.py"
    )


def test_the_table_of_the_documents_names_every_route_with_its_scope() -> None:
    row = r"^\| `(\w+) (/\S+)` \| (`[\w:]+`|no token) \|"
    said = set(re.findall(row, TABLE.read_text("utf-8"), re.M))
    assert said == {
        (method.upper(), path, f"`{scope}`" if (scope := scope_of(operation)) else "no token")
        for method, path, operation in OPERATIONS
    }


def test_only_the_inbox_for_answers_needs_no_token() -> None:
    without = {
        (method, path): operation
        for method, path, operation in OPERATIONS
        if not scope_of(operation)
    }
    assert list(without) == [INBOX]
    (operation,) = without.values()
    assert operation["security"] == []
    assert {operation["operationId"]} == set(OPEN)
    assert {"401", "403", "409"}.isdisjoint(operation["responses"])


@pytest.mark.django_db
def test_the_inbox_takes_nothing_but_signed_answers_and_asks_nobody_who_he_is() -> None:
    method, path = INBOX
    for token in ("", "kaishu_x", connect("check").token):
        said = ask(method, path, token)
        assert (said.status_code, said["Content-Type"]) == (422, "application/problem+json")
    assert not Letter.objects.exists()


def test_every_operation_has_a_scope_a_name_and_its_problems() -> None:
    names = [operation["operationId"] for _method, _path, operation in OPERATIONS]
    assert len(names) == len(set(names))
    for method, path, operation in OPERATIONS:
        assert {"404", "422", "429"} <= set(operation["responses"]), path
        headers = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
        needs = [name for name in headers if not name.startswith("GS1-")]  # a standard's own
        if (method, path) == INBOX:
            assert needs == []
            continue
        assert scope_of(operation) in SCOPES, path
        assert {"401", "403"} <= set(operation["responses"]), path
        assert needs == (["Idempotency-Key"] if method == "post" else []), path


def ask(method: str, path: str, token: str) -> Any:
    place = re.sub(r"{\w+}", "1", path)
    headers = {"Idempotency-Key": "x", **({"Authorization": f"Bearer {token}"} if token else {})}
    send = getattr(Client(), method)
    if method == "post":
        return send(place, "{}", content_type="application/json", headers=headers)
    return send(place, headers=headers)


@pytest.mark.django_db
def test_each_scope_opens_its_own_routes_and_no_other(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kaishu.doors.api import common

    monkeypatch.setattr(common, "REQUESTS_A_MINUTE", 10_000)
    by_scope = {
        scope: connect(scope, party="" if scope in tokens.ONLY_MAKER else "depot-east").token
        for scope in SCOPES
    }
    wrong = []
    for method, path, operation in OPERATIONS:
        if (method, path) == INBOX:
            continue
        assert ask(method, path, "").status_code == 401
        needed = scope_of(operation)
        for scope, token in by_scope.items():
            answer = ask(method, path, token)
            let_in = answer.status_code not in (401, 403)
            if let_in is not (scope == needed) or answer.status_code >= 500:
                wrong.append((method, path, scope, answer.status_code))
            if not let_in:
                assert answer.json()["code"] == "api_scope_missing"
    assert wrong == []


@pytest.mark.django_db
def test_a_token_is_shown_once_and_ends(world: DeskWorld) -> None:
    caller = connect("check")
    row = Token.objects.get()
    assert caller.token not in str(row.__dict__)
    assert row.prefix in caller.token
    assert row.last_used_at is None
    assert caller.get("check?model=K100").status_code == 200
    row.refresh_from_db()
    assert row.last_used_at is not None
    broken = [caller.token[:-1] + "x", caller.token.upper(), "", "kaishu_x", "\x00", "é" * 60]
    for token in broken:
        said = Caller(token, caller.connection).get("check?model=K100")
        assert said.status_code == 401, token
        assert said["WWW-Authenticate"].startswith("Bearer")
    tokens.revoke(connection=caller.connection, token_id=row.id, by="ada", at=clock.now())
    assert caller.get("check?model=K100").json()["code"] == "api_token_wrong"
    over = connect("check")
    Token.objects.filter(connection=over.connection).update(expires_at=clock.now())
    assert over.get("check?model=K100").json()["code"] == "api_token_wrong"


BAD_BODIES: list[Any] = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"recall":' * 5000 + b"1" + b"}" * 5000,
    b'{"recall": 1e400}',
    {**CLAIM, "recall": 17},
    {**CLAIM, "recall": "a\u0000b"},
    {**CLAIM, "recall": "x" * 10_000},
    {**CLAIM, "more": 1},
    {**CLAIM, "units": CLAIM["units"] * 21},
    {**CLAIM, "units": {"model": "K100"}},
    {**CLAIM, "units": [{**CLAIM["units"][0], "order_amount": 10**30}]},
    {**CLAIM, "units": [{**CLAIM["units"][0], "order_amount": "12"}]},
    {**CLAIM, "units": [{**CLAIM["units"][0], "order_amount": True}]},
    {**CLAIM, "units": [{**CLAIM["units"][0], "bought_on": "2024-02-31"}]},
    {**CLAIM, "units": [{**CLAIM["units"][0], "serial": "\ud800"}]},
    {**CLAIM, "units": [{**CLAIM["units"][0], "files": ["../../etc/passwd"]}]},
    {**CLAIM, "contact": {"name": "\u0000"}},
    {**CLAIM, "contact": None},
    {**CLAIM, "consent": "no-such-text"},
]


@pytest.mark.django_db
def test_whatever_comes_in_is_answered_by_a_problem_and_nothing_is_written(
    world: DeskWorld,
) -> None:
    caller = connect()
    for number, body in enumerate(BAD_BODIES):
        answer = caller.post("claims", body)
        assert 400 <= answer.status_code < 500, (number, answer.status_code)
        assert answer["Content-Type"] == "application/problem+json", number
        said = answer.json()
        assert said["status"] == answer.status_code
        assert said["code"]
        assert said["detail"]
        assert said["request_id"] == answer["X-Request-Id"]
    big = caller.post("claims", b'{"recall":"' + b"x" * 1_100_000 + b'"}')
    assert (big.status_code, big.json()["code"]) == (413, "api_too_big")
    assert Claim.objects.count() == 0


@pytest.mark.django_db
def test_addresses_that_are_not_there_are_problems_in_the_callers_language(
    world: DeskWorld,
) -> None:
    caller = connect()
    for path, status, code in (
        ("nothing", 404, "api_not_found"),
        ("claims/%00", 422, "api_invalid"),
        ("claims/123", 404, "claim_not_found"),
        ("recalls/%ED%A0%80/promises/sums", 404, "recall_unknown"),
        ("promises?cursor=AAAA", 400, "api_cursor_wrong"),
        ("promises?cursor=%00", 422, "api_invalid"),
        ("promises?limit=0", 422, "api_invalid"),
        ("webhooks/1/deliveries?limit=x", 422, "api_invalid"),
    ):
        answer = caller.get(path, language="ja")
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
        assert re.search("[ぁ-ん]", answer.json()["detail"]), path
    wrong = Client().put(f"{ROOT}claims")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "api_method")
    assert wrong["Allow"]
    plain = Client().get(f"{ROOT}check", headers={"Accept-Language": "zh-CN"})
    assert plain.json()["detail"] == "请求里没有令牌。"
    assert not Client().get(f"{ROOT}check").cookies


@pytest.mark.django_db
def test_pages_stay_in_place_while_new_claims_come_in(world: DeskWorld) -> None:
    caller = connect()

    def file(number: int) -> str:
        unit = {"model": "K100", "serial": f"Z{number}", "condition": "intact"}
        return str(caller.post("claims", {**CLAIM, "units": [unit]}).json()["case_no"])

    first = [file(number) for number in range(5)]
    seen, cursor = [], ""
    for number in range(10, 14):
        page = caller.get(f"claims?limit=2&cursor={cursor}").json()
        seen += [each["case_no"] for each in page["items"]]
        if number < 12:
            first.append(file(number))
        cursor = page["next"]
    assert (seen, cursor) == (first, None)


def test_a_connection_is_made_of_what_exists(world: DeskWorld) -> None:
    from kaishu.connections.errors import (
        ConnectionIncomplete,
        PartyNeeded,
        ScopeMissing,
        TokenIncomplete,
    )

    with pytest.raises(ConnectionIncomplete):
        connect(party="nobody")
    with pytest.raises(ConnectionIncomplete):
        connect(recall="nowhere")
    with pytest.raises(ConnectionIncomplete):
        connect(name=" ")
    with pytest.raises(PartyNeeded):
        connect("scans:write")
    with pytest.raises(ScopeMissing):
        connect("promises:read", party="minato")
    with pytest.raises(TokenIncomplete):
        connect("everything")
    elsewhere = connect(recall=kumo.SLUG)
    assert (
        elsewhere.post("claims", {**CLAIM, "recall": "other"}).json()["code"] == "api_other_recall"
    )
    assert set(MAKERS) | set(SITES) == set(SCOPES)
