"""Passfile, lock and migration files keep the shapes that other programs rely on."""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

import warehouse
from warehouse import migrate, os_user, roles
from warehouse.errors import ConfigurationError
from warehouse.files import create_once, locked, write_atomically
from warehouse.passfile import Passfile
from warehouse.postmaster import is_safe


def test_a_passfile_survives_colons_and_backslashes_and_is_private(tmp_path: Path) -> None:
    passfile = Passfile(tmp_path / "passfile")
    passfile.write({"kho138_owner": "a:b\\c"}, [("/tmp/x:y", "*"), ("127.0.0.1", "5432")])
    assert passfile.password("kho138_owner") == "a:b\\c"
    assert passfile.places() == {("/tmp/x:y", "*"), ("127.0.0.1", "5432")}
    assert stat.S_IMODE(passfile.path.stat().st_mode) == 0o600


def test_a_missing_passfile_knows_no_password(tmp_path: Path) -> None:
    assert Passfile(tmp_path / "none").password("kho138_owner") is None


def test_a_file_is_replaced_whole_and_created_only_once(tmp_path: Path) -> None:
    path = tmp_path / "f"
    assert create_once(path, "first") and not create_once(path, "second")
    assert path.read_text() == "first"
    write_atomically(path, "third")
    assert path.read_text() == "third"
    assert list(tmp_path.iterdir()) == [path]


def test_a_lock_excludes_threads_of_one_process_too(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path / "lock"):
            order.append("second")

    with locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_migrations_form_one_line_and_are_named_by_their_revision() -> None:
    folder = Path(warehouse.__file__).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)
    revisions = list(scripts.walk_revisions())
    assert scripts.get_heads() == [migrate.newest_revision()]
    for script in revisions:
        assert Path(script.path).name.startswith(f"{script.revision}_")
        assert script.down_revision is None or str(script.down_revision) < script.revision


def test_the_newest_roles_file_makes_every_role_and_records_its_number_last() -> None:
    text = (Path(warehouse.__file__).parent / "sql" / f"roles_{roles.newest_version()}.sql").read_text()
    for role in roles.LOGIN_ROLES + roles.GROUP_ROLES:
        assert re.search(rf"\bkho138_{role}\b", text)
    assert f"'kho138 roles {roles.newest_version()}:" in text.strip().splitlines()[-1]


def test_a_database_of_a_newer_version_is_refused() -> None:
    migrate.refuse_newer(migrate.newest_revision())
    with pytest.raises(ConfigurationError, match="newer"):
        migrate.refuse_newer("9999")


def test_a_socket_folder_that_others_may_write_or_that_is_a_link_is_not_trusted(tmp_path: Path) -> None:
    uid = tmp_path.stat().st_uid
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir(mode=0o700)
    link.symlink_to(folder)
    assert is_safe(folder, uid)
    assert not is_safe(link, uid)
    assert not is_safe(folder, uid + 1)
    folder.chmod(0o777)
    assert not is_safe(folder, uid)


def test_without_useradd_an_existing_unprivileged_user_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os_user, "_SYSTEM_PATH", "/nonexistent")
    user = os_user.user_for_new_server("nosuchuser138")
    assert user.drop and user.uid != 0
