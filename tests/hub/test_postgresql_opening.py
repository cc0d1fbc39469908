from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from fieldapp.hub import postgresql_opening
from fieldapp.hub.errors import StorageError
from fieldapp.hub.opening import open_storage
from tests.hub.storage_contract import refused


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    sentence = refused("postgresql://hub:secret@127.0.0.1:9/base", "Aucun serveur PostgreSQL", again=True)
    assert "127.0.0.1:9" in sentence
    assert "secret" not in sentence
    refused("postgres://[", "ne se lit pas")


@pytest.mark.postgresql
def test_a_wrong_password_and_a_missing_database_are_told_apart(postgresql_server: object, postgresql_url: str) -> None:
    given = conninfo.conninfo_to_dict(postgresql_url)
    socket = given["host"]
    assert "secret" not in refused(f"postgresql://postgres:secret@/nothing?host={socket}", "la base « nothing »")
    hba = Path(str(postgresql_server.pgdata)) / "pg_hba.conf"  # type: ignore[attr-defined]
    before = hba.read_text()
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE careful LOGIN PASSWORD 'right'")
        try:
            hba.write_text(f"local all careful scram-sha-256\n{before}")
            connection.execute("SELECT pg_reload_conf()")
            base = given["dbname"]
            sentence = refused(f"postgresql://careful:secret@/{base}?host={socket}", "refuse l’utilisateur « careful »")
            assert "secret" not in sentence
            refused(f"postgresql://careful@/{base}?host={socket}", "refuse l’utilisateur")
            refused(f"postgresql://careful:right@/nothing?host={socket}", "la base « nothing »")
            storage = open_storage(f"postgresql://careful:right@/{base}?host={socket}")
            with pytest.raises(StorageError, match="n’a pas le droit"):
                storage.migrate()
            storage.close()
        finally:
            hba.write_text(before)
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("DROP ROLE careful")


@pytest.mark.postgresql
def test_a_server_that_is_too_old_is_told(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_opening, "OLDEST", 99)
    refused(postgresql_url, "il en faut un 99 ou plus récent")


@pytest.mark.postgresql
def test_a_database_of_another_program_is_left_alone(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE synthese (id integer)")
    refused(postgresql_url, "autre programme")


@pytest.mark.postgresql
def test_a_database_that_can_not_hold_every_letter_is_refused(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        try:
            given = conninfo.conninfo_to_dict(postgresql_url)
            refused(f"postgresql://postgres@/latin?host={given['host']}", "codée en LATIN1")
        finally:
            connection.execute("DROP DATABASE latin WITH (FORCE)")
