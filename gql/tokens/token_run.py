"""The type TokenRun: a deferred run that turns absences into makeup tokens. Clients see it before it happens."""

from datetime import datetime

import strawberry

from attendance.actions.tokens.preview_token_runs import PreviewedRun, preview_token_runs
from attendance.rules.calendar.timeslots import OccurrenceKey
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.tokens.vocabulary import TokenRunPhase, TokenRunState


@strawberry.type(
    description="A deferred run, which makes the makeup tokens of an occurrence agree with its marks. It is armed by "
    "marks made in check-in mode or at a kiosk. Other marks take effect at once, without a run."
)
class TokenRun:
    phase: TokenRunPhase = strawberry.field(
        description="Which run this is: the one after the class, or the one at the end of the day."
    )
    due_at: datetime = strawberry.field(description="When the run is due.")
    state: TokenRunState = strawberry.field(description="Whether the run is still to happen.")
    ran_at: datetime | None = strawberry.field(
        description="When the run last happened. Null when it has not happened yet, or has been armed again."
    )
    would_issue: int = strawberry.field(
        description="How many tokens the run would issue or reinstate if it happened now, within the token limit. 0 "
        "when the state is DONE."
    )
    would_revoke: int = strawberry.field(
        description="How many tokens the run would revoke if it happened now. 0 when the state is DONE. It is usually "
        "0, because correcting a mark revokes the token at once."
    )
    issued: int = strawberry.field(description="How many tokens the run issued or reinstated when it last happened.")
    revoked: int = strawberry.field(description="How many tokens the run revoked when it last happened.")


async def load_token_runs(info: Info, key: OccurrenceKey) -> list[TokenRun]:
    """Return the runs of an occurrence in the order in which they are due.

    This executes at most five statements for all occurrences of a batch.
    """
    now = info.context.clock()
    return [show_token_run(previewed) for previewed in await load(info, (key, now), _read_token_runs)]


def show_token_run(previewed: PreviewedRun) -> TokenRun:
    run = previewed.run
    return TokenRun(
        phase=run.phase,
        due_at=run.due_at,
        state=run.state,
        ran_at=run.done_at,
        would_issue=len(previewed.issues_to),
        would_revoke=len(previewed.revokes_of),
        issued=run.issued,
        revoked=run.revoked,
    )


async def _read_token_runs(source: Reading, asked: list[tuple[OccurrenceKey, datetime]]) -> list[list[PreviewedRun]]:
    runs = await preview_token_runs(
        source.connection,
        source.viewer.caller.organization_id,
        {key for key, _ in asked},
        source.viewer.settings.makeup_tokens,
        now=max(now for _, now in asked),
    )
    return [runs[key] for key, _ in asked]
