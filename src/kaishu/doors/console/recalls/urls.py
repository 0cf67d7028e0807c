"""Addresses of recalls and their drafts, under /staff/recalls/. `files` takes uploads."""

from __future__ import annotations

from django.urls import path

from kaishu.doors.console.recalls import views_draft, views_list, views_preview, views_proposal

DRAFT = "drafts/<int:draft_id>/"
urlpatterns = [
    path("", views_list.recalls, name="recalls"),
    path("start/", views_list.start, name="start_draft"),
    path("start/files", views_list.start_upload, name="upload_draft"),
    path("proposals/<int:proposal_id>/", views_proposal.proposal, name="proposal"),
    path(DRAFT, views_draft.draft, name="draft"),
    path(f"{DRAFT}files", views_draft.files, name="draft_files"),
    path(f"{DRAFT}remove/", views_draft.remove, name="draft_remove"),
    path(f"{DRAFT}folder/", views_draft.folder, name="draft_folder"),
    path(f"{DRAFT}check/", views_draft.check, name="draft_check"),
    path(f"{DRAFT}changes/", views_proposal.changes, name="draft_changes"),
    path(f"{DRAFT}submit/", views_proposal.submit, name="draft_submit"),
    path(f"{DRAFT}preview/", views_preview.index, name="draft_preview"),
    path(f"{DRAFT}preview/<path:path>", views_preview.page, name="draft_preview_page"),
    path(f"{DRAFT}<str:section>/", views_draft.section, name="draft_section"),
    path("<slug:slug>/", views_proposal.recall, name="recall"),
]
