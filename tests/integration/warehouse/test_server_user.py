"""Under root the server runs as an unprivileged user, wherever the home lies; else as oneself."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.binaries import find_binaries
from warehouse.database import Database
from warehouse.errors import ConfigurationError
from warehouse.os_user import ServerUser, user_for_new_server
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings

NewSettings = Callable[..., Settings]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="not run: the tests do not run as root")


def data_dir_of(settings: Settings) -> Path:
    remembered = json.loads((settings.postgres_folder / "server.json").read_text())
    return settings.postgres_folder / str(remembered["data_dir"])


@needs_root
def test_under_root_the_server_runs_as_its_own_unprivileged_user(new_settings: NewSettings) -> None:
    settings = new_settings()
    EmbeddedPostgres(settings).ensure_running()
    data_dir = data_dir_of(settings)
    assert data_dir.is_relative_to(settings.home)
    assert pwd.getpwuid(data_dir.stat().st_uid).pw_name in ("kho138", "postgres", "nobody")
    pid = (data_dir / "postmaster.pid").read_text().split()[0]
    assert Path(f"/proc/{pid}").stat().st_uid == data_dir.stat().st_uid != 0
    assert (settings.postgres_folder / "server.log").stat().st_uid == 0


@needs_root
def test_under_root_a_home_below_a_closed_folder_has_its_cluster_elsewhere(
    new_settings: NewSettings, test_folder: Path
) -> None:
    closed = test_folder / "closed"
    closed.mkdir(mode=0o700)
    settings = new_settings(home=closed / "home")
    database = Database(settings)
    database.ensure()
    assert data_dir_of(settings).parent.parent == settings.system_folder
    with database.connect("owner") as connection:
        connection.execute("create table registry.kept as select 42 as answer")
    EmbeddedPostgres(settings).stop()
    # The home remembers: the same cluster is found again.
    with Database(settings).connect("owner") as connection:
        assert connection.execute("select answer from registry.kept").fetchone() == (42,)
    # A copy of the home does not take the cluster over while the home is there.
    copy = new_settings(home=closed / "copy")
    EmbeddedPostgres(settings).stop()
    shutil.copytree(settings.home, copy.home)
    with pytest.raises(ConfigurationError, match="is a copy"):
        EmbeddedPostgres(copy).ensure_running()
    shutil.rmtree(copy.home)
    # A home made anew at the same path does not meet the old one's data.
    EmbeddedPostgres(settings).stop()
    before = data_dir_of(settings)
    shutil.rmtree(settings.home)
    EmbeddedPostgres(settings).ensure_running()
    assert data_dir_of(settings) != before


@needs_root
def test_under_root_programs_in_a_closed_folder_are_copied_once(
    new_settings: NewSettings, test_folder: Path
) -> None:
    prefix = find_binaries(None).parent
    closed = test_folder / "closed_programs"
    closed.mkdir(mode=0o700)
    package = closed / prefix.parent.name
    ignore = shutil.ignore_patterns("*.a", "include")
    shutil.copytree(prefix, package / prefix.name, ignore=ignore)
    shutil.copytree(prefix.parent.parent / f"{prefix.parent.name}.libs", closed / f"{package.name}.libs")
    settings = new_settings(postgres_bin=package / prefix.name / "bin", system_folder=test_folder / "copied")
    embedded = EmbeddedPostgres(settings)
    embedded.ensure_running()
    pid = (data_dir_of(settings) / "postmaster.pid").read_text().split()[0]
    assert Path(f"/proc/{pid}/exe").readlink().is_relative_to(settings.system_folder)
    copies = list(settings.system_folder.iterdir())
    embedded.stop()
    embedded.ensure_running()
    assert list(settings.system_folder.iterdir()) == copies and len(copies) == 1


def _interpreter_for(user: ServerUser) -> str:
    """A Python of this version that `user` may run: ours may lie below a folder closed to it."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    candidates = [os.path.realpath(sys.executable), f"/usr/bin/{version}", f"/usr/local/bin/{version}"]
    for candidate in candidates:
        packages = Path(sysconfig.get_path("purelib"))
        if Path(candidate).exists() and user.reaches(Path(candidate)) and user.reaches(packages):
            return candidate
    pytest.skip("not run: no Python and packages that an unprivileged user can reach")


@needs_root
def test_a_normal_user_keeps_everything_in_the_home(test_folder: Path) -> None:
    user = user_for_new_server("kho138")
    interpreter = _interpreter_for(user)
    home = test_folder / "normal"
    home.mkdir(mode=0o700)
    user.own(home)
    repository = Path(__file__).parents[3]
    program = f"""
import os, sys
sys.path[:0] = [{str(repository)!r}, {sysconfig.get_path("purelib")!r}]
from pathlib import Path
from warehouse.settings import Settings
from warehouse.database import Database
from warehouse.postgres import EmbeddedPostgres
settings = Settings(home=Path({str(home)!r}), postgres_options={{"fsync": "off", "shared_buffers": "64MB"}},
                    system_folder=Path("/nonexistent"))
database = Database(settings)
database.ensure()
with database.connect("statistician") as connection:
    print(os.geteuid(), connection.execute("select current_user").fetchone()[0])
EmbeddedPostgres(settings).stop()
"""
    done = user.run([interpreter, "-c", program], capture_output=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(user.uid), "kho138_statistician"]
    owners = {path.lstat().st_uid for path in home.rglob("*")}
    assert owners == {user.uid} and (home / "postgres/cluster/data/PG_VERSION").exists()


@needs_root
def test_a_home_of_root_is_told_to_a_normal_user_in_one_line(
    new_settings: NewSettings,
) -> None:
    settings = new_settings()
    EmbeddedPostgres(settings).ensure_running()
    user = user_for_new_server("kho138")
    program = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parents[3])!r}, {sysconfig.get_path("purelib")!r}]
from pathlib import Path
from warehouse.settings import Settings
from warehouse.errors import Kho138Error
from warehouse.postgres import EmbeddedPostgres
try:
    EmbeddedPostgres(Settings(home=Path({str(settings.home)!r}))).ensure_running()
except Kho138Error as error:
    print(error)
"""
    done = user.run([_interpreter_for(user), "-c", program], capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "belongs to another user" in done.stdout and done.stdout.count("\n") == 1
