"""A recall's forms keep what is typed, say what is wrong beside its field, and need two people."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaishu.base import clock
from kaishu.base.language import COOKIE
from kaishu.base.roles import Role, give
from kaishu.core.recall import LANGUAGES
from kaishu.doors.console.recalls.groups import SECTION_GROUPS, Group
from kaishu.doors.console.recalls.words import WORDS
from kaishu.editions import shape
from kaishu.editions.drafting import actions, judging, proposals, queries
from kaishu.editions.drafting.models import Proposal, RecallDraft
from kaishu.editions.drafting.sections import SECTIONS
from kaishu.editions.models import Edition
from tests.doors import romoss
from tests.support.signed_in import sign_in


def client_of(name: str, *roles: Role) -> Client:
    """Return a browser in which somebody with these roles signed in a moment ago."""
    user = User.objects.create_user(name)
    give(user, *roles)
    client = Client()
    sign_in(client, user)
    return client


@pytest.fixture
def hana(db: None) -> Client:
    """Give the browser of a manager."""
    return client_of("hana", Role.MANAGER)


def draft() -> RecallDraft:
    return actions.start_upload(uploads=romoss.uploads(), by="hana", at=clock.now())


def form_of(client: Client, path: str) -> dict[str, Any]:
    """Return what a browser would send of a page's form, as it stands."""
    page = client.get(path).content.decode()
    body = page[page.index('class="draftform"') :]
    fields = dict(
        re.findall(r'<input type="(?:text|hidden|date)"[^>]* name="([^"]+)" value="([^"]*)"', body)
    )
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', body):
        fields[name] = text
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    for name in re.findall(r'type="checkbox"[^>]* name="([^"]+)" value="[^"]*" checked', body):
        fields[name] = "yes"
    return {name: html.unescape(value) for name, value in fields.items()}


def said(row: RecallDraft) -> dict[str, Any]:
    return judging.data(queries.newest(queries.draft(row.id)))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_saved_as_it_stands_changes_nothing(hana: Client, section: str) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/{section}/"
    before = said(row)
    answer = hana.post(path, {**form_of(hana, path), "do": "save"})
    assert answer.status_code == 302
    after = said(row)
    assert {name: each for name, each in after.items() if each not in ({}, [])} == before


def test_every_key_of_the_recall_file_has_a_word_and_a_section() -> None:
    def names(group: Group, above: str) -> list[str]:
        here = f"{above}{group.name}"
        own = [f"{here}.{key}" for key in group.keys if key]
        return [here, *own, *(name for inner in group.inner for name in names(inner, f"{here}."))]

    groups = [group for each in SECTION_GROUPS.values() for group in each]
    assert {group.name for group in groups} == set(shape.FILE)
    assert [name for group in groups for name in names(group, "") if name not in WORDS] == []


def test_a_problem_stands_beside_its_field_and_the_check_links_to_it(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/products/"
    typed = {**form_of(hana, path), "products.1.units": "12x", "do": "save"}
    page = hana.post(path, typed, follow=True).content.decode()
    assert 'value="12x"' in page
    assert '<div id="f-products-1-units-note"><p class="error">' in page
    check = hana.get(f"/staff/recalls/drafts/{row.id}/check/").content.decode()
    assert f'{path}#f-products-1-units"' in check


def test_softening_words_name_the_article(hana: Client) -> None:
    row = draft()
    data = said(row)
    data["recall"]["market"] = "eu"
    data["texts"]["hazard"]["en"] = "In rare cases it can catch fire."
    data["remedies"][0] |= {"type": "coupon"}
    for section, tables in (("identity", "recall"), ("texts", "texts"), ("remedies", "remedies")):
        actions.save_section(
            draft_id=row.id,
            section=section,
            said={tables: data[tables]},
            seen=queries.draft(row.id).version,
            by="hana",
            at=clock.now(),
        )
    page = hana.get(f"/staff/recalls/drafts/{row.id}/check/").content.decode()
    assert "Regulation (EU) 2023/988 (GPSR), Article 36" in page
    assert "Regulation (EU) 2023/988 (GPSR), Article 37(2)" in page
    assert f"/staff/recalls/drafts/{row.id}/texts/#f-texts-hazard-en" in page
    hana.cookies[COOKIE] = "ja"
    page = hana.get(f"/staff/recalls/drafts/{row.id}/check/").content.decode()
    assert "（修理、交換、返金）" in page


def test_rows_are_added_moved_and_removed_without_a_script(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/products/"
    for act, models in (
        ("down:products:0", ["PAC20-392", "PAC20-272", "PLT20A-152"]),
        ("remove:products:1", ["PAC20-392", "PLT20A-152"]),
        ("add:products:", ["PAC20-392", "PLT20A-152", None]),
        ("up:products:1", ["PLT20A-152", "PAC20-392", None]),
    ):
        answer = hana.post(path, {**form_of(hana, path), "do": act})
        assert answer.headers["Location"].endswith("products/#f-products")
        assert [each.get("model") for each in said(row)["products"]] == models
    hana.post(path, {**form_of(hana, path), "do": "add:products.0.variants:"})
    assert said(row)["products"][0]["variants"] == [{}]


def test_many_batch_codes_are_pasted_at_once(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/rules/"
    before = len(said(row)["rules"])
    lines = "AB01\tPAC20-272\t12\nAB02\n\n ＡＢ０３ ,,１４\n"
    typed = {**form_of(hana, path), "paste.rules": lines, "do": "paste:rules:prefix"}
    assert hana.post(path, typed).headers["Location"].endswith("rules/#f-rules")
    assert said(row)["rules"][before:] == [
        {"kind": "prefix", "product": "PAC20-272", "prefix": "AB01", "length": 12},
        {"kind": "prefix", "product": "PAC20-272", "prefix": "AB02"},
        {"kind": "prefix", "product": "PAC20-272", "prefix": "ＡＢ０３", "length": 14},
    ]
    hana.post(path, {**form_of(hana, path), "paste.rules": "x", "do": "paste:rules.0.when:prefix"})
    assert len(said(row)["rules"]) == before + 3


def test_a_section_with_two_hundred_rules_is_saved(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/rules/"
    lines = "\n".join(f"C{number:04d}" for number in range(300))
    hana.post(path, {**form_of(hana, path), "paste.rules": lines, "do": "paste:rules:prefix"})
    form = form_of(hana, path)
    assert len(form) > 1000
    assert hana.post(path, {**form, "do": "save"}).status_code == 302
    assert len(said(row)["rules"]) == 200


def test_a_finished_draft_is_handed_on_from_its_check(hana: Client) -> None:
    row = draft()
    page = hana.get(f"/staff/recalls/drafts/{row.id}/check/").content.decode()
    assert f'action="/staff/recalls/drafts/{row.id}/submit/"' in page


def test_two_managers_in_one_section_see_both_and_lose_nothing(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/identity/"
    mine = form_of(hana, path)
    client_of("ren", Role.MANAGER).post(path, {**mine, "recall.brand": "Theirs", "do": "save"})
    answer = hana.post(path, {**mine, "recall.brand": "Mine", "do": "save"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "ren saved this section while you were writing." in page
    assert "Theirs" in page
    assert 'value="Mine"' in page
    again = {**mine, "recall.brand": "Mine", "seen": queries.draft(row.id).version, "do": "save"}
    assert hana.post(path, again).status_code == 302
    assert said(row)["recall"]["brand"] == "Mine"


def test_the_same_form_sent_twice_is_one_revision(hana: Client) -> None:
    row = draft()
    path = f"/staff/recalls/drafts/{row.id}/products/"
    typed = {**form_of(hana, path), "do": "add:products:", "key": "a" * 32}
    for _ in range(2):
        assert hana.post(path, typed).status_code == 302
    assert len(said(row)["products"]) == 4


def test_files_of_other_kinds_are_refused_and_said(hana: Client) -> None:
    row = draft()
    bad = SimpleUploadedFile("evil.exe", b"MZ")
    answer = hana.post(f"/staff/recalls/drafts/{row.id}/files", {"files": [bad]}, follow=True)
    assert "evil.exe" in answer.content.decode()
    assert queries.draft(row.id).version == 1


def test_the_maker_sees_no_publish_button_and_a_forged_post_is_refused(hana: Client) -> None:
    row = draft()
    hana.post(f"/staff/recalls/drafts/{row.id}/submit/", {"seen": "1"})
    proposal = Proposal.objects.get()
    path = f"/staff/recalls/proposals/{proposal.id}/"
    assert 'id="id-slug"' not in hana.get(path).content.decode()
    forged = {"slug": romoss.SLUG, "content": proposal.content, "do": "settle"}
    assert hana.post(path, forged).status_code == 409
    assert not Edition.objects.exists()


def test_publishing_asks_for_a_fresh_sign_in(hana: Client) -> None:
    made = proposals.propose_publication(draft_id=draft().id, seen=1, by="hana", at=clock.now())
    user = User.objects.create_user("ren")
    give(user, Role.MANAGER)
    stale = Client()
    sign_in(stale, user, minutes_ago=11)
    path = f"/staff/recalls/proposals/{made.id}/"
    assert stale.post(path, {"slug": romoss.SLUG, "do": "settle"}).status_code == 403
    assert not Edition.objects.exists()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
def test_others_change_nothing(db: None, role: Role) -> None:
    row = draft()
    other = client_of("mika", role)
    path = f"/staff/recalls/drafts/{row.id}/identity/"
    assert other.get(path).status_code == (200 if role is Role.AUDITOR else 403)
    assert other.post(path, {"recall.slug": "x", "do": "save"}).status_code == 403
    assert other.post(f"/staff/recalls/drafts/{row.id}/submit/", {"seen": "1"}).status_code == 403
    assert queries.draft(row.id).version == 1


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_preview_is_marked_and_stays_in_the_draft(hana: Client, tag: str) -> None:
    row = draft()
    base, code = f"/staff/recalls/drafts/{row.id}/preview", tag.lower()
    for page in ("", f"r/{romoss.SLUG}/", f"r/{romoss.SLUG}/notice/", f"r/{romoss.SLUG}/claim/"):
        answer = hana.get(f"{base}/{code}/{page}")
        body = answer.content.decode()
        assert answer.status_code == 200
        assert 'class="previewbar"' in body
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r'(?:href|src|action)="/(?:ja|zh-hans|en|pictures)/', body)
    assert not Edition.objects.exists()
    assert Client().get(f"/{code}/r/{romoss.SLUG}/").status_code == 404
