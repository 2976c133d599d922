"""Settings come from the environment, in one place, and a bad one is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from warehouse.errors import ConfigurationError
from warehouse.settings import Settings, child_environment, load_settings


def test_defaults_lie_under_a_home_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.home == tmp_path / ".kho138"
    assert settings.store_location == (tmp_path / ".kho138" / "store").as_uri()
    assert settings.passfile == tmp_path / ".kho138" / "postgres" / "passfile"
    assert settings.database_url is None


def test_environment_is_read_and_relative_paths_become_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KHO138_HOME", "here")
    monkeypatch.setenv("KHO138_LANG", "vi")
    monkeypatch.setenv("KHO138_POSTGRES_OPTIONS", '{"shared_buffers": "1GB"}')
    settings = load_settings()
    assert (settings.home, settings.lang) == (tmp_path / "here", "vi")
    assert settings.postgres_options == {"shared_buffers": "1GB"}


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    with pytest.raises(ValidationError):
        settings.lang = "vi"


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        ("KHO138_LANG", "fr", "vi or en"),
        ("KHO138_DATABASE_URL", "mysql://me:geheim@db/kho", "postgresql://"),
        ("KHO138_DATABASE_NAME", "Robert'); drop", "lower-case"),
        ("KHO138_POSTGRES_OPTIONS", "geheim", "JSON object"),
    ],
)
def test_a_bad_value_gives_one_line_that_says_what_to_do_and_repeats_no_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    message = str(caught.value)
    assert message.startswith(variable) and advice in message
    assert "\n" not in message and value not in message and "geheim" not in message
    assert caught.value.exit_code == 2


def test_a_driver_in_the_database_url_is_dropped_and_the_password_is_not_shown() -> None:
    settings = Settings(database_url=SecretStr("postgresql+psycopg2://me:geheim@db:5432/kho"))
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://me:geheim@db:5432/kho"
    assert "geheim" not in repr(settings)


def test_programs_we_start_do_not_inherit_libpq_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    environment = child_environment(PGPORT="1")
    assert environment["PGPORT"] == "1" and "PGHOST" not in environment and "PATH" in environment
