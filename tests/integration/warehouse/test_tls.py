"""An external server over TLS: its certificate is checked, and nobody gets in without encryption (D29).

The embedded server is built without OpenSSL, so another one is looked for.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from warehouse.database import Database
from warehouse.errors import DatabaseUnavailable
from warehouse.os_user import owner_of
from warehouse.postgres import EmbeddedPostgres
from warehouse.settings import Settings

NewSettings = Callable[..., Settings]
DEBIAN = Path("/usr/lib/postgresql")
PASSWORD = "geheim"


def server_with_tls() -> Path | None:
    """The programs of an installed PostgreSQL that was built with OpenSSL."""
    for folder in sorted(DEBIAN.glob("*/bin"), reverse=True):
        if not (folder / "postgres").exists():
            continue
        built = subprocess.run(
            [folder / "pg_config", "--configure"], capture_output=True, text=True, check=False
        )
        if "openssl" in built.stdout:
            return folder
    return None


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    crt, private = folder / f"{name}.crt", folder / f"{name}.key"
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    private.chmod(0o600)
    return crt, private


def test_every_role_comes_in_by_tls_with_the_certificate_checked_and_in_no_other_way(
    new_settings: NewSettings, test_folder: Path
) -> None:
    programs = server_with_tls()
    if programs is None:
        pytest.skip("not run: no PostgreSQL with TLS is installed")
    folder = test_folder / "tls"
    folder.mkdir(mode=0o755)
    crt, private = certificate(folder, "may-chu")
    another, _ = certificate(folder, "may-khac")
    rules = folder / "hba.conf"
    rules.write_text(
        "local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n", encoding="utf-8"
    )
    rules.chmod(0o644)
    options = {"fsync": "off", "shared_buffers": "64MB", "hba_file": str(rules)}
    outside = new_settings(postgres_bin=programs, postgres_options=options)
    server = EmbeddedPostgres(outside).ensure_running()
    with Database(outside).connect_admin("postgres") as admin:
        data = Path(str(admin.execute("show data_directory").fetchone()[0]))  # type: ignore[index]
        for name, source in (("server.crt", crt), ("server.key", private)):
            (data / name).write_bytes(source.read_bytes())
            (data / name).chmod(0o600)
            if os.geteuid() == 0:
                owner_of(data).own(data / name)
        admin.execute("alter system set ssl = on")
        admin.execute("select pg_reload_conf()")
        admin.execute(f"create role boss login superuser password '{PASSWORD}'")

    def database(options: str) -> Database:
        where = f"postgresql://boss:{PASSWORD}@127.0.0.1:{server.port}/kho138"
        return Database(new_settings(database_url=f"{where}?{options}"))

    for wrong in (
        "sslmode=disable",
        f"sslmode=verify-full&sslrootcert={quote(str(another))}",
        "sslmode=verify-full&sslrootcert=" + quote(str(folder / "none.crt")),
    ):
        with pytest.raises(DatabaseUnavailable) as told:
            database(wrong).ensure()
        assert PASSWORD not in told.value.message
    right = database(f"sslmode=verify-full&sslrootcert={quote(str(crt))}")
    right.ensure()
    asked = "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()"
    for role in ("owner", "loader", "linker", "auditor"):
        with right.connect(role) as connection:
            found = connection.execute(asked).fetchone()
            assert found is not None and found[0] and str(found[1]).startswith("TLSv1.")
    # What other programs are told says the same: a URL, and the environment of psql.
    assert (
        "sslmode=verify-full" in right.url("auditor")
        and right.libpq_env("auditor")["PGSSLMODE"] == "verify-full"
    )
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(
            host="127.0.0.1",
            port=server.port,
            dbname="kho138",
            user="kho138_auditor",
            password=right.passfile.password("kho138_auditor"),
            sslmode="disable",
        )
