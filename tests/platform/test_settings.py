"""Settings: what is accepted, and the sentence for each fault."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from settings import Settings, SettingsFault, load_settings

NEEDED = {"DATABASE_URL": "postgresql://a:b@c:5432/d", "REDIS_URL": "redis://c:6379/0", "ROLLBOOK_SECRET": "s" * 32}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    for name in Settings.model_fields:
        if f"ROLLBOOK_{name}".upper() not in NEEDED:
            monkeypatch.delenv(f"ROLLBOOK_{name}".upper(), raising=False)


@pytest.mark.parametrize(
    "given",
    [
        "postgres://a:b@c:5432/d?ssl=require",
        "postgresql://a:b@c:5432/d?ssl=require",
        "postgresql+asyncpg://a:b@c:5432/d?ssl=require",
    ],
)
def test_every_way_to_write_a_postgresql_address_is_accepted(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert load_settings().database_url == "postgresql+asyncpg://a:b@c:5432/d?ssl=require"


def test_defaults() -> None:
    settings = load_settings()
    assert (settings.env, settings.host, settings.port) == ("development", "127.0.0.1", 8000)
    assert settings.access_token_lifetime == 900
    assert settings.allowed_origins == ()
    assert settings.test_clock is None


def test_values_are_read_and_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_ALLOWED_ORIGINS", "https://a.example, http://localhost:3000/")
    monkeypatch.setenv("ROLLBOOK_TEST_CLOCK", "2026-03-02T21:30:00+02:00")
    monkeypatch.setenv("ROLLBOOK_LOG_LEVEL", "debug")
    monkeypatch.setenv("ROLLBOOK_TRUSTED_DOCUMENTS", "staff.json, family.json")
    settings = load_settings(port=9000)
    assert settings.allowed_origins == ("https://a.example", "http://localhost:3000")
    assert settings.test_clock == datetime(2026, 3, 2, 19, 30, tzinfo=UTC)
    assert settings.trusted_documents == (Path("staff.json"), Path("family.json"))
    assert (settings.log_level, settings.port) == ("DEBUG", 9000)
    with pytest.raises(Exception, match="frozen"):
        settings.port = 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"ROLLBOOK_SMTP_URL": "smtp://mail.example.com"},
            "ROLLBOOK_SMTP_URL and ROLLBOOK_MAIL_FROM must be set together or not at all.",
        ),
        (
            {"ROLLBOOK_SMTP_URL": "https://mail.example.com", "ROLLBOOK_MAIL_FROM": "a@example.com"},
            "ROLLBOOK_SMTP_URL is not a mail server's address such as smtp://user:password@mail.example.com:587.",
        ),
        (
            {"ROLLBOOK_SMTP_URL": "smtp://mail.example.com", "ROLLBOOK_MAIL_FROM": "Gym <a@example.com>"},
            "ROLLBOOK_MAIL_FROM is not an e-mail address such as notices@example.com.",
        ),
        ({"DATABASE_URL": ""}, "DATABASE_URL must be set."),
        (
            {"DATABASE_URL": "mysql://a/b"},
            "DATABASE_URL is not a PostgreSQL address such as postgresql://user:password@host:5432/database.",
        ),
        ({"DATABASE_URL": "postgres://a:b@c"}, "DATABASE_URL names no database; it must end with /database."),
        ({"REDIS_URL": "c:6379"}, "REDIS_URL is not a Redis address such as redis://:password@host:6379/0."),
        ({"ROLLBOOK_SECRET": ""}, "ROLLBOOK_SECRET must be set."),
        (
            {"ROLLBOOK_ENV": "prod"},
            "ROLLBOOK_ENV is 'prod': input should be 'development' or 'production'.",
        ),
        ({"ROLLBOOK_PORT": "70000"}, "ROLLBOOK_PORT is '70000': input should be less than or equal to 65535."),
        (
            {"ROLLBOOK_ALLOWED_ORIGINS": "https://a.example/app"},
            "ROLLBOOK_ALLOWED_ORIGINS has 'https://a.example/app', which is not an origin such as https://app.example.com.",
        ),
        (
            {"ROLLBOOK_TEST_CLOCK": "2026-03-02T21:30:00"},
            "ROLLBOOK_TEST_CLOCK has no time zone; write an instant such as 2026-03-02T21:30:00Z.",
        ),
        (
            {"ROLLBOOK_ENV": "production", "ROLLBOOK_SECRET": "s" * 31},
            "ROLLBOOK_SECRET must have at least 32 characters in production.",
        ),
        (
            {"ROLLBOOK_ENV": "production", "ROLLBOOK_TEST_CLOCK": "2026-03-02T21:30:00Z"},
            "ROLLBOOK_TEST_CLOCK is refused in production, where the clock cannot be moved.",
        ),
        (
            {"ROLLBOOK_PUBLIC_URL": "rollbook.example.com"},
            "ROLLBOOK_PUBLIC_URL is not the address of a web site such as https://rollbook.example.com.",
        ),
        (
            {"ROLLBOOK_ENV": "production", "ROLLBOOK_SECRET": "s" * 32, "ROLLBOOK_PUBLIC_URL": "http://a.example"},
            "ROLLBOOK_PUBLIC_URL must start with https:// in production.",
        ),
        (
            {
                "ROLLBOOK_ENV": "production",
                "ROLLBOOK_SECRET": "s" * 32,
                "ROLLBOOK_SMTP_URL": "smtp://mail.example.com",
                "ROLLBOOK_MAIL_FROM": "a@example.com",
            },
            "ROLLBOOK_PUBLIC_URL must be set in production when e-mail is sent: e-mails have links.",
        ),
        (
            {"ROLLBOOK_TRUSTED_DOCUMENTS_ONLY": "true"},
            "ROLLBOOK_TRUSTED_DOCUMENTS_ONLY needs manifests in ROLLBOOK_TRUSTED_DOCUMENTS.",
        ),
        (
            {"ROLLBOOK_JWKS_URL": "https://id.example/keys"},
            "ROLLBOOK_JWKS_URL, ROLLBOOK_JWKS_ISSUER and ROLLBOOK_JWKS_AUDIENCE must be set together or not at all.",
        ),
    ],
)
def test_each_fault_is_one_sentence(changes: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsFault) as caught:
        load_settings()
    assert caught.value.sentences == [sentence]


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    with pytest.raises(SettingsFault) as caught:
        load_settings()
    assert caught.value.sentences == ["DATABASE_URL must be set.", "REDIS_URL must be set."]


def test_secrets_are_not_printed() -> None:
    shown = repr(load_settings())
    assert "s" * 32 not in shown
    assert "a:b@c" not in shown


def test_every_setting_is_explained() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text()
    without_prefix = {"database_url", "redis_url"}
    names = [(name if name in without_prefix else f"ROLLBOOK_{name}").upper() for name in Settings.model_fields]
    assert [name for name in names if f"`{name}`" not in text] == []
