"""Guards, effects and facts of evaluation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fundflow.evaluation import service
from fundflow.evaluation.queries import (
    evaluators,
    ranked_of,
    reviews,
    reviews_with_names,
    score_of,
    stages_of_call,
)
from fundflow.ledger import balances
from fundflow.platform.db import db
from fundflow.platform.money import round_half_up, show
from fundflow.platform.wording import pick
from fundflow.workflow import Decision, MoveContext, effect, fact, guard

UNSCORED_PHASES = ("screening", "evaluation")


@guard("reviewers_assigned", help="At least so many evaluators without a conflict of interest are assigned.")
def reviewers_assigned(ctx: MoveContext, least: int) -> Decision:
    """Who stepped back does not count."""
    found = len(evaluators(ctx.case.id))
    return Decision(
        found >= least,
        _l("%(least)s evaluators are needed; %(found)s are assigned.", least=least, found=found),
    )


@guard("reviews_submitted", help="At least so many valid reviews have been handed in.")
def reviews_submitted(ctx: MoveContext, least: int | None = None) -> Decision:
    """Recused reviews never count; without `least` the programme's quorum is asked for."""
    least = ctx.definition.programme.evaluation.quorum if least is None else least
    found = len(reviews(ctx.case.id, submitted=True))
    return Decision(
        found >= least, _l("%(least)s reviews are needed; %(found)s are in.", least=least, found=found)
    )


@guard(
    "no_review_open", says=_l("A review has not been handed in yet."), help="No valid review is still open."
)
def no_review_open(ctx: MoveContext) -> bool:
    """Everybody who was asked is heard, or has stepped back."""
    return not reviews(ctx.case.id, submitted=False)


def in_words(ctx: MoveContext) -> list[str]:
    """Each place where the reviews lie too far apart, as a sentence."""
    grid = ctx.definition.criteria
    labels = {each.id: pick(each.label, ctx.actor.language) for each in grid.criteria}
    return [
        str(_("%(criterion)s: %(steps)s steps apart", criterion=labels[each.criterion], steps=each.apart))
        if each.criterion
        else str(_("totals: %(points)s points apart", points=each.apart))
        for each in service.apart(grid, ctx.case.id)
    ]


@guard("reviews_agree", help="No two reviews lie further apart than the criteria's `moderation` lets stand.")
def reviews_agree(ctx: MoveContext) -> Decision:
    """Without a rule of moderation reviews always agree."""
    found = in_words(ctx)
    return Decision(not found, _l("The reviews lie too far apart: %(where)s.", where="; ".join(found)))


@guard(
    "reviews_differ",
    says=_l("The reviews lie close enough together."),
    help="Two reviews lie further apart than the criteria's `moderation` lets stand.",
)
def reviews_differ(ctx: MoveContext) -> bool:
    """The opposite of `reviews_agree`."""
    return bool(service.apart(ctx.definition.criteria, ctx.case.id))


@guard(
    "further_evaluator",
    says=_l("Name another evaluator first."),
    help="Somebody is named as evaluator who has not handed in a review.",
)
def further_evaluator(ctx: MoveContext) -> bool:
    """For the review that decides between those that differ."""
    heard = {review.reviewer_id for review in reviews(ctx.case.id, submitted=True)}
    return any(party.user_id not in heard for party in evaluators(ctx.case.id))


@guard("threshold_met", help="The total reaches the pass mark and every minimum is met, before bonus.")
def threshold_met(ctx: MoveContext) -> Decision:
    """The score's own verdict."""
    row = score_of(ctx.case.id)
    if row is None:
        return Decision(False, _l("This application has no score yet."))
    if row.passed:
        return Decision(True)
    mark = ctx.definition.criteria.pass_mark
    return Decision(
        False,
        _l("%(total)s points or a minimum below the threshold (%(mark)s).", total=str(row.total), mark=mark),
    )


@guard("threshold_missed", says=_l("The application meets the threshold."), help="The threshold is not met.")
def threshold_missed(ctx: MoveContext) -> bool:
    """The opposite of `threshold_met`."""
    row = score_of(ctx.case.id)
    return row is not None and not row.passed


@guard(
    "call_all_scored", help="Every live application of the call that came through screening has its score."
)
def call_all_scored(ctx: MoveContext) -> Decision:
    """Drafts do not count; cases in screening or evaluation without a score do."""
    stages = ctx.definition.machines["application"].definition.stages
    waiting = sum(
        count
        for stage, count in stages_of_call(ctx.case.call_id).items()
        if stage in stages and stages[stage].phase in UNSCORED_PHASES
    )
    return Decision(not waiting, _l("%(count)s applications of this call have no score yet.", count=waiting))


@guard(
    "line_covers_recommended",
    help="The call's budget line covers the recommended amount.",
    reads_form=True,
    amounts=lambda question: [(None, question)],
)
def line_covers_recommended(ctx: MoveContext, question: str = "amount") -> Decision:
    """Asked again under a lock when the reservation is posted."""
    available = balances(ctx.case.call.line_id).get("available", 0)
    given = ctx.form.get(question)
    if isinstance(given, dict) and given["minor"] <= available:
        return Decision(True)
    left = show(available, ctx.case.currency, ctx.actor.language)
    return Decision(False, _l("The budget line has only %(left)s left.", left=left))


@guard(
    "review_complete",
    help="Every criterion of the score sheet has its score, and its comment where one is asked.",
)
def review_complete(ctx: MoveContext) -> Decision:
    """The same rule as on the score sheet, so that no other way leads past it."""
    faults = service.review_faults(ctx.definition.criteria, ctx.subject.scores)
    return Decision(
        not faults, _l("%(count)s criteria are still open on the score sheet.", count=len(faults))
    )


@effect("open_reviews", help="Opens a review for every assigned evaluator who has none.")
def open_reviews(ctx: MoveContext) -> None:
    """One open review per evaluator."""
    service.open_reviews(ctx.case, by=ctx.actor.user_id)


@effect("hand_in_review", help="Fixes the review: its points of a hundred, and the moment.")
def hand_in_review(ctx: MoveContext) -> None:
    """Goes with the guard `review_complete`."""
    service.hand_in(ctx.definition.criteria, ctx.subject)


@effect("cancel_review", help="Takes an open review out of the count; it was no longer needed.")
def cancel_review(ctx: MoveContext) -> None:
    """The evaluator may be asked again later."""
    service.drop(ctx.subject)


@effect(
    "recuse", help="The evaluator steps back: the case vanishes for that person, the review never counts."
)
def recuse(ctx: MoveContext, ground: str = "ground", note: str = "note") -> None:
    """Takes the ground and the note from the move's form."""
    service.recuse(
        review=ctx.subject, ground=str(ctx.form.get(ground) or ""), note=str(ctx.form.get(note) or "")
    )


@effect("reopen_review", help="Takes a handed-in review back to its writer.")
def reopen_review(ctx: MoveContext) -> None:
    """Its scores stay as a draft."""
    ctx.subject.submitted_at = None
    ctx.subject.total = None
    db.session.flush()


@effect(
    "set_review_aside",
    help="After an appeal: the review counts no more, its writer is not asked about the case again, the score goes.",
)
def set_review_aside(ctx: MoveContext) -> None:
    """What was written stays on record."""
    service.set_aside(ctx.subject)


@effect("score_application", help="Works out the score from the valid reviews.")
def score_application(ctx: MoveContext) -> None:
    """Mean per criterion, rounded once; bonus after the pass."""
    service.score(ctx.case)


@effect("rank_application", help="Gives the case, and all scored cases of its call, their ranks.")
def rank_application(ctx: MoveContext) -> None:
    """Ranks stay right until a score is worked out anew, so a whole call is sorted once and not once a case."""
    if service.needs_ranking(ctx.case.call_id):
        service.rank_call(ctx.case.call_id)


@fact(
    "scores",
    fields={
        "total": "points before bonus",
        "bonus": "bonus points",
        "pass_mark": "points needed",
        "passed": "reached",
        "rank": "place in the ranking, or null",
        "reviews": "how many reviews count",
        "criteria": "label, weight, mean, points, minimum, comment of each criterion",
    },
)
def scores(ctx: MoveContext) -> dict[str, Any]:
    """The score with the evaluators' comments per criterion, without their names."""
    row, grid = score_of(ctx.case.id), ctx.definition.criteria
    given = [review for review, _name in reviews_with_names(ctx.case.id) if review.submitted_at]
    criteria = []
    for each in grid.criteria:
        mean = Decimal(row.means[each.id]) if row else None
        comments = [str(review.scores.get(each.id, {}).get("comment", "")).strip() for review in given]
        criteria.append({
            "id": each.id,
            "label": pick(each.label, ctx.case.language),
            "weight": each.weight,
            "mean": str(mean) if mean is not None else "",
            "points": str(round_half_up(mean * each.weight / grid.scale_most)) if mean is not None else "",
            "minimum": each.minimum or "",
            "comment": " · ".join(comment for comment in comments if comment),
        })  # fmt: skip
    return {
        "total": str(row.total) if row else "",
        "bonus": str(row.bonus) if row else "",
        "pass_mark": grid.pass_mark,
        "passed": bool(row and row.passed),
        "rank": row.rank if row else None,
        "reviews": row.reviews if row else 0,
        "criteria": criteria,
    }


@fact("ranking", fields={"rank": "place", "of": "how many were ranked"})
def ranking(ctx: MoveContext) -> dict[str, Any]:
    """The place of the case among the ranked ones."""
    row = score_of(ctx.case.id)
    return {"rank": row.rank if row else None, "of": ranked_of(ctx.case.call_id)}
