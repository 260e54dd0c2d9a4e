"""A case of the demo's stories, played in browsers: each step is what its person would click, on the pages alone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from fundflow.applications.models import Application
from fundflow.audit import AuditEvent
from fundflow.demo.script import Case, Step
from fundflow.demo.story import SHARED, data
from fundflow.evaluation.models import Review
from fundflow.platform import jobs
from fundflow.platform.db import db
from fundflow.platform.wording import pick
from tests.journeys.filling import fill
from tests.journeys.person import Person

FORM_PAGE = re.compile(r"/forms/(?P<form>\w+)(?:/(?P<section>\w+))?(?:[?#].*)?$")
PAGES = {
    "tranche": "/tranches/{id}", "purchase": "/purchases/{id}", "review": "/reviews/{id}",
    "visit": "/visits/{id}", "report": "/reports/{id}",
}  # fmt: skip


class ClickedCase(Case):
    """`detours` names the steps whose page was not linked from the person's first page; `instead` who else moves."""

    people: Callable[[str], Person]
    detours: list[str]
    instead: dict[str, str]

    @classmethod
    def of(cls, people: Callable[[str], Person], office: Any, story_name: str, key: str) -> ClickedCase:
        """A case of a story, with browsers to play it in."""
        story = data(story_name)
        for part in SHARED:
            story.setdefault(part, {})
        known = story["cases"][key]
        case = cls(office, key, known["call"], known.get("cast", {}), story, lambda _line: None)
        case.people, case.detours, case.instead = people, [], {}
        return case

    def scenes(self) -> list[Step]:
        """The steps of this case alone, in order."""
        return [step for scene in self.story["story"] if scene["case"] == self.key for step in scene["steps"]]

    # --- who and where ---
    def _person(self, step: Step) -> Person:
        person = self.people(self.cast.get(step["as"], step["as"]))
        if "start" not in step:
            person.sign_in()
        return person

    def _case_path(self) -> str:
        return f"/applications/{self.id}"

    def _reach(self, person: Person, what: str, *goals: str) -> None:
        """From the first page by links, over the case page if need be, to one of the goals.

        A page that no link leads to is noted, and opened by its address.
        """
        person.open("/start")
        ranking = f"/calls/{self._fresh().call_id}/ranking"
        money = f"{self._case_path()}?view=money"
        for _turn in range(3):
            for wanted in (*goals, money, self._case_path(), ranking):
                link = person.page.locator(f'#main a[href^="{wanted}"]')
                if link.count():
                    person.click(link.first)
                    break
            here = person.page.url
            if any(goal in here for goal in goals) or (ranking in here and goals[-1].startswith("/moves/")):
                return
        self.detours.append(f"{person.key}: {what}")
        person.open(goals[0])

    def _fresh(self) -> Application:
        row = self.row()
        db.session.rollback()
        return row

    # --- verbs ---
    def _do_start(self, _given: Any, step: Step) -> None:
        """From the open calls by the hint to the form, signing in on the way."""
        person = self._person(step)
        person.open("/")
        call = self.story_call()
        person.follow(pick(call.title, self.visitor_language(person)))
        person.page.locator(f'#main a[href="/calls/{self.call}/hint"]').first.click()
        person.page.wait_for_load_state()
        person.see()
        for yes in person.page.locator("#main input[type=radio][value=yes]").all():
            yes.check()
        person.click(person.page.locator("#main form .btn-primary"))
        person.click(person.page.locator("#main form .btn-primary"))
        if not person.signed_in:
            person.page.locator("#main input[name=email]").fill(person.email)
            person.page.locator("#main input[name=password]").fill(self.office.password)
            person.click(person.page.locator("#main form .btn-primary"))
            person.entered()
            person.click(person.page.locator("#main form .btn-primary"))
        found = re.search(r"/applications/([0-9a-f-]{36})/forms/", person.page.url)
        assert found, person.page.url
        self.id = uuid.UUID(found[1])

    def story_call(self) -> Any:
        """The call of the case."""
        from fundflow.programmes import Call  # noqa: PLC0415 - only here

        found = db.session.scalars(select(Call).where(Call.slug == self.call)).one()
        db.session.rollback()
        return found

    @staticmethod
    def visitor_language(person: Person) -> str:
        """Before signing in, the pages speak the browser's language."""
        return person.language

    def _do_open(self, _given: Any, step: Step) -> None:
        person = self._person(step)
        person.open("/start")
        before = set(db.session.scalars(select(Application.id)))
        db.session.rollback()
        self._open_case(person)
        after = set(db.session.scalars(select(Application.id)))
        db.session.rollback()
        (self.id,) = after - before

    def _open_case(self, person: Person) -> None:
        """By the entry in the top bar."""
        person.click(person.page.locator(".mainnav").get_by_role("link", name=person.says("Open a case")))
        person.press(
            person.says("Open a case"), person.page.locator(f'form[action="/caseloads/{self.call}"]')
        )

    def _do_fill(self, form: str, step: Step) -> None:
        person = self._person(step)
        given = self._answers(form, self._like(step.get("with", {})), None)
        self._open_form(person, form)
        for _turn in range(len(self.definition.forms[form].sections) + 2):
            here = FORM_PAGE.search(person.page.url)
            assert here, person.page.url
            assert here["form"] == form, person.page.url
            if here["section"] == "check":
                break
            if here["section"] is None:
                person.click(self._first_part(person, form))
                continue
            self._fill_section(person, form, here["section"], given)
        else:
            raise AssertionError(f"{form} does not come to its end: {person.page.url}")
        db.session.rollback()
        assert not person.refused(), person.refused()

    def _fill_section(self, person: Person, form: str, section: str, given: Mapping[str, Any]) -> None:
        definition = self.definition
        names = {question.id for question in definition.forms[form].section(section).questions}
        db.session.rollback()
        here = {name: value for name, value in given.items() if name in names}
        open_here = {name for name in here if person.page.locator(f"[name^='q_{name}']").count()}
        locked = self._fresh().stage != "draft" and form == definition.programme.application_form
        assert locked or open_here == set(here), set(here) - open_here
        fill(person, definition, form, {name: here[name] for name in here if name in open_here}, section)
        person.press(person.says("Save and continue"))
        assert person.refused() == [] or FORM_PAGE.search(person.page.url)["section"] == "check", (
            person.text()
        )

    def _first_part(self, person: Person, form: str) -> Any:
        return person.page.locator(f'#main .tasks a[href*="/forms/{form}/"]').first

    def _open_form(self, person: Person, form: str) -> None:
        path = f"{self._case_path()}/forms/{form}"
        if path in person.page.url:
            if not person.page.url.endswith(path):
                person.open(path)
        else:
            self._reach(person, f"fill {form}", path)
        start = person.page.locator(f'#main form[action="{path}/begin"] button')
        if start.count():
            person.click(start)

    def _do_hand_in(self, form: str, step: Step) -> None:
        person = self._person(step)
        if not person.page.url.endswith(f"/forms/{form}/check"):
            self._open_form(person, form)
            person.follow(person.says("Check your answers"))
        person.press(person.says("Hand in"))
        assert not person.refused(), person.refused()

    def _do_move(self, name: str, step: Step) -> None:
        person = self._person({**step, "as": self.instead.get(name, step["as"])})
        kind, subject_id = self._subject(step.get("on"))
        move = self.definition.machines[kind].move(name).move
        label = pick(move.label, person.language)
        given = self._answers(move.form, step.get("form", {}), None) if move.form else {}
        before = self._moves(name)
        asked = self._to_button(person, kind, subject_id, name, label)
        assert asked or not move.form, (name, person.page.url)
        if move.form:
            fill(person, self.definition, move.form, given)
            db.session.rollback()
        if asked:
            self._send(person, kind, subject_id, name, label)
        assert not person.refused(), (name, person.refused())
        made = self._moves(name)
        assert made == [*before, self.office.people[person.key]], (name, person.page.url, person.text()[:600])

    def _moves(self, name: str) -> list[uuid.UUID | None]:
        """Who made a move of this name so far, by the audit trail."""
        query = select(AuditEvent.actor_id).where(
            AuditEvent.application_id == self.id,
            AuditEvent.action.in_(("move", "approval")),
            AuditEvent.data["move"].astext == name,
        )
        made = list(db.session.scalars(query.order_by(AuditEvent.seq)))
        db.session.rollback()
        return made

    def _send(self, person: Person, kind: str, subject_id: uuid.UUID, name: str, label: str) -> None:
        form = person.page.locator(f'form[action*="/moves/{kind}/{subject_id}/{name}"]')
        person.press(label, form.filter(has=person.page.locator(".actions")))

    def _to_button(self, person: Person, kind: str, subject_id: uuid.UUID, name: str, label: str) -> bool:
        """Go to the page with the button.

        False when it was pressed at once because nothing is asked; else the page now asks for something.
        """
        address = f"/moves/{kind}/{subject_id}/{name}"
        if person.page.locator(f'form[action*="{address}"]:has(.actions)').count():
            return True
        handed_in = self._freezes(name) if kind == "application" else ""
        if handed_in and handed_in == self.definition.programme.application_form:
            self._open_form(person, handed_in)
            person.follow(person.says("Check your answers"))
            return True
        page = PAGES.get(kind, self._case_path()).format(id=subject_id)
        self._reach(person, name, page, address)
        if address not in person.page.url:
            found = person.page.locator(f'#main a[href*="{address}"], #main form[action*="{address}"] button')
            assert found.count(), (name, person.page.url, person.text())
            assert found.first.inner_text().strip().splitlines()[0] == label, (
                found.first.inner_text(),
                label,
            )
            person.click(found.first)
        return address in person.page.url

    def _freezes(self, name: str) -> str:
        """The form that a move hands in."""
        effects = self.definition.machines["application"].move(name).move.effects
        db.session.rollback()
        return next((rule.params["form"] for rule in effects if rule.name == "freeze_entries"), "")

    def _do_checks(self, given: Mapping[str, str], step: Step) -> None:
        person = self._person(step)
        self._reach(person, "checks", f"{self._case_path()}/screening")
        for check in self.definition.screening.checks:
            result = "fail" if check.id in given else "pass"
            person.page.locator(f'input[name="result-{check.id}"][value={result}]').check()
            if check.id in given:
                person.page.locator(f"#note-{check.id}").fill(given[check.id])
        person.press(
            pick(self.definition.machines["application"].move("record_checks").move.label, person.language)
        )
        db.session.rollback()
        assert not person.refused(), person.refused()

    def _do_assign(self, people: list[str], step: Step) -> None:
        person = self._person(step)
        self._reach(person, "evaluators", f"{self._case_path()}/evaluators")
        for key in people:
            person.page.get_by_label(data("office")["people"][key]["name"], exact=True).check()
        person.press(person.says("Save the evaluators"))
        assert not person.refused(), person.refused()

    def _do_review(self, given: Mapping[str, Any], step: Step) -> None:
        person = self._person(step)
        query = select(Review.id).where(
            Review.application_id == self.id, Review.reviewer_id == self.office.people[person.key]
        )
        review_id = db.session.scalars(query).one()
        db.session.rollback()
        self._reach(person, "review", f"/reviews/{review_id}")
        for name, score in self.story["scores"][given["scores"]].items():
            person.page.locator(f'input[name="score-{name}"][value="{score}"]').check()
            person.page.locator(f"#comment-{name}").fill(given["comment"])
        person.page.locator("#comment").fill(given["comment"])
        label = self.definition.machines["review"].move("submit").move.label
        db.session.rollback()
        person.press(pick(label, person.language))
        assert not person.refused(), person.refused()

    def _do_rank(self, _move_name: str, step: Step) -> None:
        person = self._person(step)
        person.open("/rankings")
        person.follow(pick(self.story_call().title, person.language))
        person.press(person.says("Rank all scored applications"))
        assert not person.refused(), person.refused()

    # --- answers: files are named, and uploaded by the page ---
    def _value(self, form: str, name: str, value: Any, entry: Any) -> Any:
        if isinstance(value, dict) and set(value) == {"file"}:
            return value
        return super()._value(form, name, value, entry)

    def worked(self) -> int:
        """Run what the worker would."""
        return jobs.run_pending()
