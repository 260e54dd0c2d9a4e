"""Persons, organisations and addresses: what is asked of them, each part by its own rules."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.forms import codes
from fundflow.forms import definition as d
from fundflow.forms.fields.base import Line
from fundflow.forms.fields.group import GroupField, Part

EMAIL, PHONE = _l("E-mail address"), _l("Telephone number")


class PersonField(GroupField[d.Person]):
    """Stored as {"name", "birth_on", "role", "email", "phone"}, as far as asked and answered."""

    def __init__(self, question: d.Person) -> None:
        super().__init__(question)
        self.needed = question.need
        for part, token in (("name", "name"), ("birth_on", "bday"), ("role", "organization-title")):
            self.autocomplete_of(part, token)
        self.autocomplete_of("email", "email")
        self.autocomplete_of("phone", "tel")

    def described(self) -> dict[str, Part]:
        known: dict[str, Part] = {
            "name": ("text", _l("Full name"), {"max_length": 120}),
            "birth_on": ("date", _l("Date of birth"), {"min": "today-120y", "max": "today"}),
            "role": ("text", _l("Position or role"), {"max_length": 120}),
            "email": ("email", EMAIL, {}),
            "phone": ("phone", PHONE, {"prefix": self.question.prefix}),
        }
        return {part: known[part] for part in self.question.ask}


class OrganisationField(GroupField[d.Organisation]):
    """Stored as {"name", "tax_number", ...}, as far as asked and answered."""

    def __init__(self, question: d.Organisation) -> None:
        super().__init__(question)
        self.needed = question.need
        for part, token in (("name", "organization"), ("country", "country"), ("website", "url")):
            self.autocomplete_of(part, token)
        self.autocomplete_of("email", "email")
        self.autocomplete_of("phone", "tel")

    def described(self) -> dict[str, Part]:
        country = self.question.tax_country
        tax = ("tax_number", {"country": country}) if country else ("text", {"max_length": 40})
        known: dict[str, Part] = {
            "name": ("text", _l("Name of the organisation"), {"max_length": 160}),
            "tax_number": (tax[0], _l("Tax number"), dict(tax[1])),
            "register_number": ("text", _l("Number in the register"), {"max_length": 60}),
            "country": ("code", _l("Country"), {"list": "countries"}),
            "website": ("url", _l("Website"), {}),
            "email": ("email", EMAIL, {}),
            "phone": ("phone", PHONE, {"prefix": self.question.prefix}),
        }
        return {part: known[part] for part in self.question.ask}


class AddressField(GroupField[d.Address]):
    """Stored as {"street", "postal_code", "place", "region", "country"}, as far as asked and answered."""

    def __init__(self, question: d.Address) -> None:
        super().__init__(question)
        self.needed = question.need
        for part, token in (
            ("street", "street-address"),
            ("postal_code", "postal-code"),
            ("country", "country"),
        ):
            self.autocomplete_of(part, token)
        self.autocomplete_of("place", "address-level2")
        self.autocomplete_of("region", "address-level1")

    def described(self) -> dict[str, Part]:
        places = self.question.places
        place = ("code", {"list": places}) if places else ("text", {"max_length": 80})
        countries = {"list": "countries", "only": self.question.countries}
        known: dict[str, Part] = {
            "street": ("text", _l("Street and number"), {"max_length": 160}),
            "postal_code": ("text", _l("Postal code"), {"max_length": 12}),
            "place": (place[0], _l("Town or municipality"), dict(place[1])),
            "region": ("text", _l("Region"), {"max_length": 80}),
            "country": ("code", _l("Country"), countries),
        }
        return {part: known[part] for part in self.question.ask}

    def display(self, stored: Any, language: str) -> str:
        """As on a letter: the street, code and place on one line, the region, the country."""
        given = stored if isinstance(stored, dict) else {}
        said = {name: part.display(given.get(name), language) for name, part in self.parts.items()}
        town = " ".join(filter(None, (said.get("postal_code"), said.get("place"))))
        return "\n".join(filter(None, (said.get("street"), town, said.get("region"), said.get("country"))))

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        """One line: an address is read together."""
        return [Line(self.label(language), self.display(stored, language))]

    def faults(self) -> list[str]:
        places = self.question.places
        if places and not codes.exists(places):
            return [f"places: there is no code list {places!r}"]
        return super().faults()
