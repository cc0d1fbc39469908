import shutil
from pathlib import Path

import pytest

from fieldapp.cli import commands
from fieldapp.core import paths
from fieldapp.core.errors import DatabaseError
from fieldapp.store import backup, disk, media, media_backup, records, upkeep
from fieldapp.store.connection import Database
from tests.store.photographs import photograph
from tests.store.ponds import make


def kept(db: Database, tmp_path: Path, *seeds: int) -> list[str]:
    return [media.keep(db, photograph(tmp_path / "carte" / f"{seed}.jpg", seed)).sha256 for seed in seeds]


def shared(path: Path) -> Path:
    return paths.backup_folder(path) / "photos"


def names(folder: Path) -> set[str]:
    return {path.stem for path in media.files_in(folder)}


def test_each_photo_is_copied_once_and_rotation_deletes_none(path: Path, db: Database, tmp_path: Path) -> None:
    first = kept(db, tmp_path, 1, 2)
    upkeep.back_up(path)
    assert names(shared(path)) == set(first)
    copies = {file: file.stat().st_mtime_ns for file in media.files_in(shared(path))}
    more = kept(db, tmp_path, 3)
    for number in range(13):
        records.save(db, [make("group", name=str(number))], "aire")
        upkeep.back_up(path)
    assert names(shared(path)) == {*first, *more}
    assert all(file.stat().st_mtime_ns == made for file, made in copies.items())


def test_words_count_the_photos_with_a_copy(path: Path, db: Database, tmp_path: Path) -> None:
    assert media_backup.copy_new(path, tmp_path / "a").words() == ""
    kept(db, tmp_path, 1)
    assert media_backup.copy_new(path, tmp_path / "a").words() == "1 photo avec elle, dont 1 nouvelle"
    assert media_backup.copy_new(path, tmp_path / "a").words() == "1 photo avec elle"
    kept(db, tmp_path, 2, 3)
    assert media_backup.copy_new(path, tmp_path / "a").words() == "3 photos avec elle, dont 2 nouvelles"


def test_photos_that_no_backup_has_make_one_due_even_when_no_record_changed(
    path: Path, db: Database, tmp_path: Path
) -> None:
    records.save(db, [make("group", name="une")], "aire")
    upkeep.back_up(path)
    assert not upkeep.is_due(path)
    kept(db, tmp_path, 1)
    assert upkeep.is_due(path)
    assert upkeep.back_up_due(path) is None
    assert not upkeep.is_due(path)
    assert len(backup.list_backups(path)) == 1


def test_a_photo_that_cannot_be_copied_is_told_and_the_database_is_backed_up(
    path: Path, db: Database, tmp_path: Path
) -> None:
    damaged, good = kept(db, tmp_path, 1, 2)
    records.save(db, [make("group", name="une")], "aire")
    found = media.path_of(db, damaged)
    assert found is not None
    found.write_bytes(b"damaged")
    with pytest.raises(DatabaseError, match=r"1 photo n’a pas pu être copiée.*les relevés, eux, y sont"):
        upkeep.back_up(path)
    assert names(shared(path)) == {good}
    (made,) = backup.list_backups(path)
    assert backup.verify(made.path).records == 1


def test_a_damaged_photo_is_named_and_calls_for_no_backup_again_and_again(
    path: Path, db: Database, tmp_path: Path
) -> None:
    damaged, good = kept(db, tmp_path, 1, 2)
    records.save(db, [make("group", name="une")], "aire")
    found = media.path_of(db, damaged)
    assert found is not None
    found.write_bytes(b"damaged")
    assert media_backup.is_waiting(path, shared(path))
    done = media_backup.copy_new(path, shared(path))
    assert (done.photos, done.copied, done.failed) == (1, 1, 1)
    assert "Photo « 1.jpg » : le fichier" in done.problem
    assert "abîmé" in done.problem
    assert "disque plein" not in done.problem
    assert names(shared(path)) == {good}
    backup.make(path)
    assert not media_backup.is_waiting(path, shared(path))
    assert not upkeep.is_due(path)
    media.keep(db, tmp_path / "carte" / "1.jpg")
    assert upkeep.is_due(path)
    assert upkeep.back_up_due(path) is None
    assert names(shared(path)) == {damaged, good}


def test_many_damaged_photos_are_counted_after_the_first_three(path: Path, db: Database, tmp_path: Path) -> None:
    for sha256 in kept(db, tmp_path, 1, 2, 3, 4, 5):
        found = media.path_of(db, sha256)
        assert found is not None
        found.write_bytes(b"damaged")
    problem = media_backup.copy_new(path, tmp_path / "a").problem
    assert problem.startswith("5 photos n’ont pas pu être copiées")
    assert problem.count("Photo «") == 3
    assert problem.endswith("2 autres photos sont abîmées.")


@pytest.mark.parametrize("where", ["source", "target"])
def test_a_folder_that_cannot_be_listed_is_told_and_the_database_is_backed_up(
    path: Path, db: Database, tmp_path: Path, where: str
) -> None:
    kept(db, tmp_path, 1)
    records.save(db, [make("group", name="une")], "aire")
    loop = paths.media_folder(path) if where == "source" else shared(path)
    if loop.exists():
        shutil.rmtree(loop)
    loop.parent.mkdir(parents=True, exist_ok=True)
    loop.symlink_to(loop)
    done = media_backup.copy_new(path, shared(path))
    assert done.copied == 0
    assert f"{loop} ne se laisse pas lire" in done.problem
    assert media_backup.waiting_bytes(path, shared(path)) == 0
    with pytest.raises(DatabaseError, match=r"ne se laisse pas lire"):
        upkeep.back_up(path)
    (made,) = backup.list_backups(path)
    assert backup.verify(made.path).records == 1
    assert upkeep.is_due(path)
    upkeep.back_up_at_closing(path)


def test_photos_that_cannot_come_back_are_told(path: Path, db: Database, tmp_path: Path) -> None:
    kept(db, tmp_path, 1)
    records.save(db, [make("group", name="une")], "aire")
    made = upkeep.back_up(path)
    loop = paths.media_folder(path)
    shutil.rmtree(loop)
    loop.symlink_to(loop)
    assert f"{loop} ne se laisse pas lire" in media_backup.bring_back(made, path).problem
    loop.unlink()
    assert media_backup.bring_back(made, path) == media_backup.Copied(1, 1)


def test_without_photos_a_folder_of_backups_that_cannot_be_listed_is_of_no_concern(path: Path, tmp_path: Path) -> None:
    loop = tmp_path / "photos"
    loop.symlink_to(loop)
    assert media_backup.copy_new(path, loop) == media_backup.Copied()
    assert not media_backup.is_waiting(path, loop)


def test_closing_leaves_many_photos_to_the_next_start(
    path: Path, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.save(db, [make("group", name="une")], "aire")
    kept(db, tmp_path, 1)
    monkeypatch.setattr(upkeep, "CLOSING_BACKUP_BYTES", disk.size(path))
    monkeypatch.setattr(media_backup, "waiting_bytes", lambda *_any: disk.size(path) + 1)
    upkeep.back_up_at_closing(path)
    assert len(backup.list_backups(path)) == 1
    assert names(shared(path)) == set()
    monkeypatch.undo()
    upkeep.back_up_at_closing(path)
    assert len(names(shared(path))) == 1


def test_restoring_brings_back_the_missing_photos_and_touches_no_other(
    path: Path, db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost, stays = kept(db, tmp_path, 1, 2)
    made = upkeep.back_up(path)
    later = kept(db, tmp_path, 3)[0]
    db.close()
    gone = media.find(paths.media_folder(path), lost)
    assert gone is not None
    gone.unlink()
    assert commands.restore(path, made) == 0
    assert names(paths.media_folder(path)) == {lost, stays, later}
    assert "3 photos avec elle, dont 1 nouvelle" in capsys.readouterr().out


def test_a_copy_under_a_name_of_its_own_has_its_photos_beside_it(
    path: Path, db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sha256,) = kept(db, tmp_path, 1)
    db.close()
    target = tmp_path / "clé" / "vimy.db"
    assert commands.make_backup(path, target) == 0
    assert "1 photo avec elle" in capsys.readouterr().out
    assert names(tmp_path / "clé" / "vimy-photos") == {sha256}
    shutil.rmtree(paths.media_folder(path))
    assert media_backup.bring_back(target, path).copied == 1
    assert names(paths.media_folder(path)) == {sha256}


def test_a_backup_into_a_folder_counts_the_photos_beside_it(
    path: Path, db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(db, tmp_path, 1, 2)
    (tmp_path / "clé").mkdir()
    assert commands.make_backup(path, tmp_path / "clé") == 0
    assert "2 photos avec elle, dont 2 nouvelles" in capsys.readouterr().out
    assert len(names(tmp_path / "clé" / "photos")) == 2


def test_the_command_fails_when_a_photo_could_not_be_copied(
    path: Path, db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(db, tmp_path, 1)
    (tmp_path / "vimy-photos").write_text("a file stands in the way")
    assert commands.make_backup(path, tmp_path / "vimy.db") == 1
    said = capsys.readouterr()
    assert "Sauvegarde écrite et vérifiée" in said.out
    assert "1 photo n’a pas pu être copiée" in said.err


def test_the_check_of_the_command_line_reads_the_photos_and_names_a_damaged_one(
    path: Path, db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, damaged = kept(db, tmp_path, 1, 2)
    assert commands.check(path) == 0
    assert "2 photos relues." in capsys.readouterr().out
    found = media.path_of(db, damaged)
    assert found is not None
    found.write_bytes(b"damaged")
    assert commands.check(path) == 1
    said = capsys.readouterr().err
    assert "Photo « 2.jpg »" in said
    assert whole not in said
