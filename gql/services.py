"""What lives as long as a process that serves the API."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from redis.asyncio import Redis

from attendance.actions.accounts.authenticator import Authenticator
from attendance.actions.organization.passwords import Passwords
from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.organization.sign_in import SessionTerms
from db.engine import Database
from db.wake_ups import Announcer
from gql.credentials.access_tokens import AccessTokens
from gql.credentials.attempts import AttemptLimits, Attempts
from gql.credentials.authenticate import Authenticate
from gql.credentials.challenges import Challenges
from gql.credentials.check_in_codes import CheckInCodes
from gql.credentials.identity_provider import Provider, ProviderTokens, SigningKeys
from gql.credentials.known_viewers import KnownViewers
from gql.credentials.look_ups import LookUps
from gql.credentials.password_resets import PasswordResets
from gql.credentials.security_log import SecurityLog
from gql.credentials.signed_out import SignedOut
from gql.live.access_watch import AccessWatch
from gql.live.fan_out import FanOut
from gql.live.feed import FeedChange, make_feed_hub
from gql.live.hub import Hub
from gql.live.openings import Openings
from gql.live.replays import Replays
from gql.live.sheet_changes import SheetHub
from gql.live.task_board import TaskBoard
from settings import Settings

Clock = Callable[[], datetime]

RESET_LIMITS = AttemptLimits(per_email=3, per_address=30, window=3600)
"""Of resets that people ask for without being signed in (R12.2)."""


@dataclass(frozen=True, slots=True)
class Services:
    """Made by the composition root, which also closes what can be closed. `clock` is the only clock below it."""

    database: Database
    announcer: Announcer
    clock: Clock
    access_tokens: AccessTokens
    passwords: Passwords
    attempts: Attempts
    reset_attempts: Attempts
    code_attempts: Attempts
    password_resets: PasswordResets
    look_ups: LookUps
    security_log: SecurityLog
    check_in_codes: CheckInCodes
    session_terms: SessionTerms
    challenges: Challenges
    authenticator: Authenticator
    link_terms: LinkTerms
    hub: SheetHub
    feed: Hub[FeedChange]
    access: AccessWatch
    signed_out: SignedOut
    viewers: KnownViewers
    replays: Replays
    fan_out: FanOut
    openings: Openings
    tasks: TaskBoard


def make_services(
    settings: Settings,
    *,
    database: Database,
    announcer: Announcer,
    redis: Redis,
    clock: Clock,
    hub: SheetHub,
    feed: Hub[FeedChange] | None = None,
    tasks: TaskBoard | None = None,
    passwords: Passwords | None = None,
) -> Services:
    access = AccessWatch(database)
    link_terms = LinkTerms.of(settings.secret.get_secret_value(), settings.pages_url)
    security_log = SecurityLog(database, clock)
    return Services(
        database=database,
        announcer=announcer,
        clock=clock,
        access_tokens=make_access_tokens(settings, clock),
        passwords=passwords or Passwords(),
        attempts=Attempts(redis),
        code_attempts=Attempts(redis, what="second-factor"),
        reset_attempts=Attempts(redis, RESET_LIMITS, "password-reset"),
        password_resets=PasswordResets(database, announcer, clock, link_terms, security_log),
        look_ups=LookUps(redis),
        security_log=security_log,
        check_in_codes=CheckInCodes(settings.secret.get_secret_value()),
        session_terms=make_session_terms(settings),
        challenges=Challenges(settings.secret.get_secret_value(), clock),
        authenticator=Authenticator.of(settings.secret.get_secret_value()),
        link_terms=link_terms,
        hub=hub,
        tasks=tasks or TaskBoard(database),
        feed=feed or make_feed_hub(database),
        access=access,
        signed_out=SignedOut(database, access, clock),
        viewers=KnownViewers(),
        replays=Replays(database),
        fan_out=FanOut(database, access, clock, hub.capacity),
        openings=Openings(database, announcer, clock),
    )


def make_access_tokens(settings: Settings, clock: Clock) -> AccessTokens:
    return AccessTokens(settings.secret.get_secret_value(), clock, settings.access_token_lifetime)


def make_session_terms(settings: Settings) -> SessionTerms:
    secret = settings.secret.get_secret_value().encode()
    return SessionTerms(
        key=hmac.digest(secret, b"refresh tokens", sha256),
        refresh_lifetime=timedelta(seconds=settings.refresh_token_lifetime),
        longest=timedelta(seconds=settings.session_lifetime),
    )


def make_authenticate(settings: Settings, services: Services) -> Authenticate:
    """With the external identity provider, if one is configured."""
    if settings.jwks_url is None or settings.jwks_issuer is None or settings.jwks_audience is None:
        return Authenticate(services.access_tokens)
    provider = Provider(
        url=settings.jwks_url,
        issuer=settings.jwks_issuer,
        audience=settings.jwks_audience,
        email_claim=settings.jwks_email_claim,
        email_verified_claim=settings.jwks_email_verified_claim,
        organization_claim=settings.jwks_organization_claim,
        portal_claim=settings.jwks_portal_claim,
    )
    keys = SigningKeys(provider.url)
    return Authenticate(services.access_tokens, ProviderTokens(provider, keys, services.clock))
