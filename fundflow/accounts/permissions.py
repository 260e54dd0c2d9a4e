"""What a role may open: one word per kind of thing and act; which role has which is data, in roles.yaml."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """`resource:action`; holding one opens a kind of page, the services then look at the very case."""

    APPLICATION_LIST = "application:list"
    APPLICATION_READ = "application:read"
    APPLICATION_READ_ASSIGNED = "application:read_assigned"
    APPLICATION_CREATE_CASE = "application:create_case"
    APPLICATION_EXPORT = "application:export"
    APPLICATION_IMPORT = "application:import"
    APPLICATION_RECORD_PAPER = "application:record_paper"
    APPLICATION_SCREEN = "application:screen"
    REVIEW_WRITE = "review:write"
    REVIEW_ASSIGN = "review:assign"
    RANKING_MANAGE = "ranking:manage"
    DECISION_MAKE = "decision:make"
    APPEAL_LIST = "appeal:list"
    PAYMENT_LIST = "payment:list"
    PAYMENT_ACT = "payment:act"
    PURCHASE_LIST = "purchase:list"
    PURCHASE_ACT = "purchase:act"
    VISIT_LIST = "visit:list"
    VISIT_ACT = "visit:act"
    REPORT_LIST = "report:list"
    REPORT_ACT = "report:act"
    REFERRAL_READ = "referral:read"
    PROVIDER_MANAGE = "provider:manage"
    DOCUMENT_READ = "document:read"
    DOCUMENT_RETRY = "document:retry"
    OUTBOX_READ = "outbox:read"
    JOBS_READ = "jobs:read"
    AUDIT_READ = "audit:read"
    PROGRAMME_READ = "programme:read"
    PROGRAMME_PUBLISH = "programme:publish"
    CALL_MANAGE = "call:manage"
    FUND_READ = "fund:read"
    FUND_MANAGE = "fund:manage"
    USER_MANAGE = "user:manage"
