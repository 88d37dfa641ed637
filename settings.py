"""Reads the configuration once from the environment and checks it before anything starts.

Only entry points call `load_settings`. Everything below them receives the values.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SECRET_LENGTH = 32


class SettingsFault(Exception):
    """The configuration is invalid. `sentences` has one sentence for each mistake, which names its variable."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def asyncpg_url(url: str) -> str:
    """Convert a PostgreSQL address to SQLAlchemy's form for asyncpg. Raises ValueError("is ...") for anything else."""
    scheme, separator, rest = url.partition("://")
    if scheme not in ("postgres", "postgresql", "postgresql+asyncpg") or not separator or not rest:
        raise ValueError("is not a PostgreSQL address such as postgresql://user:password@host:5432/database")
    if not urlsplit(f"postgresql://{rest}").path.strip("/"):
        raise ValueError("names no database; it must end with /database")
    return f"postgresql+asyncpg://{rest}"


def _is_smtp_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class DemoSignIn(BaseModel):
    """An account of the demo, which the browser pages offer to anybody who opens them."""

    model_config = ConfigDict(frozen=True)

    portal: str
    email: str
    password: str
    note: str


class Settings(BaseSettings):
    """The configuration of one process. It is frozen, and every value has been checked.

    Each variable is called like its field, in upper case with the prefix ROLLBOOK_, except DATABASE_URL and REDIS_URL.
    Lifetimes are in seconds.
    """

    model_config = SettingsConfigDict(
        env_prefix="ROLLBOOK_", frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    env: Literal["development", "production"] = "development"

    database_url: str = Field(validation_alias="DATABASE_URL", repr=False)
    database_pool_size: int = Field(default=10, ge=1, le=200)
    database_lock_timeout: float = Field(default=8, gt=0, le=60)
    database_idle_timeout: float = Field(default=7, gt=0, le=60)
    redis_url: str = Field(validation_alias="REDIS_URL", repr=False)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: str | None = None
    graceful_timeout: int = Field(default=10, ge=1, le=300)
    request_timeout: float = Field(default=30, gt=0, le=3600)
    concurrent_operations: int | None = Field(default=None, ge=1, le=10_000)
    queue_seconds: float = Field(default=2, gt=0, le=60)
    request_body_limit: int = Field(default=1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    trusted_documents: Annotated[tuple[Path, ...], NoDecode] = ()
    trusted_documents_only: bool = False
    socket_send_timeout: float = Field(default=20, gt=0, le=600)
    live_connections_per_sign_in: int = Field(default=100, ge=1, le=100_000)

    secret: SecretStr
    access_token_lifetime: int = Field(default=15 * 60, ge=1, le=24 * 3600)
    refresh_token_lifetime: int = Field(default=30 * 24 * 3600, ge=60, le=365 * 24 * 3600)
    session_lifetime: int = Field(default=365 * 24 * 3600, ge=60, le=3650 * 24 * 3600)
    jwks_url: str | None = None
    jwks_issuer: str | None = None
    jwks_audience: str | None = None
    jwks_email_claim: str = "email"
    jwks_email_verified_claim: str = "email_verified"
    jwks_organization_claim: str = "rollbook_organization"
    jwks_portal_claim: str = "rollbook_portal"

    live_compare_seconds: float = Field(default=5.0, gt=0, le=60)

    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str | None = None
    public_url: str | None = None

    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    test_clock: datetime | None = None
    demo_sign_ins: tuple[DemoSignIn, ...] = Field(default=(), repr=False)

    @property
    def in_production(self) -> bool:
        return self.env == "production"

    @property
    def operation_slots(self) -> int:
        """The number of operations that run at once."""
        return self.concurrent_operations or max(1, min(4, self.database_pool_size - 2))

    @property
    def pages_url(self) -> str:
        """The address of the pages to which links lead: ROLLBOOK_PUBLIC_URL or, for local work, the API's own."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @field_validator("database_url")
    @classmethod
    def _asyncpg_url(cls, url: str) -> str:
        return asyncpg_url(url)

    @field_validator("redis_url")
    @classmethod
    def _redis_url(cls, url: str) -> str:
        if not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("is not a Redis address such as redis://:password@host:6379/0")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url(cls, url: str | None) -> str | None:
        if url is not None and not _is_smtp_url(url):
            raise ValueError("is not a mail server's address such as smtp://user:password@mail.example.com:587")
        return url

    @field_validator("mail_from")
    @classmethod
    def _mail_from(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"[^\s@<>,;:\"()]+@[A-Za-z0-9.-]+", address, re.ASCII):
            raise ValueError("is not an e-mail address such as notices@example.com")
        return address

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _origins(cls, origins: Any) -> Any:
        if isinstance(origins, str):
            origins = tuple(part.strip().rstrip("/") for part in origins.split(",") if part.strip())
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
                raise ValueError(f"has {origin!r}, which is not an origin such as https://app.example.com")
        return origins

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("is not the address of a web site such as https://rollbook.example.com")
        return url.rstrip("/")

    @field_validator("trusted_documents", mode="before")
    @classmethod
    def _paths(cls, paths: Any) -> Any:
        return tuple(part.strip() for part in paths.split(",") if part.strip()) if isinstance(paths, str) else paths

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: Any) -> Any:
        return level.upper() if isinstance(level, str) else level

    @field_validator("test_clock")
    @classmethod
    def _aware(cls, instant: datetime | None) -> datetime | None:
        if instant is not None and instant.tzinfo is None:
            raise ValueError("has no time zone; write an instant such as 2026-03-02T21:30:00Z")
        return None if instant is None else instant.astimezone(UTC)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        faults = []
        if self.in_production and len(self.secret.get_secret_value()) < SECRET_LENGTH:
            faults.append(f"ROLLBOOK_SECRET must have at least {SECRET_LENGTH} characters in production.")
        if self.in_production and self.test_clock is not None:
            faults.append("ROLLBOOK_TEST_CLOCK is refused in production, where the clock cannot be moved.")
        if self.in_production and self.demo_sign_ins:
            faults.append("ROLLBOOK_DEMO_SIGN_INS is refused in production, where passwords are not published.")
        provider = (self.jwks_url, self.jwks_issuer, self.jwks_audience)
        if any(provider) and not all(provider):
            faults.append(
                "ROLLBOOK_JWKS_URL, ROLLBOOK_JWKS_ISSUER and ROLLBOOK_JWKS_AUDIENCE must be set together or not at all."
            )
        if self.jwks_url is not None and self.in_production and not self.jwks_url.startswith("https://"):
            faults.append("ROLLBOOK_JWKS_URL must start with https:// in production.")
        if (self.smtp_url is None) != (self.mail_from is None):
            faults.append("ROLLBOOK_SMTP_URL and ROLLBOOK_MAIL_FROM must be set together or not at all.")
        if self.in_production and self.public_url is not None and not self.public_url.startswith("https://"):
            faults.append("ROLLBOOK_PUBLIC_URL must start with https:// in production.")
        if self.in_production and self.smtp_url is not None and self.public_url is None:
            faults.append("ROLLBOOK_PUBLIC_URL must be set in production when e-mail is sent: e-mails have links.")

        if self.trusted_documents_only and not self.trusted_documents:
            faults.append("ROLLBOOK_TRUSTED_DOCUMENTS_ONLY needs manifests in ROLLBOOK_TRUSTED_DOCUMENTS.")
        if faults:
            raise ValueError("\n".join(faults))
        return self


def load_settings(**given: Any) -> Settings:
    """Read the environment; `given` values take precedence. Raises SettingsFault with all mistakes at once."""
    try:
        return Settings(**given)
    except ValidationError as fault:
        sentences = [line for error in fault.errors() for line in _sentences(error)]
        raise SettingsFault(sentences) from None


def _sentences(error: Mapping[str, Any]) -> list[str]:
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return [line for line in message.split("\n") if line]
    name = str(error["loc"][0])
    variable = name if name in ("DATABASE_URL", "REDIS_URL") else f"ROLLBOOK_{name}".upper()
    if name in ("database_url", "redis_url"):
        variable = name.upper()
    if error["type"] == "missing":
        return [f"{variable} must be set."]
    if error["type"] == "value_error":
        return [f"{variable} {message}."]
    return [f"{variable} is {error['input']!r}: {message[0].lower()}{message[1:]}."]
