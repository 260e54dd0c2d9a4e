"""What a purchase goes through in the tests: the usual answers of each step, and one person for each role."""

from __future__ import annotations

from tests.disbursement.office import IBAN, act, eur, person, purchases_of

GOODS = [
    {"description": "Steel arch", "unit": "pc", "quantity": "10", "unit_price": eur(80_00)},
    {"description": "Film", "unit": "m", "quantity": "12.5", "unit_price": eur(16_00)},
]
REQUEST = {"lines": GOODS, "deliver_to": "Fier", "needed_by": "2026-11-30", "deliveries": "2"}


def quote(vendor: str, minor: int, conform: str = "yes") -> dict:
    return {
        "vendor": vendor,
        "nipt": "L71904501P",
        "price": eur(minor),
        "delivery_days": "7",
        "conform": conform,
        "iban": None,
    }


QUOTES = {
    "quotes": [quote("Agro Fier", 950_00), quote("Metal 1", 900_00, "no"), quote("Serra  Shpk", 980_00)],
    "not_kin": True,
}
CHOICE = {"vendor": "agro fier", "sanctions_checked": True, "no_conflict": True}
ORDER = {"funds_checked": True, "deliver_by": "2026-11-30", "deliver_to": "Fier"}
HANDOVER = {
    "signed_on": "2026-11-02",
    "place": "Fier",
    "receiver_name": "Mira Prova",
    "relation": "owner",
    "person_present": "yes",
    "witness": "Vera",
    "gift": True,
}
STEPS = {
    "request": ("case_worker", REQUEST),
    "ask_for_quotes": ("procurement", None),
    "record_quotes": ("procurement", QUOTES),
    "choose_vendor": ("programme_officer", CHOICE),
    "order": ("finance_officer", ORDER),
    "receive": ("receiving_officer", None),
    "complete_delivery": ("receiving_officer", None),
    "hand_over": ("case_worker", HANDOVER),
    "enter_invoice": ("procurement", None),
    "match": ("finance_officer", None),
    "certify": ("finance_officer", {"papers": True, "account_checked": True}),
    "authorise": ("finance_approver", None),
    "release": ("bank_signatory", {"bank_reference": "BKT-7", "paid_on": "2026-11-02"}),
}


def arrival(*rows: tuple[int, str, str]) -> dict:
    lines = [
        {"line": str(line), "received": received, "refused": refused} for line, received, refused in rows
    ]
    return {"received_on": "2026-11-02", "place": "Fier", "waybill": "W-1", "lines": lines}


def invoice(minor: int, number: str = "F-1") -> dict:
    return {"number": number, "invoice_on": "2026-11-02", "amount": eur(minor), "iban": IBAN}


class Team:
    """One person for each role of the office."""

    def __init__(self) -> None:
        self.owner = person(name="Ardit Prova")
        self.by = {role: person(role) for role in {role for role, _form in STEPS.values()} | {"monitoring"}}

    def step(self, case, name: str, form: dict | None = None, number: int = 0):
        """One step of the case's first purchase, with the usual form."""
        role, usual = STEPS[name]
        act(self.by[role], purchases_of(case)[number], name, form or usual)
        return purchases_of(case)[number]

    def take(self, case, *, until: str, paid: int = 950_00):
        """All steps up to and with one, everything delivered at once."""
        given = {
            "receive": arrival((1, "10", "0"), (2, "12.5", "0")),
            "enter_invoice": invoice(paid),
            "authorise": {"amount": eur(paid)},
        }
        names = list(STEPS)
        for name in names[: names.index(until) + 1]:
            self.step(case, name, given.get(name))
        return purchases_of(case)[0]
